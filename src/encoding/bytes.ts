/** Byte strings: the few operations on `Uint8Array` that everything else is written with. */

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Not constant-time: for public data. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Negative, zero or positive, as in memcmp; a prefix sorts first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Eight bytes, big-endian, of a whole number up to 2^53 − 1. */
export function u64be(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  // By division: bit operators would cut to 32 bits. A view costs as much as hashing the bytes.
  for (let i = 7, rest = value; rest > 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  return bytes
}
