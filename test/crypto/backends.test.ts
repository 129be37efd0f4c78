/** Two backends, one verdict: what is signed or changed here. The public vectors are vectors.test.ts. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import nacl from 'tweetnacl'
import * as browser from '../../src/crypto/backend-browser.ts'
import * as node from '../../src/crypto/backend-node.ts'
import { ORDER, littleEndian } from '../../src/crypto/ed25519-rules.ts'
import { secretOf } from '../../src/crypto/pkcs8.ts'
import { publicBitsFor } from '../../src/crypto/public-half.ts'
import { rawEd25519 } from '../../src/crypto/public-key.ts'
import { orderOf } from '../../src/crypto/signature-rules.ts'
import { generateSigningKey, parseSigningKey } from '../../src/crypto/signing-key.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { countingRandom, nodePkcs8 } from '../helpers/keys.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { judge } from './judge.ts'

describe('both backends', () => {
  const message = utf8('a message')

  it('refuse S + L, which tweetnacl accepts', () => {
    const key = generateSigningKey('ed25519', countingRandom(1))
    const signature = key.sign(message)
    const s = littleEndian(signature.subarray(32)) + ORDER
    const digits = Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 255n))
    const malleated = concatBytes(signature.subarray(0, 32), Uint8Array.from(digits))
    const raw = rawEd25519(key.publicKey)
    expect(nacl.sign.detached.verify(message, malleated, raw)).to.equal(true)
    expect(judge(() => key.publicKey, message, malleated)).to.equal('refused')
    expect(nacl.sign.detached.verify(message, signature, raw)).to.equal(true)
    expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
  })

  it('accept honest Ed25519 signatures and refuse each with one bit changed', () => {
    for (let seed = 0; seed < 10; seed++) {
      const key = generateSigningKey('ed25519', countingRandom(seed))
      const signature = key.sign(message)
      for (let bit = seed; bit < 512; bit += 26) {
        const changed = signature.slice()
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(judge(() => key.publicKey, message, changed)).to.equal('refused')
      }
      expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
    }
  })

  for (const kind of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519'] as const) {
    it(`verify each other's signatures (${kind}) and refuse them over another message`, () => {
      const key = parseSigningKey(nodePkcs8(kind))
      for (const { sign } of [node, browser]) {
        const signature = sign(kind, key.pkcs8, message)
        expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
        expect(judge(() => key.publicKey, utf8('b message'), signature)).to.equal('refused')
      }
    })
  }

  for (const kind of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519'] as const) {
    it(`find the same public half of a secret (${kind}), also of the smallest and the largest`, () => {
      const length = secretOf(parseSigningKey(nodePkcs8(kind)).pkcs8).length
      const largest = kind === 'ed25519' ? 2n ** 256n - 1n : orderOf[kind] - 1n
      for (const number of [1n, 2n, largest, largest / 3n]) {
        const secret = parseHex(number.toString(16).padStart(2 * length, '0'))
        expect(node.publicBits(kind, secret), `${number}`).to.deep.equal(browser.publicBits(kind, secret))
        expect(publicBitsFor(kind, secret)).to.deep.equal(node.publicBits(kind, secret))
      }
    })
  }

  it('are not asked for the public half of what is no secret: zero, the order and above, another length', () => {
    for (const kind of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const) {
      const length = secretOf(parseSigningKey(nodePkcs8(kind)).pkcs8).length
      for (const number of [0n, orderOf[kind], orderOf[kind] + 1n])
        expect(publicBitsFor(kind, parseHex(number.toString(16).padStart(2 * length, '0')))).to.equal(
          undefined,
        )
      for (const other of [0, length - 1, length + 1])
        expect(publicBitsFor(kind, new Uint8Array(other).fill(1))).to.equal(undefined)
    }
    expect(publicBitsFor('ed25519', new Uint8Array(31))).to.equal(undefined)
  })

  it('refuse a signature of another kind of key, and none at all', () => {
    const [p256, ed25519] = [parseSigningKey(nodePkcs8('ecdsa-p256')), parseSigningKey(nodePkcs8('ed25519'))]
    expect(judge(() => ed25519.publicKey, message, p256.sign(message))).to.equal('refused')
    expect(judge(() => p256.publicKey, message, ed25519.sign(message))).to.equal('refused')
    expect(judge(() => p256.publicKey, message, new Uint8Array())).to.equal('refused')
  })

  it('check RSA everywhere, and sign with it in Node only', () => {
    const key = parseSigningKey(nodePkcs8('rsa-2048'))
    const signature = key.sign(message)
    expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
    expect(judge(() => key.publicKey, utf8('b'), signature)).to.equal('refused')
    const fault = faultOf(() => browser.sign('rsa-2048', key.pkcs8, message))
    expect(fault.reason).to.equal('key-type-unsupported')
  })

  it('derive the same key from a passphrase (RFC 7914, section 12)', () => {
    const expected = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162'
    const cost = { N: 1024, r: 8, p: 16 }
    for (const { scrypt } of [node, browser]) {
      expect(scrypt(utf8('password'), utf8('NaCl'), cost)).to.deep.equal(parseHex(expected))
    }
  })

  it('export the same functions', () => {
    expect(Object.keys(browser).sort()).to.deep.equal(Object.keys(node).sort())
  })
})
