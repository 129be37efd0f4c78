import { expect } from 'chai'
import { describe, it } from 'mocha'
import { createDoor, serveDoor } from './door.ts'

describe('a client that leaves', () => {
  it('ends its search, and no search whose answer has gone out', async () => {
    const signals: AbortSignal[] = []
    let leave: (() => void) | undefined
    const { search } = createDoor()
    await using server = await serveDoor(
      createDoor({
        search: async (asked, moment, signal) => {
          signals.push(signal)
          if (leave !== undefined) {
            const left = new Promise((resolve) => signal.addEventListener('abort', resolve))
            leave()
            await left
          }
          return search(asked, moment, signal)
        },
      }),
    )
    const body = JSON.stringify({ parts: [{ hash: `sha256:${'a'.repeat(64)}` }] })
    const asking = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const answered = await fetch(`${server.url}/ledger/v1/search`, asking)
    expect([answered.status, (await answered.text()).length > 0]).to.deep.equal([200, true])
    const leaving = new AbortController()
    leave = () => leaving.abort()
    const asked = fetch(`${server.url}/ledger/v1/search`, { ...asking, signal: leaving.signal })
    expect(await asked.catch(() => 'left')).to.equal('left')
    const [first, second] = signals
    if (second?.aborted === false) await new Promise((resolve) => second.addEventListener('abort', resolve))
    expect([first?.aborted, second?.aborted]).to.deep.equal([false, true])
  })
  it('ends its question for rows', async () => {
    const leaving = new AbortController()
    let tell = (_reason: unknown): void => undefined
    const ended = new Promise((resolve) => (tell = resolve))
    const door = createDoor({
      images: async (_asked, _moment, signal) => {
        const left = new Promise((resolve) => signal?.addEventListener('abort', resolve))
        leaving.abort()
        await left
        tell(signal?.reason)
        throw signal?.reason
      },
    })
    await using server = await serveDoor(door)
    const asked = fetch(`${server.url}/ledger/v1/images?component=pkg:npm/a`, { signal: leaving.signal })
    expect(await asked.catch(() => 'left')).to.equal('left')
    expect(await ended).to.have.property('reason', 'request-timeout')
  })
})
