import { expect } from 'chai'
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, it } from 'mocha'
import { isSignature } from '../../src/crypto/signature.ts'
import { generateSigningKey, parseSigningKey } from '../../src/crypto/signing-key.ts'
import { keyKinds } from '../../src/crypto/spki.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { OCTET_STRING, SEQUENCE, formatDer } from '../../src/encoding/der.ts'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { faultOf, resultOrReason } from '../helpers/fault-of.ts'
import { countingRandom, nodeKeyPair, nodePkcs8, pkcs8Of, spkiOf } from '../helpers/keys.ts'

const message = utf8('a message')

describe('signing keys', () => {
  for (const kind of ['ecdsa-p256', 'ed25519'] as const) {
    it(`of the kind ${kind} follow from their random bytes`, () => {
      const [one, again, other] = [1, 1, 2].map((seed) => generateSigningKey(kind, countingRandom(seed)))
      expect(again?.pkcs8).to.deep.equal(one?.pkcs8)
      expect(other?.pkcs8).not.to.deep.equal(one?.pkcs8)
      expect(one?.publicKey.kind).to.equal(kind)
    })

    it(`of the kind ${kind} are written as OpenSSL writes them`, () => {
      const key = generateSigningKey(kind, countingRandom(5))
      const node = createPrivateKey({ key: Buffer.from(key.pkcs8), format: 'der', type: 'pkcs8' })
      expect(pkcs8Of(node)).to.deep.equal(key.pkcs8)
      expect(spkiOf(createPublicKey(node))).to.deep.equal(key.publicKey.spki)
    })
  }

  it('by Ed25519 give the signature of RFC 8032, 7.1, test 2', () => {
    const secret = parseHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
    const key = generateSigningKey('ed25519', () => secret)
    expect(formatHex(key.publicKey.spki.subarray(12))).to.equal(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    )
    expect(formatHex(key.sign(Uint8Array.of(0x72)))).to.equal(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })

  for (const kind of keyKinds) {
    it(`of the kind ${kind} are read as Node writes them, and sign what Node accepts`, () => {
      const pair = nodeKeyPair(kind)
      const key = parseSigningKey(pkcs8Of(pair.privateKey))
      const signature = key.sign(message)
      expect(key.publicKey).to.deep.include({ kind, spki: spkiOf(pair.publicKey) })
      expect(
        verify(kind === 'ed25519' ? null : key.publicKey.hash, message, pair.publicKey, signature),
      ).to.equal(true)
      expect(isSignature(key.publicKey, message, signature)).to.equal(true)
      expect([signature.constructor, key.pkcs8.constructor]).to.deep.equal([Uint8Array, Uint8Array])
    })
  }

  it('with a public half that does not fit are refused', () => {
    const [one, other] = [
      pkcs8Of(nodeKeyPair('ecdsa-p256').privateKey),
      pkcs8Of(nodeKeyPair('ecdsa-p256').privateKey),
    ]
    const mixed = concatBytes(one.subarray(0, one.length - 64), other.subarray(other.length - 64))
    expect(faultOf(() => parseSigningKey(mixed))).to.include({ reason: 'key-malformed' })
  })

  it('without a public half inside are read (RFC 5915 makes it optional)', () => {
    const pkcs8 = nodePkcs8('ecdsa-p256')
    const inner = formatDer(SEQUENCE, Uint8Array.of(2, 1, 1), pkcs8.slice(34, 68))
    const short = formatDer(SEQUENCE, pkcs8.slice(3, 6), pkcs8.slice(6, 27), formatDer(OCTET_STRING, inner))
    expect(parseSigningKey(short).publicKey).to.deep.equal(parseSigningKey(pkcs8).publicKey)
  })

  it('whose secret is 0, the order or of another length are refused', () => {
    const pkcs8 = generateSigningKey('ecdsa-p256', countingRandom(1)).pkcs8
    const order = parseHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
    for (const secret of [new Uint8Array(32), order]) {
      const changed = pkcs8.slice()
      changed.set(secret, 36)
      expect(resultOrReason(() => parseSigningKey(changed))).to.equal('key-malformed')
    }
    const short = parseHex(`302d020100300506032b65700421041f${'11'.repeat(31)}`)
    expect(resultOrReason(() => parseSigningKey(short))).to.equal('key-malformed')
  })

  it('of other kinds and forms are refused, each by its reason', () => {
    const ec = (namedCurve: string): Uint8Array =>
      pkcs8Of(generateKeyPairSync('ec', { namedCurve }).privateKey)
    const rsa = (modulusLength: number, publicExponent = 65537): Uint8Array =>
      pkcs8Of(generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey)
    const sec1 = new Uint8Array(nodeKeyPair('ecdsa-p256').privateKey.export({ format: 'der', type: 'sec1' }))
    const refused: readonly (readonly [string, Uint8Array])[] = [
      ['key-type-unsupported', ec('secp256k1')],
      ['key-type-unsupported', ec('secp224r1')],
      ['key-type-unsupported', pkcs8Of(generateKeyPairSync('x25519').privateKey)],
      ['key-type-unsupported', rsa(2056)],
      ['key-weak', rsa(1024)],
      ['key-weak', rsa(2048, 3)],
      ['key-malformed', sec1],
      ['key-malformed', spkiOf(nodeKeyPair('ed25519').publicKey)],
      ['key-malformed', new Uint8Array()],
      ['key-malformed', nodePkcs8('ed25519').slice(0, 47)],
    ]
    for (const [reason, der] of refused) expect(resultOrReason(() => parseSigningKey(der))).to.equal(reason)
  })
})
