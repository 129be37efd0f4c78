import { expect } from 'chai'
import { describe, it } from 'mocha'
import { createSearchTurns } from '../../src/ledger/search-turns.ts'
import { asyncRefusal } from '../helpers/mangle.ts'

describe('turns of searches', () => {
  it('give way after some milliseconds of work, and not before', async () => {
    let [now, slept] = [0, 0]
    const clock = { now: () => now, sleep: async () => void slept++ }
    await createSearchTurns(clock).run(async (pause) => {
      for (let step = 0; step < 100; step++) {
        now += 1
        await pause()
      }
    })
    expect(slept).to.equal(10)
  })

  it('come one after the other, also after one that failed; of too many at once some are refused', async () => {
    const turns = createSearchTurns({ now: () => 0, sleep: async () => undefined })
    const ended: number[] = []
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    const first = turns.run(async () => {
      await opened
      throw new Error('a search that failed')
    })
    const others = Array.from({ length: 31 }, (_, i) => turns.run(async () => ended.push(i)))
    expect((await asyncRefusal(turns.run(async () => 0))).class).to.equal('busy')
    expect(ended).to.deep.equal([])
    open()
    const told = await first.catch((cause: unknown) => cause)
    expect(told).to.have.property('message', 'a search that failed')
    await Promise.all(others)
    expect(ended).to.deep.equal(Array.from({ length: 31 }, (_, i) => i))
    expect(await turns.run(async () => 7)).to.equal(7)
  })
})
