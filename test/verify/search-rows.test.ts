/** Which components a part of a search means, and what of an image's entries is in its row; over lines and facts made here. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { attestationId, imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { makeLine, type ManifestLine } from '../../src/sbom/manifest-line.ts'
import { createTrustState, foldControl, type TrustState } from '../../src/trust/trust-state.ts'
import type { EntryFacts } from '../../src/verify/entry-facts.ts'
import type { SearchRow } from '../../src/verify/search.ts'
import { matchesIn, planSearch, searchRow, type SearchStated } from '../../src/verify/search-rows.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { digestOf, keys, ORIGIN, trustRoot } from '../helpers/test-ledger.ts'

const ID = attestationId(`sha256:${'ab'.repeat(32)}`)
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

/** `ci` may say anything; its statement in entry 4 is revoked. */
function trustOf(): TrustState {
  const state = createTrustState(ORIGIN)
  const signed = { attestation: ID, key: keys.admin.publicKey.id }
  const root = { kind: 'trust-root', root: trustRoot({ ci: [keys.ci] }) } as const
  foldControl(state, { ...signed, index: logIndex(0), control: root })
  const target = parseTarget(`attestation:${idOf(4)}`)
  const said = { log: ORIGIN, issuedAt: '2026-11-24T12:00:00Z', nonce: '0'.repeat(32) }
  const revocation = { ...said, target, mode: 'all', reason: 'false-statement' } as const
  const control = { kind: 'revocation', revocation } as const
  foldControl(state, { ...signed, attestation: idOf(9), index: logIndex(9), control })
  return state
}

const idOf = (index: number) => attestationId(`sha256:${index.toString(16).padStart(64, '0')}`)

function stated(
  index: number,
  image: string,
  others: Partial<EntryFacts>,
  vex: boolean = false,
): SearchStated {
  const facts = {
    index: logIndex(index),
    attestation: idOf(index),
    key: keys.ci.publicKey.id,
    predicateType: 'https://cyclonedx.org/bom',
    subjects: [{ digest: digestOf(image), name: `registry.test/${image}` }],
    builder: '',
    commits: [],
    ...others,
  }
  const plan = planSearch(question)
  const lines = others.sbom === undefined ? [] : [makeLine('p', 'pkg:npm/a', '1.0.0')]
  const said = {
    vulnerabilities: ['CVE-1'],
    products: [],
    status: 'fixed',
    justification: '',
    timestamp: '',
  } as const
  return { facts, matches: matchesIn(plan, facts.index, lines), vex: vex ? [said] : [] }
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
    const others = [stated(2, 'web', sbom()), stated(3, 'web', provenance), stated(5, 'web', {}, true)]
    expect(rowOf([...own, ...others])).to.deep.equal(rowOf(own))
    expect(rowOf([...own, stated(5, 'shop', {}, true)])?.lifted).to.equal(true)
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
})
