/**
 * Hundreds of thousands of byte strings in a few large pieces of memory, each found by a number: as `Uint8Array`s of their own
 * they would take 200 bytes each beside what they say.
 */
export interface ByteRecords {
  /** Adds a copy; returns its place. Places ascend. */
  add(bytes: Uint8Array): number
  /** A view. */
  read(place: number): Uint8Array
  /** As compareBytes, of the records in two places. */
  compare(a: number, b: number): number
}

const FIRST_BYTES = 4 * 1024
const MAX_BYTES = 1024 * 1024
const LENGTH_BYTES = 4
/** Between the places of two pieces: longer than any string. */
const PIECE = 2 ** 31

export function createByteRecords(): ByteRecords {
  const pieces: Uint8Array[] = []
  let [last, used] = [new Uint8Array(0), 0]
  const pieceOf = (place: number): Uint8Array => pieces[Math.floor(place / PIECE)] ?? last
  return {
    add(bytes) {
      const needed = LENGTH_BYTES + bytes.length
      if (used + needed > last.length) {
        const room = Math.min(MAX_BYTES, Math.max(FIRST_BYTES, 2 * last.length))
        last = new Uint8Array(Math.max(room, needed))
        pieces.push(last)
        used = 0
      }
      const at = used
      writeLength(last, at, bytes.length)
      last.set(bytes, at + LENGTH_BYTES)
      used += needed
      return (pieces.length - 1) * PIECE + at
    },
    read(place) {
      const [piece, at] = [pieceOf(place), place % PIECE]
      return piece.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + lengthAt(piece, at))
    },
    compare: (a, b) => compareAt(pieceOf(a), a % PIECE, pieceOf(b), b % PIECE),
  }
}

function writeLength(piece: Uint8Array, at: number, length: number): void {
  for (let i = 0, rest = length; i < LENGTH_BYTES; i++, rest = Math.floor(rest / 256))
    piece[at + i] = rest % 256
}

function lengthAt(piece: Uint8Array, at: number): number {
  let length = 0
  for (let i = LENGTH_BYTES - 1; i >= 0; i--) length = 256 * length + (piece[at + i] as number)
  return length
}

function compareAt(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  const [lengthA, lengthB] = [lengthAt(a, atA), lengthAt(b, atB)]
  const shared = Math.min(lengthA, lengthB)
  for (let i = LENGTH_BYTES; i < LENGTH_BYTES + shared; i++) {
    const difference = (a[atA + i] as number) - (b[atB + i] as number)
    if (difference !== 0) return difference
  }
  return lengthA - lengthB
}
