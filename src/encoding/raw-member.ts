/**
 * Parts of a JSON text as bytes, as they were written: one member of an object, for handing back a document exactly as
 * it was signed; the elements of an array, so that each can be read, or refused, by itself.
 *
 * What a part holds is not checked here. The text of `rawMember` must have been read by strict-json.ts before; the
 * elements of `rawElements` must be read by it afterwards, which then has read the whole array as strictly.
 */
import { Fault } from '../errors.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x7b, 0x5b])
const CLOSING = new Set([0x7d, 0x5d])
const COMMA = 0x2c

/** The value of a member of the outermost object, without white space around it; undefined if there is none. */
export function rawMember(json: Uint8Array, name: string): Uint8Array | undefined {
  const decoder = new TextDecoder()
  let depth = 0
  let from = -1
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number
    if (byte === QUOTE) {
      const end = endOfString(json, at)
      const colon = skipSpace(json, end)
      if (
        depth === 1 &&
        from === -1 &&
        json[colon] === 0x3a &&
        JSON.parse(decoder.decode(json.subarray(at, end))) === name
      ) {
        from = skipSpace(json, colon + 1)
        at = from - 1
      } else at = end - 1
    } else if (OPENING.has(byte)) depth++
    else if (CLOSING.has(byte) || byte === COMMA) {
      if (depth === 1 && from !== -1) return json.subarray(from, trimSpace(json, at))
      if (byte !== COMMA) depth--
    }
  }
  return undefined
}

/**
 * The elements of the outermost array, in order, with the white space around them.
 *
 * @throws Fault `malformed` (`json-malformed`) if it is no array, does not end, or is followed by anything
 * @throws Fault `too-large` (`request-too-large`) for more than `most` elements
 */
export function rawElements(json: Uint8Array, subject: string, most: number): readonly Uint8Array[] {
  const opening = skipSpace(json, 0)
  if (json[opening] !== 0x5b) throw malformed(subject, 'a JSON array')
  if (json[skipSpace(json, opening + 1)] === 0x5d) {
    checkEnd(json, skipSpace(json, opening + 1), subject)
    return []
  }
  const parts: Uint8Array[] = []
  let [from, depth] = [opening + 1, 0]
  for (let at = from; at < json.length; at++) {
    const byte = json[at] as number
    if (byte === QUOTE) at = endOfString(json, at) - 1
    else if (OPENING.has(byte)) depth++
    else if (depth > 0) depth -= CLOSING.has(byte) ? 1 : 0
    else if (byte === COMMA || CLOSING.has(byte)) {
      parts.push(json.subarray(from, at))
      if (parts.length > most) throw tooMany(subject, most)
      if (byte !== COMMA) {
        checkEnd(json, at, subject)
        return parts
      }
      from = at + 1
    }
  }
  throw malformed(subject, 'an array that ends')
}

function checkEnd(json: Uint8Array, at: number, subject: string): void {
  if (json[at] !== 0x5d || skipSpace(json, at + 1) !== json.length)
    throw malformed(subject, 'nothing but an array')
}

function malformed(subject: string, expected: string): Fault {
  return new Fault('json-malformed', `${subject}: expected ${expected}`)
}

function tooMany(subject: string, limit: number): Fault {
  return new Fault('request-too-large', `${subject}: expected at most ${limit} elements, got more`, {
    facts: { limit },
  })
}

/** The offset after the closing quote. */
function endOfString(json: Uint8Array, from: number): number {
  for (let at = from + 1; at < json.length; at++) {
    if (json[at] === BACKSLASH) at++
    else if (json[at] === QUOTE) return at + 1
  }
  return json.length
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function skipSpace(json: Uint8Array, from: number): number {
  let at = from
  while (isSpace(json[at])) at++
  return at
}

function trimSpace(json: Uint8Array, end: number): number {
  let at = end
  while (isSpace(json[at - 1])) at--
  return at
}
