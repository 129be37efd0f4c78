import { expect } from 'chai'
import { createHash, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { describe, it } from 'mocha'
import {
  formatPublicKeyPem,
  parsePublicKey,
  parsePublicKeyPem,
  publicKeyFromEd25519,
  rawEd25519,
} from '../../src/crypto/public-key.ts'
import { generateSigningKey } from '../../src/crypto/signing-key.ts'
import { keyKinds } from '../../src/crypto/spki.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { BIT_STRING, SEQUENCE, formatDer } from '../../src/encoding/der.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { faultOf, resultOrReason } from '../helpers/fault-of.ts'
import { countingRandom, nodeKeyPair, spkiOf } from '../helpers/keys.ts'

const hashOf = { 'ecdsa-p384': 'sha384', 'ecdsa-p521': 'sha512' } as const

function reasonOf(spki: Uint8Array): unknown {
  return resultOrReason(() => parsePublicKey(spki))
}

function pemOf(key: KeyObject): string {
  return String(key.export({ format: 'pem', type: 'spki' }))
}

describe('public keys', () => {
  for (const kind of keyKinds) {
    it(`of the kind ${kind} are read as Node writes them, named by the SHA-256 of their DER`, () => {
      const pair = nodeKeyPair(kind)
      const spki = spkiOf(pair.publicKey)
      const key = parsePublicKey(spki)
      expect(key).to.deep.include({
        kind,
        spki,
        hash: kind in hashOf ? hashOf[kind as 'ecdsa-p384'] : 'sha256',
      })
      expect(key.id).to.equal(`sha256:${createHash('sha256').update(spki).digest('hex')}`)
      expect(formatPublicKeyPem(key)).to.equal(pemOf(pair.publicKey))
      expect(parsePublicKeyPem(pemOf(pair.publicKey))).to.deep.equal(key)
    })
  }

  it('do not change with the bytes they were read from', () => {
    const spki = spkiOf(nodeKeyPair('ecdsa-p256').publicKey)
    const key = parsePublicKey(spki)
    const before = key.spki.slice()
    spki.fill(0)
    expect(key.spki).to.deep.equal(before)
  })

  it('read a second time are the same, and no reader can change those of another', () => {
    const spki = spkiOf(nodeKeyPair('ecdsa-p256').publicKey)
    const [first, second] = [parsePublicKey(spki), parsePublicKey(spki)]
    expect(second).to.deep.equal(first)
    first.spki.fill(0)
    expect(second.spki).to.deep.equal(spki)
    expect(parsePublicKey(spki)).to.deep.equal(second)
  })

  it('have one spelling: cut, followed by anything or with one structural byte changed they are refused', () => {
    for (const kind of ['ecdsa-p256', 'ed25519', 'rsa-2048'] as const) {
      const spki = spkiOf(nodeKeyPair(kind).publicKey)
      for (let end = 0; end < spki.length; end++) expect(reasonOf(spki.subarray(0, end))).to.be.a('string')
      expect(faultOf(() => parsePublicKey(concatBytes(spki, Uint8Array.of(0)))).message).to.contain(
        'more bytes',
      )
      const structure = kind === 'ecdsa-p256' ? 27 : kind === 'ed25519' ? 12 : 33
      for (let at = 0; at < structure; at++) {
        const changed = spki.slice()
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(reasonOf(changed), `${kind} byte ${at}`).to.be.a('string')
      }
    }
  })

  it('on a curve are points of that curve', () => {
    for (const kind of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const) {
      const spki = spkiOf(nodeKeyPair(kind).publicKey)
      const last = spki.length - 1
      spki[last] = (spki[last] ?? 0) ^ 1
      expect(reasonOf(spki)).to.equal('key-malformed')
      spki.fill(0xff, last - 30)
      expect(reasonOf(spki)).to.equal('key-malformed')
    }
    // y = 2 has no x.
    expect(resultOrReason(() => publicKeyFromEd25519(parseHex(`02${'00'.repeat(31)}`)))).to.equal(
      'key-malformed',
    )
  })

  it('in compressed form are refused', () => {
    const { publicKey } = nodeKeyPair('ecdsa-p256')
    const point = spkiOf(publicKey).slice(26)
    const compressed = concatBytes(Uint8Array.of(2 + ((point[64] ?? 0) & 1)), point.slice(1, 33))
    const algorithm = parseHex('301306072a8648ce3d020106082a8648ce3d030107')
    const spki = formatDer(SEQUENCE, algorithm, formatDer(BIT_STRING, Uint8Array.of(0), compressed))
    expect(
      createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).asymmetricKeyType,
    ).to.equal('ec')
    expect(faultOf(() => parsePublicKey(spki))).to.include({ reason: 'key-malformed' })
  })
})

describe('Ed25519 keys', () => {
  const field = 2n ** 255n - 19n
  const littleEndianHex = (value: bigint): string =>
    (value.toString(16).padStart(64, '0').match(/../g) ?? []).reverse().join('')

  it('of small order are refused in each of their 14 encodings', () => {
    // Those with the sign bit, and those of y + p where that fits in 255 bits.
    const order8 = [
      BigInt(
        `0x${('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'.match(/../g) ?? []).reverse().join('')}`,
      ),
    ].flatMap((y) => [y, field - y])
    const ys = [0n, 1n, field - 1n, ...order8, field, field + 1n]
    const encodings = ys.flatMap((y) => [y, y + 2n ** 255n]).map(littleEndianHex)
    expect(new Set(encodings).size).to.equal(14)
    for (const encoding of encodings) {
      expect(
        resultOrReason(() => publicKeyFromEd25519(parseHex(encoding))),
        encoding,
      ).to.equal('key-weak')
    }
  })

  it('with y from p on are refused', () => {
    for (let y = field; y < 2n ** 255n; y++) {
      expect(resultOrReason(() => publicKeyFromEd25519(parseHex(littleEndianHex(y))))).to.equal('key-weak')
    }
  })

  it('are the 32 bytes they were made from', () => {
    const { publicKey } = generateSigningKey('ed25519', countingRandom(3))
    expect(publicKeyFromEd25519(rawEd25519(publicKey))).to.deep.equal(publicKey)
    expect(faultOf(() => publicKeyFromEd25519(new Uint8Array(31))).reason).to.equal('key-malformed')
    const other = generateSigningKey('ecdsa-p256', countingRandom(3)).publicKey
    expect(faultOf(() => rawEd25519(other)).reason).to.equal('key-type-unsupported')
  })
})
