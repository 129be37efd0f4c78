/** How a component came in, as people and programs read it. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, type LogIndex } from '../../src/brand.ts'
import type { SbomOrigin } from '../../src/client/introductions.ts'
import { searchCsv, searchNdjson } from '../../src/cli/search-files.ts'
import { basesToFix, groupRows } from '../../src/cli/search-groups.ts'
import { howItGotIn, originsJson } from '../../src/cli/search-origins.ts'
import { joinPages } from '../../src/cli/search-pages.ts'
import { formatSearchRows } from '../../src/cli/search-rows.ts'
import type { GraphNode, Introduction } from '../../src/sbom/dependency-graph.ts'
import { answerOf, asked, match, row as rowOf, rows } from './search-answers.ts'

const node = (name: string, version = ''): GraphNode => ({ name, version, purl: '' })
const app = node('app', '1.4')
const core = node('log4j-core', '2.14.1')
const found = match('2.14.1', 4)

const origin = (introduction: Introduction, more: Partial<SbomOrigin> = {}): Map<LogIndex, SbomOrigin> =>
  new Map([
    [
      logIndex(4),
      { hasEdges: true, bases: [], components: new Map([[found.component, introduction]]), ...more },
    ],
  ])

const transitive: Introduction = {
  relation: 'transitive',
  paths: [
    [app, node('search-lib', '2.0'), core],
    [app, node('\u001b[2Jx'), core],
  ],
}

describe('how it got in', () => {
  const says = (introduction: Introduction, more: Partial<SbomOrigin> = {}): string =>
    howItGotIn(found, origin(introduction, more))

  it('is the shortest way, whether it is direct, and how many more there are', () => {
    expect(says(transitive)).to.equal('app@1.4 → search-lib@2.0 → log4j-core@2.14.1 (and 1 more way)')
    expect(says({ relation: 'direct', paths: [[app, core]] })).to.equal(
      'app@1.4 → log4j-core@2.14.1 (direct)',
    )
  })

  it('says why nobody can tell, and never calls it direct', () => {
    expect(says({ relation: 'unknown', paths: [] }, { hasEdges: false })).to.equal(
      'unknown: the SBOM has no edges',
    )
    expect(says({ relation: 'unknown', paths: [] })).to.equal('unknown: the SBOM does not place it')
    expect(says({ relation: 'unknown', paths: [[node('fat.jar'), core]] })).to.equal(
      'fat.jar → log4j-core@2.14.1 (contained in it)',
    )
    expect(howItGotIn(found, new Map())).to.match(/^not read/)
  })

  it('names an image without its digest, and of several SBOMs the one that tells it', () => {
    const image = node(`registry.test/shop@sha256:${'1'.repeat(64)}`)
    const row = rowOf('1', 'registry.test/shop', [found, match('2.14.1', 5)])
    const told = origin({ relation: 'direct', paths: [[image, core]] })
    const text = formatSearchRows([row], asked.question, 100, told).blocks.flat().join('\n')
    expect(text).to.include('got in: registry.test/shop → log4j-core@2.14.1 (direct), by #4')
    expect(text).to.include('got in: not read: too many SBOMs, by #5')
  })

  it('stands with the base image of the SBOM in the table, wide or narrow, and steers no terminal', () => {
    const origins = origin(transitive, { bases: [node('registry.test/os', '12')] })
    for (const columns of [undefined, 100]) {
      const { header, blocks } = formatSearchRows(rows, asked.question, columns, origins)
      const text = [header, ...blocks.flat()].join('\n')
      expect(text).to.include('app@1.4 → search-lib@2.0 → log4j-core@2.14.1')
      expect(text).to.include('registry.test/os@12 (by the SBOM)')
      expect(text).to.not.include('\u001b')
      expect(header.includes('HOW IT GOT IN')).to.equal(columns === undefined)
    }
  })

  it('groups rows by the bases that SBOMs name too, under the digest where they say one', () => {
    const digest = `sha256:${'b'.repeat(64)}`
    const named = { bases: [node('registry.test/os', digest), node('alpine', '3.19')] }
    const groups = groupRows(rows, 'base', origin(transitive, named))
    expect(groups.map((one) => `${one.title}: ${one.rows.length}`)).to.deep.equal([
      '(no base image stated): 2',
      `registry.test/base:1 ${digest}: 2`,
      'alpine@3.19: 1',
    ])
    const [, shop, ...others] = rows
    if (shop === undefined) throw new Error('rows: expected one on a base')
    const unbuilt = [{ ...shop, provenance: [] }, ...others]
    expect(groupRows(unbuilt, 'base', origin(transitive, named))[0]?.title).to.equal(
      `registry.test/os ${digest}`,
    )
    expect(
      basesToFix(
        rows.map((row) => ({ ...row, provenance: [] })),
        origin(transitive, named),
      )[0],
    ).to.match(/^Fix 1 base \(registry\.test\/base:1\).* that clears 1 image,/)
  })

  it('stands in files by entry and component, marked as read from what was signed', () => {
    const pages = joinPages([answerOf(rows)], origin(transitive))
    const [header = '', ...lines] = searchCsv(pages).split('\r\n')
    expect(header).to.match(/,introduced,paths,sbomBases,lifted,vex,deployments,confidence,tool,lineage$/)
    expect(lines[1])
      .to.include(',transitive,')
      .and.include('app@1.4 → search-lib@2.0 → log4j-core@2.14.1; app@1.4')
    const records = searchNdjson(pages).trimEnd().split('\n').slice(-2)
    expect(JSON.parse(records[0] ?? '')).to.deep.include({
      kind: 'Paths',
      entry: 4,
      readFrom: 'signed-bytes',
    })
    expect(originsJson(pages.origins)).to.deep.equal({
      4: { hasEdges: true, bases: [], components: { [found.component]: transitive } },
    })
  })
})
