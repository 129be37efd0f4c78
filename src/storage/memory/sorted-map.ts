/**
 * A map from byte strings to values that can be read in byte order and is never changed: a change makes another map.
 * Keys are held as text of one character for each byte, which compares as the bytes do.
 */
import { latin1 } from '../index-batch.ts'
import type { KeyRange } from '../key-range.ts'

export interface SortedMap<V> {
  readonly keys: readonly string[]
  readonly values: ReadonlyMap<string, V>
}

export function emptySortedMap<V>(): SortedMap<V> {
  return { keys: [], values: new Map() }
}

/** The map with these values in the place of those under the same keys. */
export function withValues<V>(
  map: SortedMap<V>,
  changes: readonly (readonly [key: string, value: V])[],
): SortedMap<V> {
  if (changes.length === 0) return map
  const values = new Map(map.values)
  for (const [key, value] of changes) values.set(key, value)
  if (values.size === map.values.size) return { keys: map.keys, values }
  return { keys: [...values.keys()].sort(), values }
}

/** At most `limit` keys of the range, in order; all if left out. */
export function keysIn(map: SortedMap<unknown>, range: KeyRange, limit?: number): readonly string[] {
  const first = lowerBound(map.keys, latin1(range.lower))
  const behind = range.upper === undefined ? map.keys.length : lowerBound(map.keys, latin1(range.upper))
  return map.keys.slice(first, limit === undefined ? behind : Math.min(behind, first + limit))
}

/** How many keys are lower than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
