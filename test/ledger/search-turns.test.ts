import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize, type TreeSize } from '../../src/brand.ts'
import { purlPart } from '../../src/client/search-part.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { createSearchTurns } from '../../src/ledger/search-turns.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { STORY_SIZE, tellStory } from '../helpers/story.ts'

describe('turns of searches', () => {
  it('come one after the other, also after one that failed; of too many at once some are refused', async () => {
    const turns = createSearchTurns(() => async () => undefined)
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

  it('are not spent on who has left, neither while they wait nor once they have begun', async () => {
    const turns = createSearchTurns(() => async () => undefined)
    const [begun, waiting] = [new AbortController(), new AbortController()]
    let steps = 0
    const first = turns.run(async (pause) => {
      for (;;) {
        if (++steps === 3) begun.abort(new Error('left'))
        await pause()
      }
    }, begun.signal)
    const second = turns.run(async () => ++steps, waiting.signal)
    waiting.abort(new Error('left too'))
    const reasons = await Promise.all(
      [first, second].map((one) => one.catch((cause: unknown) => String(cause))),
    )
    expect([reasons, steps]).to.deep.equal([['Error: left', 'Error: left too'], 3])
    expect(await turns.run(async () => 7)).to.equal(7)
  })

  it('end for a whole answer of rows too when its client has left', async () => {
    const { ledger } = await tellStory()
    const left = AbortSignal.abort(new Error('left'))
    const asked = { component: 'pkg:npm/lodash', whole: true } as const
    const told = await ledger.proofs.images(asked, {}, left).catch((cause: unknown) => String(cause))
    expect(told).to.equal('Error: left')
    expect((await ledger.proofs.images(asked)).items.length).to.be.above(0)
  })

  it('are not held by who waits for a size that never comes', async () => {
    let isWaiting = false
    const never = new Promise<void>(() => undefined)
    const sleep = (milliseconds: number) => (isWaiting && milliseconds > 0 ? never : setTimeout(milliseconds))
    const { ledger } = await tellStory({ now: () => 0, sleep })
    const asked = { question: { parts: [purlPart('pkg:npm/lodash')], scope: {} } }
    const found = async (door: Pick<Ledger, 'search'>, minSize?: TreeSize) =>
      (await door.search(asked, minSize === undefined ? {} : { minSize })).items.length
    expect(await found(ledger.proofs, STORY_SIZE)).to.be.above(0)
    isWaiting = true
    for (const door of [ledger, ledger.proofs]) {
      void found(door, treeSize(1_000_000))
      expect(await found(door)).to.be.above(0)
    }
  })
})
