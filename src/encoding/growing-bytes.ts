/**
 * One byte string that grows as it arrives. A list of chunks would cost memory for each chunk, and a client
 * decides how small they are; a buffer of the declared length would cost memory for bytes that never come.
 */
export interface GrowingBytes {
  readonly length: number
  append(chunk: Uint8Array): void
  /** A view; valid until the next `append`. */
  bytes(): Uint8Array
  /** The bytes alone, for keeping; nothing may be appended any more. */
  take(): Uint8Array
}

const FIRST_CAPACITY = 16 * 1024
/**
 * From here on, room for all that may come is taken at once: memory that nobody has written yet costs nothing, and copying what
 * came of the largest bodies would keep everybody else waiting.
 */
const MAX_COPIED = 4 * 1024 * 1024
/** So much may be held for bytes that were only declared: what a bundle of entries has. */
const MAX_EXPECTED = 256 * 1024

/**
 * @param most how long it may become; more is a mistake of the caller. The last buffer is no longer than that.
 * @param expected how long it will probably become
 */
export function createGrowingBytes(most: number, expected = FIRST_CAPACITY): GrowingBytes {
  let held = new Uint8Array(Math.min(expected, MAX_EXPECTED, most))
  let length = 0
  return {
    get length() {
      return length
    },
    append(chunk) {
      const needed = length + chunk.length
      if (needed > most) throw new Error(`growing bytes: expected at most ${most}, got ${needed}`)
      if (needed > held.length) {
        const capacity = needed > MAX_COPIED ? most : Math.max(2 * held.length, needed)
        const larger = new Uint8Array(Math.min(most, capacity))
        larger.set(held.subarray(0, length))
        held = larger
      }
      held.set(chunk, length)
      length = needed
    },
    bytes: () => held.subarray(0, length),
    take: () => (length === held.length ? held : held.slice(0, length)),
  }
}
