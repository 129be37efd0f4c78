import { expect } from 'chai'
import { describe, it } from 'mocha'
import { signingCurves } from '../../src/crypto/curves.ts'
import { isNistPoint, nistCurves, verifyEcdsaDigest } from '../../src/crypto/nist-points.ts'
import { orderOf } from '../../src/crypto/signature-rules.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { flipBit } from '../helpers/mangle.ts'
import { seededRandom } from '../helpers/test-key.ts'

const kinds = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const

describe('the points of the NIST curves', () => {
  it('have the numbers of the curves that we sign with', () => {
    for (const kind of kinds) {
      const { p, n, a, b, Gx, Gy, h } = signingCurves[kind].Point.CURVE()
      expect({ p, b, gx: Gx, gy: Gy }).to.deep.equal(nistCurves[kind])
      expect([n, a, h]).to.deep.equal([orderOf[kind], p - 3n, 1n])
    }
  })

  it('verify what the curves sign, and nothing else', () => {
    for (const kind of kinds) {
      const curve = signingCurves[kind]
      const random = seededRandom('nist points')
      const secret = curve.utils.randomSecretKey(random(curve.lengths.seed ?? 0))
      const point = curve.getPublicKey(secret, false)
      const digest = random(32)
      const signature = curve.sign(digest, secret, { prehash: false, lowS: false, format: 'der' })
      expect(verifyEcdsaDigest(kind, point, digest, signature), kind).to.equal(true)
      expect(verifyEcdsaDigest(kind, point, random(32), signature), kind).to.equal(false)
      const other = curve.getPublicKey(curve.utils.randomSecretKey(random(curve.lengths.seed ?? 0)), false)
      expect(verifyEcdsaDigest(kind, other, digest, signature), kind).to.equal(false)
    }
  })

  it('are told from others that have their length', () => {
    for (const kind of kinds) {
      const point = signingCurves[kind].Point.BASE.toBytes(false)
      expect(isNistPoint(kind, point), kind).to.equal(true)
      for (const bit of [8, 100, 8 * point.length - 1])
        expect(isNistPoint(kind, flipBit(point, bit))).to.equal(false)
      expect(
        isNistPoint(
          kind,
          point.map(() => 255),
        ),
        'coordinates beyond p',
      ).to.equal(false)
    }
  })

  it('have one spelling: a coordinate is below p, where its bytes have room for more', () => {
    const { p, gx, gy } = nistCurves['ecdsa-p521']
    const spelled = (x: bigint, y: bigint): Uint8Array =>
      parseHex(
        ['4', x.toString(16).padStart(132, '0'), y.toString(16).padStart(132, '0')]
          .join('')
          .padStart(266, '0'),
      )
    expect(isNistPoint('ecdsa-p521', spelled(gx, gy))).to.equal(true)
    for (const [x, y] of [
      [gx + p, gy],
      [gx, gy + p],
    ] as const)
      expect(isNistPoint('ecdsa-p521', spelled(x, y))).to.equal(false)
  })
})
