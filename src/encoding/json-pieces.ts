/** Long values as JSON in pieces, so that whoever writes one can serve others meanwhile. */
import { printableJson } from './printable.ts'

/** Values, and pieces of text, that are written at once at most: a fraction of a millisecond. */
const MAX_WEIGHT = 500
/** Characters of a text that count as one value. */
const TEXT_CHARS = 64

/**
 * What `printableJson` writes, cut.
 *
 * @param value as JSON has them, and members that are undefined, which are left out
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null || weightOf(value) <= MAX_WEIGHT) {
    yield printableJson(value)
    return
  }
  const isList = Array.isArray(value)
  let before = isList ? '[' : '{'
  for (const [name, member] of isList ? value.entries() : Object.entries(value)) {
    if (member === undefined) continue
    yield isList ? before : `${before}${printableJson(name)}:`
    yield* jsonPieces(member)
    before = ','
  }
  yield isList ? ']' : '}'
}

/** Looks no further than where it is too much. */
function weightOf(value: unknown, room = MAX_WEIGHT): number {
  if (typeof value === 'string') return 1 + value.length / TEXT_CHARS
  if (typeof value !== 'object' || value === null) return 1
  let weight = 1
  for (const name in value) {
    if (weight > room) break
    weight += 1 + weightOf((value as Readonly<Record<string, unknown>>)[name], room - weight)
  }
  return weight
}
