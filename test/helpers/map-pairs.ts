/** Maps for tests: keys that part early, late, and only by their padding. */
import fc from 'fast-check'
import { formatHex } from '../../src/encoding/hex.ts'
import type { MapPair } from '../../src/map/mpt.ts'
import type { HexPair } from './second-mpt.ts'

/** Bytes that make keys share bits, and the padding's own. */
const nearBytes = [0x00, 0x01, 0x61, 0x80, 0xfe, 0xff]

const nearKey = fc
  .array(fc.constantFrom(...nearBytes), { maxLength: 5 })
  .map((bytes) => Uint8Array.from(bytes))
export const someKey: fc.Arbitrary<Uint8Array> = fc.oneof(nearKey, fc.uint8Array({ maxLength: 12 }))
const someValue = fc.uint8Array({ maxLength: 4 })

/** Each key once. */
export function somePairs(maxLength: number): fc.Arbitrary<MapPair[]> {
  return fc.uniqueArray(fc.record({ key: someKey, value: someValue }), {
    maxLength,
    selector: ({ key }) => formatHex(key),
  })
}

export function hexPairs(pairs: readonly MapPair[]): readonly HexPair[] {
  return pairs.map(({ key, value }) => ({ key: formatHex(key), value: formatHex(value) }))
}

/** The same numbers on every run: 0 … 2^32 − 1. */
export function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    return ((mixed ^ (mixed >>> 14)) + Math.imul(mixed, 61 | mixed)) >>> 0
  }
}

/** As `someKey`, by number. */
export function keyOfNumbers(next: () => number): Uint8Array {
  const length = next() % 6
  const isNear = next() % 3 > 0
  return Uint8Array.from({ length }, () =>
    isNear ? (nearBytes[next() % nearBytes.length] ?? 0) : next() % 256,
  )
}
