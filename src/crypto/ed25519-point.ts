/**
 * The points of Ed25519, from the numbers of RFC 8032, 5.1, as far as verifying asks: of public numbers only (multiples.ts).
 * Signing outside Node is @noble/curves' business; so would this be, if its points did not take a seventh of what a browser may
 * load to verify.
 */
import { FIELD, littleEndian } from './ed25519-rules.ts'
import { inverseModulo, modulo, powerModulo, type Group } from './multiples.ts'

/** The point x/z, y/z, with x·y = z·t. */
export type EdwardsPoint = readonly [x: bigint, y: bigint, z: bigint, t: bigint]

const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

function pointAt(x: bigint, y: bigint): EdwardsPoint {
  return [x, y, 1n, (x * y) % FIELD]
}

export const BASE: EdwardsPoint = pointAt(
  15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  46316835694926478169428394003475163141307993866256225615783033603165251855960n,
)

/** The sum of RFC 8032, 5.1.4, which is complete: it holds for doubling, opposite points and zero. */
export const edwardsPoints: Group<EdwardsPoint> = {
  zero: pointAt(0n, 1n),
  add: ([x1, y1, z1, t1], [x2, y2, z2, t2]) => {
    const a = ((y1 - x1) * (y2 - x2)) % FIELD
    const b = ((y1 + x1) * (y2 + x2)) % FIELD
    const c = (2n * t1 * t2 * D) % FIELD
    const d = (2n * z1 * z2) % FIELD
    const [e, f, g, h] = [b - a, d - c, d + c, b + a]
    return [modulo(e * f, FIELD), modulo(g * h, FIELD), modulo(f * g, FIELD), modulo(e * h, FIELD)]
  },
}

export function negate([x, y, z, t]: EdwardsPoint): EdwardsPoint {
  return [FIELD - x, y, z, FIELD - t]
}

/** RFC 8032, 5.1.2, read as a number, little-endian: y, and in the highest bit whether x is odd. */
export function encodePoint([x, y, z]: EdwardsPoint): bigint {
  const inverse = inverseModulo(z, FIELD)
  return ((y * inverse) % FIELD) + (((x * inverse) % FIELD) % 2n) * 2n ** 255n
}

/**
 * RFC 8032, 5.1.3. Undefined if there is no such point.
 *
 * @param encoded must have passed isAcceptablePoint, so y is below the field's order and x is not 0
 */
export function decodePoint(encoded: Uint8Array): EdwardsPoint | undefined {
  const number = littleEndian(encoded)
  const [y, isOdd] = [number % 2n ** 255n, number >> 255n]
  const u = modulo(y * y - 1n, FIELD)
  const square = (u * inverseModulo(D * y * y + 1n, FIELD)) % FIELD
  const root = rootOf(square)
  if (root === undefined) return undefined
  return pointAt(root % 2n === isOdd ? root : FIELD - root, y)
}

const ROOT_OF_MINUS_ONE = powerModulo(2n, (FIELD - 1n) / 4n, FIELD)

/** One of the two square roots, for a prime that is 5 modulo 8; undefined if there is none. */
function rootOf(square: bigint): bigint | undefined {
  const candidate = powerModulo(square, (FIELD + 3n) / 8n, FIELD)
  return [candidate, (candidate * ROOT_OF_MINUS_ONE) % FIELD].find((root) => (root * root) % FIELD === square)
}
