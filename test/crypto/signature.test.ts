import { expect } from 'chai'
import { createPrivateKey, sign } from 'node:crypto'
import { describe, it } from 'mocha'
import { checkSignature, isSignature } from '../../src/crypto/signature.ts'
import { isAcceptableSignature } from '../../src/crypto/signature-rules.ts'
import { generateSigningKey, parseSigningKey } from '../../src/crypto/signing-key.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { INTEGER, SEQUENCE, formatDer, readDerInside } from '../../src/encoding/der.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { countingRandom, nodePkcs8 } from '../helpers/keys.ts'

const message = utf8('what was signed')

describe('signatures', () => {
  const key = generateSigningKey('ecdsa-p256', countingRandom(1))
  const signature = key.sign(message)
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

  function numbers(): readonly [bigint, bigint] {
    const [r, s] = readDerInside(signature, SEQUENCE) ?? []
    const value = (content?: Uint8Array): bigint => BigInt(`0x${Buffer.from(content ?? []).toString('hex')}`)
    return [value(r?.content), value(s?.content)]
  }

  function integer(value: bigint): Uint8Array {
    const hex = value.toString(16)
    const bytes = parseHex(hex.padStart(hex.length + (hex.length % 2), '0'))
    return formatDer(INTEGER, (bytes[0] ?? 0) < 0x80 ? bytes : concatBytes(Uint8Array.of(0), bytes))
  }

  function der(r: bigint, s: bigint): Uint8Array {
    return formatDer(SEQUENCE, integer(r), integer(s))
  }

  it('hold over their message alone and by their key alone', () => {
    expect(isSignature(key.publicKey, message, signature)).to.equal(true)
    expect(isSignature(key.publicKey, utf8('what was not'), signature)).to.equal(false)
    const other = generateSigningKey('ecdsa-p256', countingRandom(2)).publicKey
    expect(isSignature(other, message, signature)).to.equal(false)
  })

  it('with the other s are valid ECDSA too', () => {
    const [r, s] = numbers()
    expect(isSignature(key.publicKey, message, der(r, s))).to.equal(true)
    expect(isSignature(key.publicKey, message, der(r, order - s))).to.equal(true)
  })

  it('by ECDSA have one spelling of two numbers from 1 to the order less 1', () => {
    const [r, s] = numbers()
    const p1363 = concatBytes(...[r, s].map((value) => parseHex(value.toString(16).padStart(64, '0'))))
    const zero = formatDer(INTEGER, concatBytes(Uint8Array.of(0, 0), integer(r).subarray(2)))
    const refused: Readonly<Record<string, Uint8Array>> = {
      'r = 0': der(0n, s),
      's = 0': der(r, 0n),
      'r = order': der(order, s),
      's + order': der(r, s + order),
      'r as long as ten others': der(2n ** 2560n, s),
      'a leading zero': formatDer(SEQUENCE, zero, integer(s)),
      'a byte after': concatBytes(signature, Uint8Array.of(0)),
      'a third number': formatDer(SEQUENCE, integer(r), integer(s), integer(1n)),
      'one number': formatDer(SEQUENCE, integer(r)),
      'no sequence': concatBytes(integer(r), integer(s)),
      'a BER length': concatBytes(Uint8Array.of(0x30, 0x81, signature.length - 2), signature.subarray(2)),
      'IEEE P1363': p1363,
    }
    for (const [name, bytes] of Object.entries(refused)) {
      expect(isAcceptableSignature('ecdsa-p256', bytes), name).to.equal(false)
      expect(isSignature(key.publicKey, message, bytes), name).to.equal(false)
    }
  })

  it('use the hash that belongs to the key and no other', () => {
    const pkcs8 = nodePkcs8('ecdsa-p384')
    const nodeKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    const { publicKey } = parseSigningKey(pkcs8)
    const verdicts = ['sha1', 'sha256', 'sha384', 'sha512'].map((hash) =>
      isSignature(publicKey, message, new Uint8Array(sign(hash, message, nodeKey))),
    )
    expect(verdicts).to.deep.equal([false, false, true, false])
  })

  it('by RSA are PKCS#1 v1.5 with SHA-256, as long as the modulus', () => {
    const pkcs8 = nodePkcs8('rsa-2048')
    const nodeKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    const { publicKey } = parseSigningKey(pkcs8)
    const good = new Uint8Array(sign('sha256', message, nodeKey))
    const pss = new Uint8Array(sign('sha256', message, { key: nodeKey, padding: 6, saltLength: 32 }))
    expect(isSignature(publicKey, message, good)).to.equal(true)
    const refused = [
      pss,
      good.subarray(1),
      concatBytes(Uint8Array.of(0), good),
      new Uint8Array(sign('sha512', message, nodeKey)),
    ]
    for (const bytes of refused) expect(isSignature(publicKey, message, bytes)).to.equal(false)
  })

  it('that do not hold are a fault which names the key', () => {
    expect(() => checkSignature(key.publicKey, message, signature)).not.to.throw()
    const fault = faultOf(() => checkSignature(key.publicKey, utf8('other'), signature, 'signature 0'))
    expect(fault).to.include({ reason: 'signature-invalid', class: 'bad-signature' })
    expect(fault.message).to.contain('signature 0').and.to.contain(key.publicKey.id)
  })
})
