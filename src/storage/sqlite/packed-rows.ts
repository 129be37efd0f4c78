/**
 * Many rows in one: what SQLite does with a row is the least of what it takes.
 *
 * The driver makes a buffer for each blob that it reads, and for each small array that it binds V8 moves the bytes out
 * of its heap. So blobs are read put together by group_concat, and bound as views of one buffer.
 *
 * Blobs pass through group_concat as they are, in a database whose text is UTF-8. In which order it takes rows is not promised:
 * something that tells must come along.
 */

/** Of a column put together from whole numbers. */
export function numbersOf(list: string): readonly number[] {
  return JSON.parse(`[${list}]`) as number[]
}

/** Views, one after the other; short ones if the whole is. */
export function piecesOf(whole: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let end = 0
  return lengths.map((length) => whole.subarray(end, (end += length)))
}

/** Copies for binding; a value is given in parts. */
export function inOneBuffer(values: readonly (readonly Uint8Array[])[]): readonly Uint8Array[] {
  const lengths = values.map((parts) => parts.reduce((sum, part) => sum + part.length, 0))
  const whole = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  for (const parts of values)
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
  return piecesOf(whole, lengths)
}
