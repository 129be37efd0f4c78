import { expect } from 'chai'
import { describe, it } from 'mocha'
import { CYCLONEDX, SLSA_PROVENANCE_V1 } from '../../src/attestation/predicate-types.ts'
import { STATEMENT_V1, type Statement } from '../../src/attestation/statement.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { emptyIntake, intakeOf, type Intake } from '../../src/sbom/intake.ts'
import { readSbom } from '../../src/sbom/manifest.ts'
import { cycloneDx } from './documents.ts'

function intake(predicateType: string, predicate: JsonObject): Intake {
  const subjects = [{ name: 'a', digest: { sha256: 'e3'.repeat(32) } }]
  const statement: Statement = { type: STATEMENT_V1, subjects, predicateType, predicate }
  return intakeOf(statement, readSbom(statement))
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

  it('of provenance tells by what nobody will find it', () => {
    expect(intake(SLSA_PROVENANCE_V1, {}).findings).to.deep.equal([
      { code: 'no-builder', count: 1 },
      { code: 'no-source', count: 1 },
    ])
  })

  it('of anything else is empty', () => {
    expect(intake('https://example.com/scan', { a: 1 })).to.deep.equal(emptyIntake)
  })
})
