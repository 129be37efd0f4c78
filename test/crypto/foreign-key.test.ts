import { expect } from 'chai'
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { describe, it } from 'mocha'
import { parsePublicKey, parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { BIT_STRING, INTEGER, SEQUENCE, formatDer } from '../../src/encoding/der.ts'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { formatPem } from '../../src/encoding/pem.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { nodeKeyPair, pkcs8Of, spkiOf } from '../helpers/keys.ts'

/** An RSA key that nobody has: only its length and its exponent are looked at. */
function rsaSpki(bits: number, exponent: string, algorithm = '300d06092a864886f70d0101010500'): Uint8Array {
  const modulus = new Uint8Array(Math.ceil(bits / 8) + 1).fill(0xff)
  modulus[0] = 0
  if (bits % 8 !== 0) modulus.set([2 ** (bits % 8) - 1], 1)
  const shortest = (modulus[1] ?? 0) < 0x80 ? modulus.subarray(1) : modulus
  const key = formatDer(SEQUENCE, formatDer(INTEGER, shortest), formatDer(INTEGER, parseHex(exponent)))
  return formatDer(SEQUENCE, parseHex(algorithm), formatDer(BIT_STRING, Uint8Array.of(0), key))
}

function curve(namedCurve: string): Uint8Array {
  return spkiOf(generateKeyPairSync('ec', { namedCurve }).publicKey)
}

/** DSA and Diffie-Hellman parameters take long to find; the kind is told from the first bytes. */
function withAlgorithm(oid: string): Uint8Array {
  const algorithm = formatDer(SEQUENCE, formatDer(0x06, parseHex(oid)))
  return formatDer(SEQUENCE, algorithm, formatDer(BIT_STRING, Uint8Array.of(0), new Uint8Array(32)))
}

describe('foreign keys', () => {
  const unsupported: readonly (readonly [string, () => Uint8Array])[] = [
    ['secp256k1', () => curve('secp256k1')],
    ['P-224', () => curve('secp224r1')],
    ['P-192', () => curve('prime192v1')],
    ['brainpoolP256r1', () => curve('brainpoolP256r1')],
    ['Ed448', () => spkiOf(generateKeyPairSync('ed448').publicKey)],
    ['X25519', () => spkiOf(generateKeyPairSync('x25519').publicKey)],
    ['X448', () => spkiOf(generateKeyPairSync('x448').publicKey)],
    ['RSA-PSS', () => spkiOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
    ['DSA', () => withAlgorithm('2a8648ce380401')],
    ['ML-DSA-44', () => withAlgorithm('608648016503040311')],
    ['an unknown kind', () => withAlgorithm('2a0304')],
    ['RSA with 2049 bits', () => rsaSpki(2049, '010001')],
    ['RSA with 16384 bits', () => rsaSpki(16_384, '010001')],
  ]
  for (const [name, make] of unsupported) {
    it(`are called by their name: ${name}`, () => {
      const fault = faultOf(() => parsePublicKey(make()))
      expect(fault.reason).to.equal('key-type-unsupported')
      expect(fault.message).to.match(new RegExp(`got ${name}$`))
    })
  }

  it('with the parameters of a curve written out are refused', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })
    expect(faultOf(() => parsePublicKey(spkiOf(publicKey))).reason).to.equal('key-type-unsupported')
  })

  const weak: readonly (readonly [string, Uint8Array])[] = [
    ['RSA with 1024 bits', rsaSpki(1024, '010001')],
    ['RSA with 2047 bits', rsaSpki(2047, '010001')],
    ['RSA with e = 1', rsaSpki(2048, '01')],
    ['RSA with e = 3', rsaSpki(3072, '03')],
    ['RSA with e = 65539', rsaSpki(2048, '010003')],
    ['RSA with an even modulus', rsaSpki(2048, '010001').map((byte, at) => (at === 288 ? 0xfe : byte))],
  ]
  for (const [name, spki] of weak) {
    it(`are refused as weak: ${name}`, () => {
      expect(faultOf(() => parsePublicKey(spki)).reason).to.equal('key-weak')
    })
  }

  it('of our kinds in a second spelling are malformed', () => {
    const ed25519 = spkiOf(nodeKeyPair('ed25519').publicKey)
    const withNull = formatDer(SEQUENCE, parseHex('300706032b65700500'), ed25519.subarray(9))
    for (const spki of [
      withNull,
      rsaSpki(2048, '010001', '300b06092a864886f70d010101'),
      rsaSpki(2048, '00010001'),
      // 2047 bits in the place of 2048, behind a zero that they do not need.
      rsaSpki(2048, '010001').with(33, 0x7f),
    ]) {
      expect(faultOf(() => parsePublicKey(spki)).reason).to.equal('key-malformed')
    }
  })

  it('that are no keys at all are malformed', () => {
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array(91),
      Uint8Array.of(0x30),
      new Uint8Array(100_000).fill(0x30),
    ]) {
      expect(faultOf(() => parsePublicKey(bytes)).reason).to.equal('key-malformed')
    }
  })
})

describe('a private key given as a public one', () => {
  const ec = nodeKeyPair('ecdsa-p256').privateKey
  const ed25519 = nodeKeyPair('ed25519').privateKey
  const rsa = nodeKeyPair('rsa-2048').privateKey
  const der = (key: KeyObject, type: 'pkcs1' | 'sec1'): Uint8Array =>
    new Uint8Array(
      type === 'sec1' ? key.export({ format: 'der', type }) : key.export({ format: 'der', type }),
    )
  const given: readonly (readonly [string, Uint8Array])[] = [
    ['PKCS#8 P-256', pkcs8Of(ec)],
    ['SEC 1', der(ec, 'sec1')],
    ['PKCS#8 Ed25519', pkcs8Of(ed25519)],
    ['PKCS#8 RSA', pkcs8Of(rsa)],
    ['PKCS#1', der(rsa, 'pkcs1')],
  ]

  for (const [name, bytes] of given) {
    it(`is recognised (${name}), never repeated, and to be replaced`, () => {
      const fault = faultOf(() => parsePublicKey(bytes))
      expect(fault).to.include({
        reason: 'key-malformed',
        message: 'public key: expected a public key, got a private key',
      })
      expect(fault.hint).to.contain('make a new one')
    })
  }

  for (const label of [
    'PRIVATE KEY',
    'EC PRIVATE KEY',
    'RSA PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED SIGSTORE PRIVATE KEY',
  ]) {
    it(`is recognised in PEM (${label}), alone and after a public key`, () => {
      const secret = pkcs8Of(ed25519)
      const publicPem = formatPem('PUBLIC KEY', spkiOf(nodeKeyPair('ed25519').publicKey))
      for (const text of [formatPem(label, secret), publicPem + formatPem(label, secret)]) {
        const fault = faultOf(() => parsePublicKeyPem(text, 'signer.pub'))
        expect(fault.message).to.equal('signer.pub: expected a public key, got a private key')
        expect(fault.hint).to.contain('make a new one')
        expect(JSON.stringify(fault)).not.to.contain(Buffer.from(secret).toString('base64').slice(0, 30))
      }
    })
  }

  it('under the label of a public key is recognised too', () => {
    const fault = faultOf(() => parsePublicKeyPem(formatPem('PUBLIC KEY', pkcs8Of(ec))))
    expect(fault.hint).to.contain('make a new one')
    expect(fault.message).not.to.contain(formatHex(concatBytes(pkcs8Of(ec))).slice(0, 20))
  })
})
