import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  formatEnvelope,
  MAX_PAYLOAD_BYTES,
  parseEnvelope,
  parseSubmission,
} from '../../src/attestation/envelope.ts'
import { pae } from '../../src/attestation/pae.ts'
import { parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { isSignature } from '../../src/crypto/signature.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Reason } from '../../src/errors.ts'
import { parseBundleEnvelope } from '../../src/entry/bundle.ts'
import { refusal } from '../helpers/mangle.ts'
import { itWithVectors } from '../helpers/vectors.ts'

const IN_TOTO = 'application/vnd.in-toto+json'
const good = { payload: 'e30=', payloadType: IN_TOTO, signatures: [{ keyid: 'k', sig: 'AQID' }] }

function parse(value: unknown): ReturnType<typeof parseEnvelope> {
  return parseEnvelope(utf8(typeof value === 'string' ? value : JSON.stringify(value)))
}

describe('attestation/envelope', () => {
  it('parses what it formats', () => {
    const signature = fc.record({
      keyid: fc.string({ unit: 'grapheme', maxLength: 20 }),
      signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    })
    const envelope = fc.record({
      payloadType: fc.constant(IN_TOTO),
      payload: fc.uint8Array({ maxLength: 100 }),
      signatures: fc.array(signature, { minLength: 1, maxLength: 16 }),
    })
    fc.assert(
      fc.property(envelope, (one) => {
        expect(parseEnvelope(formatEnvelope(one))).to.deep.equal(one)
      }),
    )
  })

  it('reads URL-safe base64, padded or not, as the same bytes', () => {
    const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0xff)
    for (const text of ['+//+/w==', '-__-_w==', '-__-_w']) {
      const envelope = parse({ ...good, payload: text, signatures: [{ sig: text }] })
      expect(envelope.payload).to.deep.equal(bytes)
      expect(envelope.signatures).to.deep.equal([{ keyid: '', signature: bytes }])
    }
  })

  it('ignores unknown fields, at the top and in signatures', () => {
    expect(
      parse({ ...good, extra: { a: [1] }, signatures: [{ ...good.signatures[0], cert: 'x' }] }),
    ).to.deep.equal(parse(good))
  })

  it('holds a key id that is unset, null or empty to be the same', () => {
    for (const keyid of [undefined, null, '']) {
      expect(parse({ ...good, signatures: [{ keyid, sig: 'AQID' }] }).signatures[0]?.keyid).to.equal('')
    }
  })

  const { payload: _payload, ...withoutPayload } = good
  const { payloadType: _type, ...withoutType } = good
  const { signatures: _signatures, ...withoutSignatures } = good
  const refused: readonly (readonly [string, unknown, Reason, string?])[] = [
    // The catalogue of robustness.md 4, D.
    ['D1 an empty body', '', 'json-malformed'],
    ['D1 null', 'null', 'envelope-malformed', ''],
    ['D1 an array', '[]', 'envelope-malformed', ''],
    ['D1 a string', '"x"', 'envelope-malformed', ''],
    ['D2 a key twice', '{"payload":"e30=","payload":"e30="}', 'json-duplicate-key', '/payload'],
    ['D3 __proto__ as a key', '{"payload":"e30=","__proto__":{}}', 'json-forbidden-key', '/__proto__'],
    [
      'D3 __proto__ in a signature',
      '{"signatures":[{"__proto__":1}]}',
      'json-forbidden-key',
      '/signatures/0/__proto__',
    ],
    ['D4 65 levels', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'json-depth'],
    ['D5 a byte order mark', `\ufeff${JSON.stringify(good)}`, 'encoding-malformed'],
    ['D5 a lone surrogate', '{"a":"\\ud800"}', 'json-lone-surrogate', '/a'],
    ['an unsafe integer', '{"a":9007199254740993}', 'json-unsafe-number', '/a'],
    ['D6 no payload', withoutPayload, 'envelope-malformed', '/payload'],
    ['D6 no payload type', withoutType, 'envelope-malformed', '/payloadType'],
    ['D6 no signatures', withoutSignatures, 'envelope-malformed', '/signatures'],
    ['D6 a null payload', { ...good, payload: null }, 'envelope-malformed', '/payload'],
    [
      'D6 a signature without sig',
      { ...good, signatures: [{ keyid: 'k' }] },
      'envelope-malformed',
      '/signatures/0/sig',
    ],
    [
      'D6 a signature that is a string',
      { ...good, signatures: ['AQID'] },
      'envelope-malformed',
      '/signatures/0',
    ],
    [
      'a key id that is a number',
      { ...good, signatures: [{ keyid: 1, sig: 'AQID' }] },
      'envelope-malformed',
      '/signatures/0/keyid',
    ],
    ['D7 zero signatures', { ...good, signatures: [] }, 'no-signature', '/signatures'],
    ['an empty signature', { ...good, signatures: [{ sig: '' }] }, 'envelope-malformed', '/signatures/0/sig'],
    [
      'D8 17 signatures',
      { ...good, signatures: Array(17).fill({ sig: 'AQID' }) },
      'signature-limit',
      '/signatures',
    ],
    ['D9 white space in base64', { ...good, payload: 'e3 0=' }, 'base64-malformed', '/payload'],
    ['D9 half the padding', { ...good, payload: 'e3=' }, 'base64-malformed', '/payload'],
    ['D9 too much padding', { ...good, payload: 'e30==' }, 'base64-malformed', '/payload'],
    ['D9 standard digits without padding', { ...good, payload: '+/8' }, 'base64-malformed', '/payload'],
    ['D9 bits after the end', { ...good, payload: 'e31=' }, 'base64-malformed', '/payload'],
    ['D9 mixed alphabets', { ...good, payload: '+_8=' }, 'base64-malformed', '/payload'],
    [
      'D9 junk in a signature',
      { ...good, signatures: [{ sig: 'AQ!D' }] },
      'base64-malformed',
      '/signatures/0/sig',
    ],
    ['D10 an empty payload type', { ...good, payloadType: '' }, 'payload-type-unsupported', '/payloadType'],
    [
      'D10 a payload type with a newline',
      { ...good, payloadType: `${IN_TOTO}\n` },
      'payload-type-unsupported',
      '/payloadType',
    ],
    [
      'D16 an unknown payload type',
      { ...good, payloadType: 'text/plain' },
      'payload-type-unsupported',
      '/payloadType',
    ],
    ['a reserved name in the wrong case', { ...good, Payload: 'e30=' }, 'envelope-malformed', '/Payload'],
    [
      'a reserved name with a letter that Go folds to "s"',
      { ...good, signatures: [{ sig: 'AQID', '\u017fig': 'AQID' }] },
      'envelope-malformed',
      '/signatures/0/\u017fig',
    ],
    ['PayloadType', { ...good, payloadtype: 'x' }, 'envelope-malformed', '/payloadtype'],
    [
      'Sig',
      { ...good, signatures: [{ sig: 'AQID', Sig: 'AQID' }] },
      'envelope-malformed',
      '/signatures/0/Sig',
    ],
    [
      'keyID',
      { ...good, signatures: [{ sig: 'AQID', keyID: 'x' }] },
      'envelope-malformed',
      '/signatures/0/keyID',
    ],
  ]
  for (const [title, value, reason, pointer] of refused) {
    it(`refuses ${title}: ${reason}`, () => {
      const fault = refusal(() => parse(value))
      expect(fault.reason, fault.message).to.equal(reason)
      if (pointer !== undefined) expect(fault.pointer).to.equal(pointer)
    })
  }

  it('D5 refuses bytes that are not UTF-8', () => {
    expect(refusal(() => parseEnvelope(Uint8Array.of(0x22, 0xff, 0x22))).reason).to.equal(
      'encoding-malformed',
    )
  })

  it('accepts 16 signatures', () => {
    expect(parse({ ...good, signatures: Array(16).fill({ sig: 'AQID' }) }).signatures).to.have.length(16)
  })

  it('D17 refuses a payload over the limit before it decodes it', () => {
    const text = 'A'.repeat((MAX_PAYLOAD_BYTES / 3) * 4 + 8)
    const fault = refusal(() => parseEnvelope({ ...good, payload: text }))
    expect(fault.reason).to.equal('payload-too-large')
    expect(fault.facts).to.include({ limit: MAX_PAYLOAD_BYTES })
    expect(fault.message.length).to.be.below(200)
  })

  it('never echoes much of what it refuses', () => {
    const fault = refusal(() => parse({ ...good, payloadType: 'x'.repeat(100_000) }))
    expect(fault.message.length).to.be.below(300)
  })

  itWithVectors(
    'cosign',
    'takes the envelope out of a bundle made by cosign, and its signature holds',
    (folder) => {
      const envelope = parseBundleEnvelope(readFileSync(join(folder, 'attest-blob.sigstore.json')))
      const key = parsePublicKeyPem(readFileSync(join(folder, 'cosign.pub'), 'utf8'))
      const signed = pae(envelope.payloadType, envelope.payload)
      expect(isSignature(key, signed, envelope.signatures[0]?.signature ?? signed)).to.equal(true)
      // D11: the payload alone is not what was signed.
      expect(isSignature(key, envelope.payload, envelope.signatures[0]?.signature ?? signed)).to.equal(false)
    },
  )
})

describe('attestation/envelope submission', () => {
  const key = formatBase64(Uint8Array.of(1, 2, 3))
  const submit = (value: unknown): ReturnType<typeof parseSubmission> =>
    parseSubmission(utf8(JSON.stringify(value)))

  it('is a bare envelope, or one with public keys', () => {
    expect(submit(good)).to.deep.equal({ envelope: parse(good), publicKeys: [] })
    expect(submit({ envelope: good })).to.deep.equal({ envelope: parse(good), publicKeys: [] })
    const publicKeys = [Uint8Array.of(1, 2, 3)]
    expect(submit({ envelope: good, publicKeys: [key] })).to.deep.equal({ envelope: parse(good), publicKeys })
  })

  it('takes an envelope with an unknown field "envelope" for an envelope', () => {
    expect(submit({ ...good, envelope: 1 })).to.deep.equal({ envelope: parse(good), publicKeys: [] })
  })

  it('accepts 16 public keys and refuses 17', () => {
    expect(submit({ envelope: good, publicKeys: Array(16).fill(key) }).publicKeys).to.have.length(16)
    const fault = refusal(() => submit({ envelope: good, publicKeys: Array(17).fill(key) }))
    expect([fault.reason, fault.pointer]).to.deep.equal(['signature-limit', '/publicKeys'])
  })

  it('refuses other members, bad keys and bad envelopes, and points at them', () => {
    const cases: readonly (readonly [unknown, Reason, string])[] = [
      [{ envelope: good, publickeys: [key] }, 'unsupported', '/publickeys'],
      [{ envelope: good, publicKeys: key }, 'envelope-malformed', '/publicKeys'],
      [{ envelope: good, publicKeys: ['AQ-D'] }, 'base64-malformed', '/publicKeys/0'],
      [{ envelope: good, publicKeys: [''] }, 'envelope-malformed', '/publicKeys/0'],
      [{ envelope: { ...good, payload: 1 } }, 'envelope-malformed', '/envelope/payload'],
      [{ envelope: { ...good, payloadType: 'x' } }, 'payload-type-unsupported', '/envelope/payloadType'],
      [{ publicKeys: [key] }, 'envelope-malformed', '/payloadType'],
    ]
    for (const [value, reason, pointer] of cases) {
      const fault = refusal(() => submit(value))
      expect([fault.reason, fault.pointer]).to.deep.equal([reason, pointer])
    }
  })
})
