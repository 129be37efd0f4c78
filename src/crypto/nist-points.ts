/**
 * The points of P-256, P-384 and P-521, from the numbers of SEC 2 (2.4.2, 2.5.1 and 2.6.1), and what ECDSA asks of them to
 * verify: of public numbers only (multiples.ts). Signing outside Node is @noble/curves' business; so would this be, if its points
 * did not take a fifth of what a browser may load to verify.
 */
import { bigEndian, readDerInside, SEQUENCE } from '../encoding/der.ts'
import type { EcdsaKind } from './key-kind.ts'
import { inverseModulo, modulo, powerModulo, sumOfMultiples, type Group } from './multiples.ts'
import { orderOf } from './signature-rules.ts'

/** y² = x³ − 3x + b over the numbers modulo p; each point but infinity is a multiple of G. */
export interface NistCurve {
  readonly p: bigint
  readonly b: bigint
  readonly gx: bigint
  readonly gy: bigint
}

export const nistCurves: Readonly<Record<EcdsaKind, NistCurve>> = {
  'ecdsa-p256': curveOf(
    2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    1n,
  ),
  'ecdsa-p384': curveOf(
    2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    1n,
  ),
  'ecdsa-p521': curveOf(
    2n ** 521n - 1n,
    0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    0n,
  ),
}

/**
 * G as SEC 2 has it compressed, by its x and the last bit of its y: numbers do not shrink in a bundle. The root as p is 3 modulo 4 (SEC 1,
 * 2.3.4), made when it is first asked for.
 */
function curveOf(p: bigint, b: bigint, gx: bigint, lastBit: bigint): NistCurve {
  let made: bigint | undefined
  const root = (): bigint => {
    const y = powerModulo(modulo(gx * gx * gx - 3n * gx + b, p), (p + 1n) / 4n, p)
    return y % 2n === lastBit ? y : p - y
  }
  return {
    p,
    b,
    gx,
    get gy() {
      return (made ??= root())
    },
  }
}

/** The point x/z, y/z; infinity is 0, 1, 0. */
type Point = readonly [x: bigint, y: bigint, z: bigint]

/**
 * The complete sum of Renes, Costello and Batina for a = −3 (https://eprint.iacr.org/2015/1060, section 3.2): the same
 * for doubling, for opposite points and for infinity, so no case can be forgotten.
 */
function pointsOf({ p, b }: NistCurve): Group<Point> {
  return {
    zero: [0n, 1n, 0n],
    add: ([x1, y1, z1], [x2, y2, z2]) => {
      const [xx, yy, zz] = [(x1 * x2) % p, (y1 * y2) % p, (z1 * z2) % p]
      const [xy, xz, yz] = [(x1 * y2 + x2 * y1) % p, (x1 * z2 + x2 * z1) % p, (y1 * z2 + y2 * z1) % p]
      const s = (3n * (xz - b * zz)) % p
      const t = (b * xz - xx - 3n * zz) % p
      const u = 3n * (xx - zz)
      return [
        modulo(xy * (yy + s) - 3n * yz * t, p),
        modulo(3n * u * t + (yy - s) * (yy + s), p),
        modulo(yz * (yy - s) + xy * u, p),
      ]
    },
  }
}

/** SEC 1, 2.3.4, of an uncompressed point: 04 ‖ x ‖ y. Undefined if the curve has no such point. */
function readPoint({ p, b }: NistCurve, encoded: Uint8Array): Point | undefined {
  const half = (encoded.length - 1) / 2
  const [x, y] = [bigEndian(encoded.subarray(1, 1 + half)), bigEndian(encoded.subarray(1 + half))]
  const isOnCurve = x < p && y < p && modulo(y * y - x * x * x + 3n * x - b, p) === 0n
  return isOnCurve ? [x, y, 1n] : undefined
}

/** @param encoded of the curve's length, which its SPKI has */
export function isNistPoint(kind: EcdsaKind, encoded: Uint8Array): boolean {
  return readPoint(nistCurves[kind], encoded) !== undefined
}

/**
 * SEC 1, 4.1.4 (FIPS 186-5, 6.4.2): with e the digest, the x of (e/s)·G + (r/s)·Q is r.
 *
 * @param digest not longer than the curve's order: each kind of key has the hash that fits (key-kind.ts)
 * @param signature must have passed isAcceptableSignature
 */
export function verifyEcdsaDigest(
  kind: EcdsaKind,
  encodedQ: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const [curve, order] = [nistCurves[kind], orderOf[kind]]
  const [r = 0n, s = 0n] = (readDerInside(signature, SEQUENCE) ?? []).map(({ content }) => bigEndian(content))
  const q = readPoint(curve, encodedQ)
  if (q === undefined) return false
  const inverse = inverseModulo(s, order)
  const g: Point = [curve.gx, curve.gy, 1n]
  const [x, , z] = sumOfMultiples(
    pointsOf(curve),
    [(bigEndian(digest) * inverse) % order, g],
    [(r * inverse) % order, q],
  )
  return z !== 0n && ((x * inverseModulo(z, curve.p)) % curve.p) % order === r
}
