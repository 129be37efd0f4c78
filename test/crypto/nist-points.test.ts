import { expect } from 'chai'
import { describe, it } from 'mocha'
import { nistCurves } from '../../src/crypto/curves.ts'
import { nistPoints, verifyEcdsaDigest } from '../../src/crypto/nist-points.ts'
import { seededRandom } from '../helpers/test-key.ts'

const kinds = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const

describe('the points of the NIST curves', () => {
  it('have the numbers of the curves that we sign with', () => {
    for (const kind of kinds) expect(nistPoints[kind].CURVE()).to.deep.equal(nistCurves[kind].Point.CURVE())
  })

  it('verify what the curves sign, and nothing else', () => {
    for (const kind of kinds) {
      const curve = nistCurves[kind]
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
})
