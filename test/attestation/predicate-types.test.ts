import { expect } from 'chai'
import { describe, it } from 'mocha'
import { isControlType, predicateKind, type PredicateKind } from '../../src/attestation/predicate-types.ts'
import { isUri } from '../../src/attestation/uri.ts'

const kinds: readonly (readonly [string, PredicateKind])[] = [
  ['https://cyclonedx.org/bom', 'cyclonedx'],
  ['https://cyclonedx.org/bom/v1.4', 'cyclonedx'],
  ['https://spdx.dev/Document', 'spdx'],
  ['https://spdx.dev/Document/v2.3', 'spdx'],
  ['https://spdx.dev/Documents', 'other'],
  ['https://slsa.dev/provenance/v1', 'provenance'],
  ['https://slsa.dev/provenance/v0.2', 'provenance'],
  ['https://slsa.dev/provenance/v0.1', 'provenance'],
  ['https://in-toto.io/Provenance/v0.1', 'provenance'],
  ['https://in-toto.io/Provenance/v0.2', 'other'],
  ['https://slsa.dev/verification_summary/v1', 'other'],
  ['https://attestree.dev/trust-root/v1', 'trust-root'],
  ['https://attestree.dev/revocation/v1', 'revocation'],
  ['https://attestree.dev/revocation-annulment/v1', 'annulment'],
  ['https://attestree.dev/revocation/v2', 'control-unsupported'],
  ['https://attestree.dev/component-recall/v1', 'control-unsupported'],
  ['https://attestree.dev.example/revocation/v1', 'other'],
  ['HTTPS://attestree.dev/revocation/v1', 'other'],
  ['constructor:x', 'other'],
]

describe('attestation/predicate-types', () => {
  for (const [type, kind] of kinds) {
    it(`${type} is ${kind}`, () => {
      expect(predicateKind(type)).to.equal(kind)
      expect(isControlType(type)).to.equal(
        ['trust-root', 'revocation', 'annulment', 'control-unsupported'].includes(kind),
      )
    })
  }
})

describe('attestation/uri', () => {
  it('accepts URIs and refuses what is none', () => {
    for (const good of ['https://a.b/c?d=e#f', 'urn:x:y', 'a:b', "x:!$&'()*+,;=~%20[::1]@"])
      expect(isUri(good), good).to.equal(true)
    const bad = [
      '',
      'a',
      'a:',
      ':b',
      '1a:b',
      'a:b c',
      'a:b\n',
      'a:"',
      'a:<',
      'a:\\',
      'a:^',
      'a:`',
      'a:{',
      'a:|',
      'a:é',
    ]
    for (const text of [...bad, `a:${'b'.repeat(2_048)}`])
      expect(isUri(text), text.slice(0, 20)).to.equal(false)
  })
})
