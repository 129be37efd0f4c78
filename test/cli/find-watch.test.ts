/** `find --watch`: what is new, and nothing else. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize, type TreeSize } from '../../src/brand.ts'
import { changeLines, changesBetween, followSearch, startRecords } from '../../src/cli/find-watch.ts'
import { joinPages, type SearchPages } from '../../src/cli/search-pages.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { Fault } from '../../src/errors.ts'
import type { SearchRow } from '../../src/verify/search.ts'
import { answerOf, match, pagesOf, row, rows } from './search-answers.ts'

const shop = row('1', 'registry.test/shop:1.4', [match('2.14.1', 4)])
const lines = (before: readonly SearchRow[], now: readonly SearchRow[]): readonly string[] =>
  changeLines({ changes: changesBetween(before, now), found: pagesOf(now) }, 'table')

function at(size: number, items: readonly SearchRow[]): SearchPages {
  const { asOf } = answerOf([])
  const moment = { ...asOf, treeSize: treeSize(size), indexedThrough: treeSize(size) }
  return joinPages([answerOf(items, { asOf: moment })])
}

describe('what is new in a search', () => {
  it('are rows that appeared, changed and disappeared, the latter on the server’s word', () => {
    const taken = { ...shop, revoked: true }
    const other = row('2', 'registry.test/api:2', [match('', 6, { status: 'undetermined' })])
    expect(lines([], [shop])[0]).to.match(
      /^size 10 {2}\+ appeared {2}registry\.test\/shop:1\.4 sha256:1+ {2}affected/,
    )
    expect(lines([shop], [taken])[0])
      .to.include('~ changed')
      .and.include('affected → affected, revoked')
    expect(lines([shop], [taken, other]).map((line) => line.split('  ')[1])).to.deep.equal([
      '~ changed',
      '+ appeared',
    ])
    expect(lines([shop], [])[0])
      .to.include('- disappeared')
      .and.include('(the server’s word)')
  })

  it('is not that another SBOM says the same', () => {
    const again = { ...shop, matches: [match('2.14.1', 9)], sboms: [logIndex(9)] }
    expect(changesBetween([shop], [again])).to.deep.equal([])
    const more = { ...shop, matches: [...shop.matches, match('2.16.0', 9)] }
    expect(changesBetween([shop], [more]).map((one) => one.change)).to.deep.equal(['changed'])
    expect(changesBetween(rows, rows)).to.deep.equal([])
  })

  it('steers no terminal, and is one JSON object a line for programs', () => {
    const evil = row('4', 'registry.test/\u001b[2Jx', [match('1\u202e', 1)])
    expect(lines([], [evil]).join('\n')).to.not.match(/[\u001b\u202e\n]/)
    const [line = ''] = changeLines({ changes: changesBetween([shop], []), found: pagesOf([]) }, 'ndjson')
    expect(JSON.parse(line)).to.deep.equal({
      kind: 'Change',
      change: 'disappeared',
      image: shop.image,
      before: { status: 'affected', revoked: false },
      toldBy: 'server',
      treeSize: 10,
    })
    const kinds = startRecords(pagesOf(), []).map((one) => Object(one).kind as unknown)
    expect([kinds[0], kinds.at(-1), kinds.includes('End')]).to.deep.equal(['Answer', 'Watching', false])
  })
})

describe('watching a search', () => {
  class Ended extends Error {}

  interface Round {
    readonly size: number | Error
    readonly found?: SearchPages
  }

  /** Runs until the rounds are used up. */
  async function watched(first: SearchPages, rounds: readonly Round[]) {
    const [seen, asked, trouble]: [string[][], TreeSize[], string[]] = [[], [], []]
    let round = -1
    const now = (): Round => rounds[round] ?? { size: 0 }
    const found = followSearch(first, {
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
