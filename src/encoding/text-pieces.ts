/** A long UTF-8 text in pieces, so that it need not be in memory as a whole; each piece is whole characters. */
import { parseUtf8 } from './utf8.ts'

export interface TextPieces {
  /**
   * The next piece, at least `least` bytes of it; empty at the end.
   *
   * @throws Fault `malformed` (`encoding-malformed`) if it is not valid UTF-8
   */
  next(least?: number): string
  /** Bytes of the pieces so far. */
  readonly read: number
}

/** A few hundred components of an SBOM; a string that is kept keeps its piece. */
const PIECE_BYTES = 256 * 1024
/** A character of UTF-8 fits. */
const LEAST_BYTES = 4

export function createTextPieces(bytes: Uint8Array, subject: string, pieceBytes = PIECE_BYTES): TextPieces {
  let read = 0
  return {
    get read() {
      return read
    },
    next(least = 0) {
      let end = Math.min(bytes.length, read + Math.max(pieceBytes, least, LEAST_BYTES))
      // Not within a character; in what is no UTF-8, wherever its three bytes of patience end.
      for (let back = 0; back < 3 && end < bytes.length && isContinuation(bytes[end]); back++) end--
      const piece = bytes.subarray(read, end)
      read = end
      return parseUtf8(piece, subject)
    },
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
