/**
 * One byte string that grows as it arrives. A list of chunks would cost memory for each chunk, and a client
 * decides how small they are; a buffer of the declared length would cost memory for bytes that never come.
 */
export interface GrowingBytes {
  readonly length: number
  append(chunk: Uint8Array): void
  /** A view; valid until the next `append`. */
  bytes(): Uint8Array
}

const FIRST_CAPACITY = 16 * 1024

/** `most`: how long it may become; more is a mistake of the caller. The last buffer is no longer than that. */
export function createGrowingBytes(most: number): GrowingBytes {
  let held = new Uint8Array(Math.min(FIRST_CAPACITY, most))
  let length = 0
  return {
    get length() {
      return length
    },
    append(chunk) {
      const needed = length + chunk.length
      if (needed > most) throw new Error(`growing bytes: expected at most ${most}, got ${needed}`)
      if (needed > held.length) {
        const larger = new Uint8Array(Math.min(most, Math.max(2 * held.length, needed)))
        larger.set(held.subarray(0, length))
        held = larger
      }
      held.set(chunk, length)
      length = needed
    },
    bytes: () => held.subarray(0, length),
  }
}
