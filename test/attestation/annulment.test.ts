import { expect } from 'chai'
import { describe, it } from 'mocha'
import {
  annulmentMembers,
  annulmentReasons,
  annulmentStatement,
  parseAnnulment,
  type Annulment,
} from '../../src/attestation/annulment.ts'
import { parseStatement, type Statement } from '../../src/attestation/statement.ts'
import { attestationId } from '../../src/brand.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Reason } from '../../src/errors.ts'
import { memberNames, readSchema, within } from '../helpers/schema.ts'
import { refusal } from '../helpers/mangle.ts'

const id = `sha256:${'ab'.repeat(32)}`
const annulment: Annulment = {
  revocation: attestationId(id),
  reason: 'mistake',
  log: 'ledger.test',
  issuedAt: '2026-11-24T12:00:00Z',
  nonce: '0123456789abcdef'.repeat(2),
  detail: 'the wrong key',
  incident: 'https://incidents.test/7',
}

type Loose = Record<string, unknown>

function changed(change: (predicate: Loose, statement: Loose) => void): Statement {
  const json = JSON.parse(new TextDecoder().decode(annulmentStatement(annulment))) as Loose
  change(json['predicate'] as Loose, json)
  return parseStatement(utf8(JSON.stringify(json)))
}

describe('attestation/annulment', () => {
  it('parses what it states, with and without what is optional', () => {
    const { detail: _detail, incident: _incident, ...least } = annulment
    for (const one of [annulment, least, { ...annulment, reason: 'resolved' as const }])
      expect(parseAnnulment(parseStatement(annulmentStatement(one)))).to.deep.equal(one)
  })

  const refused: readonly (readonly [string, Reason, (predicate: Loose, statement: Loose) => void])[] = [
    ['another member', 'unsupported', (p) => (p['until'] = '2027-01-01T00:00:00Z')],
    ['another reason', 'unsupported', (p) => (p['reason'] = 'regret')],
    ['no reason', 'predicate-unacceptable', (p) => delete p['reason']],
    ['another kind of target', 'unsupported', (p) => (p['target'] = { type: 'key', uri: `key:${id}` })],
    [
      'a uri of another kind',
      'predicate-unacceptable',
      (p) => (p['target'] = { type: 'attestation', uri: `key:${id}` }),
    ],
    ['no log', 'predicate-unacceptable', (p) => delete p['log']],
    ['no time', 'predicate-unacceptable', (p) => (p['issuedAt'] = 'today')],
    ['a short nonce', 'predicate-unacceptable', (p) => (p['nonce'] = 'ab')],
    ['a detail without end', 'predicate-unacceptable', (p) => (p['detail'] = 'x'.repeat(2_001))],
    [
      'another revocation than its subject',
      'predicate-unacceptable',
      (p) => (p['target'] = { type: 'attestation', uri: `attestation:sha256:${'cd'.repeat(32)}` }),
    ],
    [
      'two subjects',
      'predicate-unacceptable',
      (_p, s) => (s['subject'] = [...(s['subject'] as object[]), ...(s['subject'] as object[])]),
    ],
  ]
  for (const [title, reason, change] of refused)
    it(`refuses ${title}: ${reason}`, () =>
      expect(refusal(() => parseAnnulment(changed(change))).reason).to.equal(reason))
})

describe('schema/annulment', () => {
  const schema = readSchema('annulment')

  it('has exactly the members, the reasons and the requirements of the parser', () => {
    expect(memberNames(schema)).to.deep.equal([...annulmentMembers.annulment].sort())
    expect(memberNames(within(schema, 'target'))).to.deep.equal([...annulmentMembers.target].sort())
    expect(schema.properties?.['reason']?.enum).to.deep.equal(annulmentReasons)
    for (const name of annulmentMembers.annulment) {
      const isRequired = (schema.required ?? []).includes(name)
      const without = (): Annulment => parseAnnulment(changed((p) => delete p[name]))
      if (isRequired) expect(without, name).to.throw()
      else without()
    }
  })
})
