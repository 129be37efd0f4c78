import { expect } from 'chai'
import { describe, it } from 'mocha'
import { STATEMENT_V1, type Statement } from '../../src/attestation/statement.ts'
import { isVexAlone, vexStatementsOf, vexVulnerabilitiesOf } from '../../src/attestation/vex-of-statement.ts'
import { keyId } from '../../src/brand.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { parseUtf8 } from '../../src/encoding/utf8.ts'
import { formatManifest, manifestOf, readReportedSbom } from '../../src/sbom/manifest.ts'

const OPENVEX = 'https://openvex.dev/ns/v0.2.0'
const BOM = 'https://cyclonedx.org/bom'

function statement(predicateType: string, predicate: Statement['predicate']): Statement {
  const digest = { sha256: 'e3'.repeat(32) }
  return { type: STATEMENT_V1, subjects: [{ name: 'a.test/b', digest }], predicateType, predicate }
}

const openVex = (...statements: readonly JsonObject[]): Statement => statement(OPENVEX, { statements })

describe('VEX in statements', () => {
  it('tells the vulnerabilities it speaks of, by every name, folded and each once', () => {
    const old = { vulnerability: 'cve-2026-2', status: 'fixed' }
    const named = {
      vulnerability: { name: 'CVE-2026-1', aliases: ['GHSA-a', 'cve-2026-1'] },
      status: 'fixed',
    }
    expect(vexVulnerabilitiesOf(openVex(old, named))).to.deep.equal(['CVE-2026-2', 'CVE-2026-1', 'GHSA-A'])
    const analysed = { id: 'CVE-2026-1', references: [{ id: 'GHSA-a' }], analysis: { state: 'resolved' } }
    const found = { id: 'CVE-2026-3', affects: [] }
    const bom = statement(BOM, { vulnerabilities: [analysed, found] })
    expect(vexVulnerabilitiesOf(bom)).to.deep.equal(['CVE-2026-1', 'GHSA-A'])
  })

  it('speaks of none that is not among those, so that whoever finds it by them misses nothing', () => {
    const bom = {
      vulnerabilities: [{ id: 'A', references: [{ id: 'b' }], analysis: { state: 'in_triage' } }],
    }
    for (const one of [
      openVex({ vulnerability: { '@id': 'https://nvd.test/C', aliases: ['d'] }, status: 'affected' }),
      statement(BOM, bom),
    ]) {
      const read = vexStatementsOf(one).flatMap(({ vulnerabilities }) => vulnerabilities)
      expect(read).to.have.length(2)
      expect(vexVulnerabilitiesOf(one)).to.include.members(read.map((id) => id.toUpperCase()))
    }
  })

  it('says nothing where it is malformed, or of another type', () => {
    const good = { vulnerability: { name: 'A' }, status: 'fixed' }
    expect(vexStatementsOf(openVex(good))).to.have.length(1)
    expect(vexStatementsOf(openVex(good, { status: 'fixed' }))).to.deep.equal([])
    const others = [
      statement(OPENVEX, 'text'),
      statement(OPENVEX, undefined),
      statement('https://a.test/b', {}),
    ]
    for (const one of others) {
      expect(vexStatementsOf(one)).to.deep.equal([])
      expect(vexVulnerabilitiesOf(one)).to.deep.equal([])
    }
  })

  it('in CycloneDX is no SBOM where all that it lists is affected: it would clear what it does not list', () => {
    const analysed = (...refs: readonly string[]): JsonObject => ({
      id: 'CVE-2026-1',
      analysis: { state: 'not_affected' },
      affects: refs.map((ref) => ({ ref })),
    })
    const lib = { 'bom-ref': 'lib', name: 'lib', purl: 'pkg:npm/lib@1', version: '1' }
    const other = { 'bom-ref': 'other', name: 'other', purl: 'pkg:npm/other@1' }
    const document = (vulnerabilities: readonly JsonObject[], components: readonly JsonObject[]): Statement =>
      statement(BOM, { bomFormat: 'CycloneDX', specVersion: '1.6', vulnerabilities, components })
    const vexAlone = [
      document([analysed('product')], []),
      document([analysed('lib')], [lib]),
      document([analysed('pkg:npm/lib@1')], [lib]),
      document([analysed('urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#lib')], [lib]),
      document(
        [analysed('lib'), { id: 'CVE-2026-2', affects: [{ ref: 'other' }] }],
        [{ ...lib, components: [other] }],
      ),
    ]
    const sboms = [
      document([analysed('lib')], [lib, other]),
      document([analysed('lib')], [{ ...lib, components: [other] }]),
      document([{ id: 'CVE-2026-1', affects: [{ ref: 'lib' }] }], [lib]),
      document([{ ...analysed('lib'), analysis: { state: '' } }], [lib]),
      document([{ ...analysed(), affects: [{}] }], [{ name: 'lib' }]),
      document([], []),
    ]
    for (const one of vexAlone)
      expect([isVexAlone(one), readReportedSbom(one)]).to.deep.equal([true, undefined])
    for (const one of sboms)
      expect([isVexAlone(one), readReportedSbom(one) === undefined]).to.deep.equal([false, false])
    expect(() => readReportedSbom(document([analysed('lib')], [{ 'bom-ref': 'lib' }])), 'malformed').to.throw(
      'a string',
    )
  })

  it('has a line for each vulnerability in the manifest', () => {
    const key = keyId(`sha256:${'0f'.repeat(32)}`)
    const good = { vulnerability: { name: 'CVE-2026-1', aliases: ['GHSA-a'] }, status: 'fixed' }
    const lines = parseUtf8(formatManifest(manifestOf(openVex(good), key))).split('\n')
    expect(lines.filter((line) => line.startsWith('v'))).to.deep.equal(['v\tCVE-2026-1\t', 'v\tGHSA-A\t'])
  })
})
