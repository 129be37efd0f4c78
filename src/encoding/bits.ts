/** Bits of a byte, counted from the highest: 0 … 7. */

export function bitOfByte(byte: number, n: number): 0 | 1 {
  return ((byte >> (7 - n)) & 1) as 0 | 1
}

/** The first bit at which two different bytes differ; 8 if they are equal. */
export function firstDifferingBit(a: number, b: number): number {
  return Math.clz32(a ^ b) - 24
}
