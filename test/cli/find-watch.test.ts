/** `find --watch`: what is new, and nothing else. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize, type TreeSize } from '../../src/brand.ts'
import { askNews, followSearch } from '../../src/cli/find-watch.ts'
import { joinPages, searchPages, type SearchPages } from '../../src/cli/search-pages.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import { Fault } from '../../src/errors.ts'
import type { SearchRow } from '../../src/verify/search.ts'
import { clientOf, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import { answerOf, match, row } from './search-answers.ts'

const shop = row('1', 'registry.test/shop:1.4', [match('2.14.1', 4)])
function at(size: number, items: readonly SearchRow[]): SearchPages {
  const { asOf } = answerOf([])
  const moment = { ...asOf, treeSize: treeSize(size), indexedThrough: treeSize(size) }
  return joinPages([answerOf(items, { asOf: moment })])
}

describe('watching a search', () => {
  it('asks again without proof, and does not call complete what was not checked', async () => {
    const { ledger } = await tellStory()
    await using _ = ledger
    const client = clientOf(ledger)
    const question = { parts: [purlPart('pkg:npm/lodash')], scope: {} }
    const first = await searchPages((page) => verifiedSearch(client, question, page), {
      trust,
      progress: { show: () => undefined, end: () => undefined },
    })
    expect([first.answer.assurance, first.complete?.through]).to.deep.equal(['complete', STORY_SIZE])
    const news = { minSize: STORY_SIZE, last: first, signal: new AbortController().signal }
    const again = await askNews(client, { now: () => question, withUnknown: false }, news)
    expect(again.answer.items).to.deep.equal(first.answer.items)
    expect([again.answer.assurance, again.answer.complete]).to.deep.equal(['rows', undefined])
  })

  class Ended extends Error {}

  interface Round {
    readonly size: number | Error
    readonly found?: SearchPages
  }

  /** Runs until the rounds are used up. */
  async function watched(first: SearchPages, rounds: readonly Round[], isTimed = false) {
    const [seen, asked, trouble]: [string[][], TreeSize[], string[]] = [[], [], []]
    let round = -1
    const now = (): Round => rounds[round] ?? { size: 0 }
    const found = followSearch(first, {
      isTimed,
      wait: async () => {
        if (++round >= rounds.length) throw new Ended()
      },
      size: async () => {
        const { size } = now()
        if (typeof size === 'number') return treeSize(size)
        throw size
      },
      ask: async (minSize) => {
        asked.push(minSize)
        return now().found ?? first
      },
      onTrouble: (cause) => void trouble.push(cause.message),
    })
    try {
      for await (const { changes } of found) seen.push(changes.map((one) => one.change))
    } catch (cause) {
      if (!(cause instanceof Ended)) throw cause
    }
    return { seen, asked, trouble }
  }

  it('asks nothing while the log has not grown, and then as of the size that it has', async () => {
    const { seen, asked } = await watched(at(10, []), [
      { size: 10 },
      { size: 12, found: at(13, [shop]) },
      { size: 13 },
      { size: 14, found: at(14, [shop]) },
      { size: 15, found: at(15, []) },
    ])
    expect(asked).to.deep.equal([12, 14, 15])
    expect(seen).to.deep.equal([['appeared'], ['disappeared']])
  })

  it('asks of what runs now although the log has not grown', async () => {
    const rounds = [{ size: 10, found: at(10, [shop]) }, { size: 10 }]
    expect((await watched(at(10, []), rounds)).asked).to.deep.equal([])
    const { seen, asked } = await watched(at(10, []), rounds, true)
    expect(asked).to.deep.equal([10, 10])
    expect(seen).to.deep.equal([['appeared'], ['disappeared']])
  })

  it('goes on when nobody answers, says so, and misses nothing of what came meanwhile', async () => {
    const { seen, trouble } = await watched(at(10, []), [
      { size: new Unreachable('no-answer', 'https://ledger.test', 'no answer') },
      { size: new Fault('index-behind', 'index: behind') },
      { size: 12, found: at(12, [shop]) },
    ])
    expect(trouble).to.have.lengthOf(2)
    expect(seen).to.deep.equal([['appeared']])
  })

  it('ends where a proof does not hold', async () => {
    const lied = watched(at(10, []), [{ size: new Fault('inclusion-proof-invalid', 'entry 3') }])
    expect(await lied.catch((cause: unknown) => cause)).to.be.instanceOf(Fault)
  })
})
