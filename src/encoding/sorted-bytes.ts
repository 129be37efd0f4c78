/** Byte strings in the order of their bytes, each once, in little memory (byte-records.ts). */
import { compareBytes } from './bytes.ts'
import { createByteRecords } from './byte-records.ts'

/** Views, made as they are asked for. */
export interface SortedBytes extends Iterable<Uint8Array> {
  readonly length: number
}

/** Copies of the strings. */
export function sortedBytes(strings: Iterable<Uint8Array>): SortedBytes {
  const records = createByteRecords()
  const places: number[] = []
  for (const one of strings) places.push(records.add(one))
  places.sort(records.compare)
  const unique = places.filter((place, i) => i === 0 || records.compare(place, places[i - 1] ?? place) !== 0)
  return {
    length: unique.length,
    *[Symbol.iterator]() {
      for (const place of unique) yield records.read(place)
    },
  }
}

/** The strings themselves, sorted, each once. */
export function uniqueBytes(strings: readonly Uint8Array[]): readonly Uint8Array[] {
  const sorted = [...strings].sort(compareBytes)
  return sorted.filter((one, i) => i === 0 || compareBytes(one, sorted[i - 1] ?? one) !== 0)
}
