/** What `find --watch` tells of two answers. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { imageDigest, logIndex } from '../../src/brand.ts'
import { changeLines, changesBetween, newsBetween, startRecords } from '../../src/cli/find-changes.ts'
import type { SearchRow } from '../../src/verify/search.ts'
import type { UnknownImageRow } from '../../src/verify/unknown-answer.ts'
import { match, pagesOf, row, rows } from './search-answers.ts'

const shop = row('1', 'registry.test/shop:1.4', [match('2.14.1', 4)])
const lines = (before: readonly SearchRow[], now: readonly SearchRow[]): readonly string[] =>
  changeLines({ changes: changesBetween(before, now), found: pagesOf(now) }, 'table')

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

  it('are images that became unknown, or are so no more, where those are asked for: the server’s word', () => {
    const unknown = (digit: string): UnknownImageRow => ({
      image: imageDigest(`sha256:${digit.repeat(64)}`),
      names: [`registry.test/${digit}`],
      revoked: false,
      entry: logIndex(3),
      sboms: [],
      provenance: [],
    })
    const [before, now] = [unknown('a'), unknown('b')].map((one) => ({ ...pagesOf([shop]), unknown: [one] }))
    if (before === undefined || now === undefined) throw new Error('two answers')
    const changes = newsBetween(before, now)
    expect(newsBetween(now, now)).to.deep.equal([])
    expect(changeLines({ changes, found: now }, 'table')).to.deep.equal([
      `size 10  ? unknown  registry.test/b sha256:${'b'.repeat(64)}  no SBOM of it counts (the server’s word)`,
      `size 10  ? not-unknown  registry.test/a sha256:${'a'.repeat(64)}  an SBOM of it counts now, or it left the scope (the server’s word)`,
    ])
    const records = changeLines({ changes, found: now }, 'ndjson').map(
      (one) => Object(JSON.parse(one)) as object,
    )
    const record = { kind: 'UnknownChange', toldBy: 'server', treeSize: 10 }
    expect(records).to.deep.equal([
      { ...record, change: 'unknown', image: unknown('b').image, row: unknown('b') },
      { ...record, change: 'not-unknown', image: unknown('a').image },
    ])
  })
})
