/** Bits: of a byte, counted from the highest, 0 … 7; and those of a number. */

export function bitOfByte(byte: number, n: number): 0 | 1 {
  return ((byte >> (7 - n)) & 1) as 0 | 1
}

/** The first bit at which two different bytes differ; 8 if they are equal. */
export function firstDifferingBit(a: number, b: number): number {
  return Math.clz32(a ^ b) - 24
}

/** How many bits are set in a whole number up to 2^53 − 1. By division: bit operators would cut to 32 bits. */
export function setBits(value: number): number {
  let bits = 0
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}
