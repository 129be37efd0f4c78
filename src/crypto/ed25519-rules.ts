/**
 * What Ed25519 leaves open, decided (design README 2.7 and formats.md C/1.8): RFC 8032 without the cofactor,
 * and besides no point of small order and no second spelling of a number. Implementations differ in exactly
 * these cases; with them decided first, all give one verdict.
 */
import { bigEndian } from '../encoding/der.ts'
import { parseHex } from '../encoding/hex.ts'

/** The order of the base point. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
/** The points' coordinates are below it. */
export const FIELD = 2n ** 255n - 19n

/** The y coordinates of the eight points of small order, little-endian; each stands with either sign. */
const smallOrder = new Set(
  [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ].map((text) => littleEndian(parseHex(text))),
)

export function littleEndian(bytes: Uint8Array): bigint {
  return bigEndian(bytes.toReversed())
}

/** Whether 32 bytes encode a point that a key or a signature may have: y < p, not of small order. */
export function isAcceptablePoint(encoded: Uint8Array): boolean {
  const y = littleEndian(encoded) % 2n ** 255n
  return encoded.length === 32 && y < FIELD && !smallOrder.has(y)
}

/** 64 bytes R ‖ S with S < L (RFC 8032, 5.1.7), which is what makes a signature unique to its signer. */
export function isAcceptableEd25519(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  return isAcceptablePoint(signature.subarray(0, 32)) && littleEndian(signature.subarray(32)) < ORDER
}
