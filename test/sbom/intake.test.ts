import { expect } from 'chai'
import { describe, it } from 'mocha'
import { CYCLONEDX, SLSA_PROVENANCE_V1, SPDX } from '../../src/attestation/predicate-types.ts'
import { STATEMENT_V1, type Statement } from '../../src/attestation/statement.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { emptyIntake, intakeOf, type Intake } from '../../src/sbom/intake.ts'
import { readReportedSbom } from '../../src/sbom/manifest.ts'
import { cycloneDx, spdx } from './documents.ts'

/** Without the advice, which is the same for every finding of a code; a test of its own looks at it. */
function intake(predicateType: string, predicate: JsonObject): Intake {
  const report = advisedIntake(predicateType, predicate)
  const findings = report.findings.map(({ code, count, example }) => ({
    code,
    count,
    ...(example === undefined ? {} : { example }),
  }))
  return { ...report, findings }
}

function advisedIntake(predicateType: string, predicate: JsonObject): Intake {
  const subjects = [{ name: 'a', digest: { sha256: 'e3'.repeat(32) } }]
  const statement: Statement = { type: STATEMENT_V1, subjects, predicateType, predicate }
  return intakeOf(statement, readReportedSbom(statement))
}

describe('the intake report', () => {
  it('of an SBOM counts what can be searched for and what not, and names the first poor case', () => {
    const components = [
      { name: 'a', purl: 'pkg:npm/a@1' },
      { name: 'a', purl: 'pkg:npm/a@1' },
      { name: 'b', purl: 'pkg:npm/b' },
      { name: 'c', version: '1' },
      { name: 'd', version: '1', purl: 'not a purl' },
    ]
    expect(intake(CYCLONEDX, cycloneDx({ components, metadata: {} }))).to.deep.equal({
      format: 'CycloneDX 1.5',
      components: 5,
      withPurl: 3,
      withoutPurl: 2,
      withoutVersion: 1,
      duplicates: 1,
      findings: [
        { code: 'no-tool', count: 1 },
        { code: 'no-purl', count: 1, example: 'c' },
        { code: 'purl-unreadable', count: 1, example: 'not a purl' },
        { code: 'no-version', count: 1, example: 'pkg:npm/b' },
        { code: 'duplicate-component', count: 1, example: 'pkg:npm/a@1' },
      ],
    })
  })

  it('says which licences name none of the list, but for own ones', () => {
    const licences = ['MIT', 'Apache License 2.0', 'LicenseRef-own', 'BSD'].map((name) => ({
      license: { name },
    }))
    const report = intake(
      CYCLONEDX,
      cycloneDx({ metadata: {}, components: [{ name: 'a', licenses: licences }] }),
    )
    expect(report.findings.at(-1)).to.deep.equal({
      code: 'licence-not-spdx',
      count: 2,
      example: 'Apache License 2.0',
    })
  })

  it('says which versions no range can tell of', () => {
    const purls = [
      'pkg:golang/a@(devel)',
      'pkg:golang/b@v1.0.0',
      'pkg:rpm/x/c@latest?epoch=1',
      'pkg:generic/d@any',
      'pkg:npm/e',
    ]
    const report = intake(
      CYCLONEDX,
      cycloneDx({ metadata: {}, components: purls.map((purl) => ({ name: 'a', purl })) }),
    )
    expect(report.findings).to.deep.include({
      code: 'version-unordered',
      count: 2,
      example: 'pkg:golang/a@%28devel%29',
    })
  })

  it('says if the document names another subject than was signed', () => {
    const [same, other] = [`sha256:${'e3'.repeat(32)}`, `sha256:${'a1'.repeat(32)}`]
    const hashes = [{ alg: 'SHA-256', content: other.slice(7) }]
    const abouts: readonly (readonly [about: JsonObject, differs: boolean])[] = [
      [{ name: 'app', version: '1' }, false],
      [{ name: 'app', version: same }, false],
      [{ name: 'app', version: other }, true],
      [{ name: `r.example/app@${other}` }, true],
      [{ name: 'app', purl: `pkg:oci/app@${same}`, hashes }, false],
      [{ name: 'app', purl: `pkg:oci/app@${other}` }, true],
      [{ name: 'app', hashes }, true],
    ]
    const finding = { code: 'subject-differs', count: 1, example: other }
    for (const [about, differs] of abouts) {
      const { findings } = intake(CYCLONEDX, cycloneDx({ metadata: { component: about } }))
      const found = findings.filter(({ code }) => code === 'subject-differs')
      expect(found, JSON.stringify(about)).to.deep.equal(differs ? [finding] : [])
    }
    const describes = { spdxElementId: 'SPDXRef-DOCUMENT', relatedSpdxElement: 'SPDXRef-1' }
    for (const [changes, differs] of [
      [{ documentDescribes: ['SPDXRef-1'] }, true],
      [{ relationships: [{ ...describes, relationshipType: 'DESCRIBE' }] }, true],
      [{ relationships: [{ ...describes, relationshipType: 'CONTAINS' }] }, false],
    ] as const) {
      const packages = [{ SPDXID: 'SPDXRef-1', name: `r.example/app@${other}` }]
      const { findings } = intake(SPDX, spdx({ packages, ...changes }))
      const found = findings.filter(({ code }) => code === 'subject-differs')
      expect(found, JSON.stringify(changes)).to.deep.equal(differs ? [finding] : [])
    }
  })

  it('of provenance tells by what nobody will find it', () => {
    expect(intake(SLSA_PROVENANCE_V1, {}).findings).to.deep.equal([
      { code: 'no-builder', count: 1 },
      { code: 'no-source', count: 1 },
    ])
  })

  it('says for each finding what to change where the document is made', () => {
    const components = [
      { name: 'a' },
      { name: 'b', purl: 'no purl' },
      { name: 'c', purl: 'pkg:golang/c@(devel)' },
    ]
    const { findings } = advisedIntake(CYCLONEDX, cycloneDx({ components, metadata: {} }))
    expect(findings.map(({ code }) => code)).to.deep.equal([
      'no-tool',
      'no-purl',
      'purl-unreadable',
      'no-version',
      'version-unordered',
    ])
    for (const { code, advice } of findings) expect(advice, code).to.match(/^[A-Z].{30,}\.$/)
    expect(new Set(findings.map(({ advice }) => advice)).size).to.equal(findings.length)
  })

  it('of anything else is empty', () => {
    expect(intake('https://example.com/scan', { a: 1 })).to.deep.equal(emptyIntake)
  })
})
