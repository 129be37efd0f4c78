/** Which components a part of a search means, and what of an image's entries is in its row; over lines and facts made here. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { VexStatement, VexStatus } from '../../src/attestation/vex.ts'
import { imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { makeLine, type ManifestLine } from '../../src/sbom/manifest-line.ts'
import type { EntryFacts } from '../../src/verify/entry-facts.ts'
import type { SearchRow } from '../../src/verify/search.ts'
import { matchesIn, planSearch, searchRow, type SearchStated } from '../../src/verify/search-rows.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { factsAbout, team, trustOf } from '../helpers/made-facts.ts'
import { digestOf } from '../helpers/test-ledger.ts'

const lib = (name: string, src = ''): ManifestLine =>
  makeLine('p', `pkg:deb/debian/${name}`, '5.6.1-1', { src })

/** How the lines match a part, as `<component's name> <way> <reason>`. */
function ways(part: Record<string, JsonValue>, lines: readonly ManifestLine[]): readonly string[] {
  const plan = planSearch(parseSearchQuestion({ parts: [part] }))
  return matchesIn(plan, logIndex(1), lines).map(({ component, why, reason }) =>
    [component.replace(/^.*\//, '').replace(/@.*$/, ''), why, reason].join(' '),
  )
}

const packages = (names: string, ...keyed: readonly string[]): Record<string, JsonValue> => ({
  keys: keyed.map((name) => `pkg:deb/debian/${name}`),
  type: 'deb',
  names,
  listed: ['5.6.1-1'],
})

describe('what a part of a search means', () => {
  it('is by source package what was built from it, and not what only has its name', () => {
    const lines = [lib('liblzma5', 'xz-utils'), lib('xz-utils', 'fork'), lib('xz-utils')]
    expect(ways(packages('source', 'xz-utils'), lines)).to.deep.equal([
      'liblzma5 source version-listed',
      'xz-utils purl version-listed',
    ])
    expect(ways(packages('either', 'xz-utils'), lines)).to.have.lengthOf(3)
  })

  it('is by installed package not what was built from a source package of that name', () => {
    const lines = [lib('liblzma5', 'xz-utils'), lib('xz-utils')]
    expect(ways(packages('installed', 'xz-utils'), lines)).to.deep.equal(['xz-utils purl version-listed'])
  })

  it('is a component once, by the nearer of its names', () => {
    const part = packages('either', 'liblzma5', 'xz-utils')
    expect(ways(part, [lib('liblzma5', 'xz-utils')])).to.deep.equal(['liblzma5 purl version-listed'])
  })

  it('is by CPE the version that was asked for; without one nobody can say', () => {
    const lines = [makeLine('c', 'a:x:y', '1.0'), makeLine('c', 'a:x:y', '2.0'), makeLine('c', 'a:x:y')]
    expect(ways({ cpe: 'a:x:y', version: '1.0' }, lines)).to.deep.equal([
      'cpe:a:x:y cpe version-listed',
      'cpe:a:x:y cpe no-version',
    ])
    expect(ways({ cpe: 'a:x:y' }, lines)).to.have.lengthOf(3)
  })
})

const fixed = {
  vulnerabilities: ['CVE-1'],
  products: [],
  status: 'fixed',
  justification: '',
  timestamp: '',
} as const

function stated(
  index: number,
  image: string,
  others: Partial<EntryFacts>,
  vex: readonly VexStatement[] = [],
): SearchStated {
  const facts = factsAbout(index, image, others)
  const lines = others.sbom === undefined ? [] : [makeLine('p', 'pkg:npm/a', '1.0.0')]
  return { facts, matches: matchesIn(planSearch(question), facts.index, lines), vex }
}

const sbom = (platform = '') => ({
  sbom: { tool: `syft${platform}`, toolVersion: '1', platform, components: 1 },
})
const provenance = { predicateType: 'https://slsa.dev/provenance/v1', builder: 'https://ci.test' }
const part = { from: 'CVE-1', keys: ['pkg:npm/a'], type: 'npm', names: 'installed', listed: ['1.0.0'] }
const question = parseSearchQuestion({ parts: [part] })

describe('the row of an image', () => {
  const rowOf = (all: readonly SearchStated[], scope = {}): SearchRow | undefined =>
    searchRow({ ...question, scope }, imageDigest(digestOf('shop')), all, trustOf(), treeSize(10))

  it('has no provenance that was revoked', () => {
    const row = rowOf([
      stated(1, 'shop', sbom()),
      stated(3, 'shop', provenance),
      stated(4, 'shop', provenance),
    ])
    expect(row?.provenance.map((one) => one.entry)).to.deep.equal([3])
  })

  it('is not changed by what is said of another image', () => {
    const own = [stated(1, 'shop', sbom())]
    const others = [stated(2, 'web', sbom()), stated(3, 'web', provenance), stated(5, 'web', {}, [fixed])]
    expect(rowOf([...own, ...others])).to.deep.equal(rowOf(own))
    expect(rowOf([...own, stated(5, 'shop', {}, [fixed])])?.lifted).to.equal(true)
  })

  it('has of a platform the SBOMs of that platform, and those that do not say theirs', () => {
    const all = [
      stated(1, 'shop', sbom()),
      stated(2, 'shop', sbom('linux/amd64')),
      stated(3, 'shop', sbom('linux/arm64')),
    ]
    expect(rowOf(all, { platform: 'linux/arm64' })?.sboms).to.deep.equal([1, 3])
    expect(rowOf(all)?.sboms).to.deep.equal([1, 2, 3])
  })

  it('is not lifted by what was revoked, though a server shows it', () => {
    const row = rowOf([stated(1, 'shop', sbom()), stated(4, 'shop', {}, [fixed])])
    expect([row?.vex, row?.lifted]).to.deep.equal([undefined, undefined])
  })

  it('is lifted by a signer of some images only if every name that others give it is one of these', () => {
    const named = (name: string) => ({ subjects: [{ digest: digestOf('shop'), name }] })
    const word = stated(5, 'shop', { key: team.publicKey.id }, [fixed])
    const other = stated(2, 'shop', { ...sbom('linux/arm64'), ...named('registry.test/other') })
    const unnamed = stated(2, 'shop', { ...sbom('linux/arm64'), ...named('') })
    expect(rowOf([stated(1, 'shop', sbom()), word])?.lifted).to.equal(true)
    expect(rowOf([stated(1, 'shop', sbom()), other, word])?.lifted).to.equal(undefined)
    expect(rowOf([stated(1, 'shop', sbom()), unnamed, word])?.lifted).to.equal(undefined)
  })

  it('takes the last word of a document by its times if each is one, else as they stand', () => {
    const last = (...words: readonly (readonly [VexStatus, string])[]): string | undefined => {
      const vex = words.map(([status, timestamp]) => ({ ...fixed, status, timestamp }))
      return rowOf([stated(1, 'shop', sbom()), stated(5, 'shop', {}, vex)])?.vex?.[0]?.status
    }
    const [march, january] = ['2026-03-05T00:00:00Z', '2026-01-05T00:00:00Z'] as const
    expect(last(['fixed', march], ['affected', january])).to.equal('fixed')
    expect(last(['under_investigation', ''], ['fixed', march], ['affected', january])).to.equal('affected')
    expect(last(['fixed', march], ['affected', '2026-02-30T00:00:00Z']), 'no such day').to.equal('affected')
  })

  it('is lifted by the newest word of a signer, in whichever order its words come', () => {
    const words = [stated(6, 'shop', {}, [{ ...fixed, status: 'affected' }]), stated(5, 'shop', {}, [fixed])]
    for (const order of [words, words.toReversed()])
      expect(rowOf([stated(1, 'shop', sbom()), ...order])?.vex?.map((one) => one.entry)).to.deep.equal([6])
  })

  it('is meant by its digest, alone or behind a name, however the colon is written', () => {
    const digest = digestOf('shop')
    const other = digestOf('web')
    const names = [digest, `registry.test/shop@${digest}`, `pkg:oci/shop@${digest.replace(':', '%3A')}?tag=1`]
    const lifted = (id: string): boolean => {
      const vex = [{ ...fixed, products: [{ ids: [id], digests: [], subcomponents: [] }] }]
      return rowOf([stated(1, 'shop', sbom()), stated(5, 'shop', {}, vex)])?.lifted === true
    }
    for (const name of [...names, `pkg:oci/shop@${digest.replace(':', '%3a')}`])
      expect(lifted(name), name).to.equal(true)
    for (const name of names)
      expect(lifted(name.replace(digest.slice(7), other.slice(7))), name).to.equal(false)
  })
})
