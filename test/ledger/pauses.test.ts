import { expect } from 'chai'
import { describe, it } from 'mocha'
import { createPauses } from '../../src/ledger/pauses.ts'

describe('pauses of answers', () => {
  it('come after some milliseconds of work, and not before', async () => {
    let [now, slept] = [0, 0]
    const pause = createPauses({ now: () => now, sleep: async () => void slept++ })()
    for (let step = 0; step < 100; step++) {
      now += 1
      await pause()
    }
    expect(slept).to.equal(10)
  })

  it('end one in each turn of the event loop, in the order in which they began', async () => {
    let now = 0
    const turns: (() => void)[] = []
    const sleep = (): Promise<void> => new Promise((resolve) => turns.push(resolve))
    const pauseOfOne = createPauses({ now: () => now, sleep })
    const pauses = [1, 2, 3].map(pauseOfOne)
    now = 10
    const ended: number[] = []
    const all = pauses.map((pause, at) => pause().then(() => ended.push(at)))
    for (let turn = 1; turn <= 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      expect([turns.length, ended.length]).to.deep.equal([turn, turn - 1])
      turns.at(-1)?.()
    }
    await Promise.all(all)
    expect(ended).to.deep.equal([0, 1, 2])
  })
})
