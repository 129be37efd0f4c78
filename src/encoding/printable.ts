/** Text that others wrote, made safe to look at: control and direction characters become visible escapes. */

// Plane 14 whole: all of it is drawn as nothing, and only part of it is assigned, so no category names it.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{e0000}-\u{e0fff}]/gu
/** A newline stands in JSON only between its lines, where it was asked for. */
const UNSAFE_IN_JSON = new RegExp(`(?!\\n)${UNSAFE.source}`, 'gu')

export function printable(text: string): string {
  return text.replace(UNSAFE, escaped)
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/**
 * A value as JSON with these characters escaped as JSON escapes them: it reads the same. Unescaped, some end a line for
 * readers of NDJSON, and some move the cursor of a terminal.
 *
 * @param indent spaces for each level; on one line if left out
 */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent)
  // Most answers are ASCII, where JSON has escaped all of them but one, and the dash of signature lines.
  return /[^\x00-\x7e\u2014]/.test(text) ? text.replace(UNSAFE_IN_JSON, jsonEscaped) : text
}

function jsonEscaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
