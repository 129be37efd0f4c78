import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { attestationIdOf, checkPayloadType, pae, parsePae } from '../../src/attestation/pae.ts'
import { sha256Id } from '../../src/crypto/sha256.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { byteChanges, refusal, refuseAll, truncations } from '../helpers/mangle.ts'

const IN_TOTO = 'application/vnd.in-toto+json'

describe('attestation/pae', () => {
  it("makes the bytes of the DSSE specification's example", () => {
    const bytes = pae('http://example.com/HelloWorld', utf8('hello world'))
    expect(bytes).to.deep.equal(utf8('DSSEv1 29 http://example.com/HelloWorld 11 hello world'))
  })

  it('counts bytes, not characters', () => {
    expect(pae('é', utf8('€'))).to.deep.equal(utf8('DSSEv1 2 é 3 €'))
  })

  it('parses what it formats, whatever the payload', () => {
    const types = fc.constantFrom(IN_TOTO, 'application/vnd.in-toto.provenance+json')
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 300 }), (payloadType, payload) => {
        const parsed = parsePae(pae(payloadType, payload))
        expect(parsed.payloadType).to.equal(payloadType)
        expect(Uint8Array.from(parsed.payload)).to.deep.equal(payload)
      }),
    )
  })

  it('refuses every truncation', () => {
    const bytes = pae(IN_TOTO, utf8('{"a": 1}'))
    expect(refuseAll(truncations(bytes), parsePae)).to.equal(bytes.length)
  })

  it('never reads two byte strings as one', () => {
    const bytes = pae(IN_TOTO, utf8('{}'))
    for (const changed of byteChanges(bytes)) {
      let parsed
      try {
        parsed = parsePae(changed)
      } catch {
        continue
      }
      expect(pae(parsed.payloadType, parsed.payload)).to.deep.equal(changed)
    }
  })

  for (const [title, text] of [
    ['a length with a leading zero', `DSSEv1 028 ${IN_TOTO} 2 {}`],
    ['a length that is too short', `DSSEv1 27 ${IN_TOTO} 2 {}`],
    ['a length that is too long', `DSSEv1 29 ${IN_TOTO} 2 {}`],
    ['a payload longer than it says', `DSSEv1 28 ${IN_TOTO} 1 {}`],
    ['a payload shorter than it says', `DSSEv1 28 ${IN_TOTO} 3 {}`],
    ['two spaces', `DSSEv1  28 ${IN_TOTO} 2 {}`],
    ['another version', `DSSEv2 28 ${IN_TOTO} 2 {}`],
    ['a length beyond any type', `DSSEv1 9999999999999999 ${IN_TOTO} 2 {}`],
    ['a sign', `DSSEv1 +28 ${IN_TOTO} 2 {}`],
  ] as const) {
    it(`refuses ${title}`, () => {
      expect(refusal(() => parsePae(utf8(text))).reason).to.equal('envelope-malformed')
    })
  }

  it('takes nothing for a statement that was signed as something else', () => {
    const bytes = pae('application/json', utf8('{}'))
    expect(refusal(() => parsePae(bytes)).reason).to.equal('payload-type-unsupported')
  })

  it('accepts the payload types of in-toto and no others', () => {
    for (const good of [
      IN_TOTO,
      'application/vnd.in-toto.provenance+json',
      'application/vnd.in-toto.spdx-2.3+json',
    ]) {
      checkPayloadType(good)
    }
    const bad = [
      '',
      'application/json',
      'application/vnd.in-toto',
      'Application/vnd.in-toto+json',
      `${IN_TOTO}\n`,
    ]
    bad.push(
      'application/vnd.in-toto.+json',
      'application/vnd.in-toto.a b+json',
      `application/vnd.in-toto.${'a'.repeat(300)}+json`,
    )
    for (const type of bad) {
      expect(refusal(() => checkPayloadType(type)).reason, type).to.equal('payload-type-unsupported')
    }
  })

  it('names what was signed by the SHA-256 of the encoding', () => {
    const bytes = pae(IN_TOTO, utf8('{}'))
    expect(attestationIdOf(bytes)).to.equal(sha256Id(bytes))
  })
})
