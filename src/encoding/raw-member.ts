/**
 * The bytes of one member of a JSON object as they were written: for handing back a document exactly as it was signed.
 *
 * The text must have been read by strict-json.ts before; nothing is checked here.
 */

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
