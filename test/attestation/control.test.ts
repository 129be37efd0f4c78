import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseControl } from '../../src/attestation/control.ts'
import { REVOCATION, SLSA_PROVENANCE_V1, TRUST_ROOT } from '../../src/attestation/predicate-types.ts'
import { formatStatement, parseStatement, type Statement } from '../../src/attestation/statement.ts'
import { refusal } from '../helpers/mangle.ts'

function statement(predicateType: string): Statement {
  const subjects = [{ name: 'x', digest: { sha256: 'ab'.repeat(32) } }]
  return parseStatement(formatStatement({ subjects, predicateType, predicate: {} }))
}

describe('attestation/control', () => {
  it('passes statements about something else by', () => {
    for (const type of [
      SLSA_PROVENANCE_V1,
      'https://cyclonedx.org/bom',
      'https://spdx.dev/Document',
      'a:b',
    ]) {
      expect(parseControl(statement(type))).to.equal(undefined)
    }
  })

  it('reads what claims to be a control statement by its own rules', () => {
    expect(refusal(() => parseControl(statement(TRUST_ROOT))).reason).to.equal('trust-root-unacceptable')
    expect(refusal(() => parseControl(statement(REVOCATION))).reason).to.equal('predicate-unacceptable')
  })

  it('refuses other predicates of ours, never taking them for somebody’s', () => {
    for (const type of [
      'https://attestree.dev/revocation-annulment/v2',
      'https://attestree.dev/approval/v1',
      'https://attestree.dev/x',
    ]) {
      expect(refusal(() => parseControl(statement(type))).reason).to.equal('unsupported')
    }
  })
})
