/**
 * Text and its UTF-8 bytes. Bytes that are no UTF-8 are refused, never replaced; text comes from such bytes or from
 * strict-json.ts, which refuses lone surrogates.
 */
import { Fault } from '../errors.ts'

const encoder = new TextEncoder()
// ignoreBOM keeps a byte order mark as a character, so that no two byte strings read as one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Short text is written here and copied: up to 64 bytes then need no memory outside of JavaScript's heap, which takes
 * ten times as long.
 */
const room = new Uint8Array(768)
const MAX_BYTES_OF_UNIT = 3

/** @param text a lone surrogate in it, which UTF-8 has no bytes for, becomes U+FFFD */
export function utf8(text: string): Uint8Array {
  if (text.length * MAX_BYTES_OF_UNIT > room.length) return encoder.encode(text)
  return room.slice(0, encoder.encodeInto(text, room).written)
}

/** @throws Fault `malformed` if the bytes are not valid UTF-8. */
export function parseUtf8(bytes: Uint8Array, subject = 'text'): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new Fault('encoding-malformed', `${subject}: expected valid UTF-8`, { cause })
  }
}
