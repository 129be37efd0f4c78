import { ed25519 } from '@noble/curves/ed25519.js'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { BASE, decodePoint, edwardsPoints, encodePoint, negate } from '../../src/crypto/ed25519-point.ts'
import { isAcceptablePoint, littleEndian, ORDER } from '../../src/crypto/ed25519-rules.ts'
import { sumOfMultiples } from '../../src/crypto/multiples.ts'
import { STRIDE } from '../helpers/mangle.ts'
import { seededRandom } from '../helpers/test-key.ts'

const { Point } = ed25519
const COUNT = 300 / STRIDE

/** What noble makes of the same bytes. */
function decodedByNoble(encoded: Uint8Array): bigint | undefined {
  try {
    return littleEndian(Point.fromBytes(encoded).toBytes())
  } catch {
    return undefined
  }
}

describe('the points of Ed25519', () => {
  it('are decoded and encoded as by noble, half of all bytes being none', () => {
    const random = seededRandom('points')
    let points = 0
    for (let i = 0; i < COUNT; i++) {
      const encoded = random(32)
      if (!isAcceptablePoint(encoded)) continue
      const point = decodePoint(encoded)
      expect(point && encodePoint(point)).to.equal(decodedByNoble(encoded))
      if (point !== undefined) points++
    }
    expect(points).to.be.within(0.3 * COUNT, 0.7 * COUNT)
  })

  it('have the sums that noble has, of equal and of opposite ones too', () => {
    const random = seededRandom('sums')
    const number = (): bigint => littleEndian(random(32)) % ORDER
    const base = littleEndian(Point.BASE.toBytes())
    expect(encodePoint(BASE)).to.equal(base)
    for (const [u, v] of [
      [0n, 0n],
      [1n, 1n],
      [ORDER - 1n, 2n],
      ...Array.from({ length: 5 }, () => [number(), number()]),
    ]) {
      const sum = sumOfMultiples(edwardsPoints, [u ?? 0n, BASE], [v ?? 0n, negate(BASE)])
      const theirs = Point.BASE.multiplyUnsafe(u ?? 0n).add(Point.BASE.negate().multiplyUnsafe(v ?? 0n))
      expect(encodePoint(sum)).to.equal(littleEndian(theirs.toBytes()))
    }
  })
})
