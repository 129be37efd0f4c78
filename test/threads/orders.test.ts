import { expect } from 'chai'
import { describe, it } from 'mocha'
import { startThread, type Thread } from '../../src/threads/orders.ts'

/** A thread that answers nothing, and ends when it is told to; its program is a line of its own. */
function threadOf(onMessage: string): Thread {
  const program = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${onMessage} })`
  return startThread(new URL(`data:text/javascript,${encodeURIComponent(program)}`), 'the test thread', {})
}

describe('threads/orders', () => {
  it('notices a thread that is lost though nobody waits for an answer; one that was told to end is not lost', async () => {
    const dying = threadOf('process.exit(3)')
    void dying.give({}).catch(() => undefined)
    expect((await dying.lost).message).to.equal('the test thread ended with 3')
    await dying.end()

    const ending = threadOf('parentPort.close()')
    const told = ending.end().then(() => 'ended')
    expect(await Promise.race([ending.lost, told])).to.equal('ended')
  })
})
