/** Unsigned LEB128: seven bits a byte, the lowest first; all bytes but the last have the high bit set. */
import { Fault } from '../errors.ts'

/** So many bytes hold every safe integer; a longer number is not ours. */
const MAX_VARINT_BYTES = 8

/** Of a whole number from 0 to 2^53 − 1. */
export function formatVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push(0x80 + (rest % 0x80))
  return Uint8Array.of(...bytes, rest)
}

/**
 * The number that begins at `at`, and where it ends.
 * @throws Fault `malformed` (`encoding-malformed`) if it is cut off, too large, or written longer than need be.
 */
export function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) break
    value += (byte % 0x80) * 0x80 ** i
    // A last byte of zero adds nothing: the same number in other bytes.
    if (byte < 0x80 && (byte !== 0 || i === 0) && Number.isSafeInteger(value))
      return { value, end: at + i + 1 }
    if (byte < 0x80) break
  }
  throw new Fault('encoding-malformed', `varint: expected the shortest form at byte ${at}, got another`)
}
