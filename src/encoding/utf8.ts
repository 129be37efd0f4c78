/** Text and its UTF-8 bytes, strictly: what cannot be written as UTF-8 is refused, never replaced. */
import { Fault } from '../errors.ts'

const encoder = new TextEncoder()
// ignoreBOM keeps a byte order mark as a character, so that no two byte strings read as one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @throws Fault `malformed` if the bytes are not valid UTF-8. */
export function parseUtf8(bytes: Uint8Array, subject = 'text'): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new Fault('encoding-malformed', `${subject}: expected valid UTF-8`, { cause })
  }
}
