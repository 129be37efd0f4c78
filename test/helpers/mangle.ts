/**
 * Mangling: everything that is almost, but not quite, what was signed or written. Whoever reads it has to
 * refuse it with a `Fault`; any other error is a bug of ours.
 */
import { Fault } from '../../src/errors.ts'

/** The bytes without their last 1, 2, … all bytes. */
export function* truncations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = bytes.length - 1; length >= 0; length--) yield bytes.slice(0, length)
}

/** Every run of bytes but the whole; the number grows with the square of the length. */
export function* substrings(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from++) {
    for (let to = from + 1; to <= bytes.length; to++) {
      if (to - from < bytes.length) yield bytes.slice(from, to)
    }
  }
}

/** At every place, every other byte. */
export function* byteChanges(bytes: Uint8Array): Generator<Uint8Array> {
  for (const [at, byte] of bytes.entries()) {
    for (let other = 0; other < 256; other++) if (other !== byte) yield bytes.with(at, other)
  }
}

/** At every place, a byte more, out of a few that parsers stumble over. */
export function* byteInsertions(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at <= bytes.length; at++) {
    for (const extra of [0x00, 0x0a, 0x0d, 0x20, 0x2b, 0x30, 0x3d, 0x41, 0xff]) {
      yield Uint8Array.of(...bytes.subarray(0, at), extra, ...bytes.subarray(at))
    }
  }
}

/** A list of hashes with one changed: a bit flipped, dropped, doubled, a byte too short or too long; two swapped. */
export function* proofManglings(proof: readonly Uint8Array[]): Generator<Uint8Array[]> {
  const stranger = new Uint8Array(32).fill(0xa5)
  for (const [at, hash] of proof.entries()) {
    const bit = (at * 37) % 256
    yield proof.with(at, flipBit(hash, bit))
    yield proof.with(at, hash.slice(0, 31))
    yield proof.with(at, Uint8Array.of(...hash, 0))
    yield proof.toSpliced(at, 1)
    yield proof.toSpliced(at, 0, hash)
    for (let other = at + 1; other < proof.length; other++)
      yield proof.with(at, proof[other] ?? hash).with(other, hash)
  }
  for (let at = 0; at <= proof.length; at++) yield proof.toSpliced(at, 0, stranger)
}

export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const at = Math.floor(bit / 8)
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (bit % 8)))
}

/** The fault that `attempt` throws. Throws if it succeeds, or fails in another way. */
export function refusal(attempt: () => unknown): Fault {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('expected a refusal, but it was accepted')
}

/** Like `refusal`, for what waits. */
export async function asyncRefusal(attempt: Promise<unknown>): Promise<Fault> {
  try {
    await attempt
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('expected a refusal, but it was accepted')
}

/** Of many changed inputs every one is tried; in a browser, where each signature takes milliseconds, every so many. */
export const STRIDE = Number(process.env['MANGLE_STRIDE'] ?? 1)

/** Every one is refused with a fault (but see STRIDE); returns how many there were. */
export function refuseAll<T>(
  all: Iterable<T>,
  attempt: (mangled: T) => unknown,
  show: (mangled: T) => string = String,
): number {
  return withoutStacks(() => {
    let count = 0
    for (const mangled of all) {
      if (count % STRIDE === 0) refuseOne(mangled, attempt, show)
      count++
    }
    return count
  })
}

/** Taking down the stack is most of what a refusal costs: for many of which nobody reads one. */
export function withoutStacks<T>(run: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return run()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function refuseOne<T>(mangled: T, attempt: (mangled: T) => unknown, show: (mangled: T) => string): void {
  try {
    refusal(() => attempt(mangled))
  } catch (cause) {
    throw new Error(`not refused: ${show(mangled)}`, { cause })
  }
}
