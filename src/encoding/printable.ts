/** Text that others wrote, made safe to look at: control and direction characters become visible escapes. */

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

export function printable(text: string): string {
  return text.replace(UNSAFE, escaped)
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/**
 * A value as JSON on one line, with these characters escaped as JSON escapes them: it reads the same. Unescaped, some
 * end a line for readers of NDJSON, and some move the cursor of a terminal.
 */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value)
  // Most answers are ASCII, where JSON has escaped all of them but one.
  return /[^\x00-\x7e]/.test(text) ? text.replace(UNSAFE, jsonEscaped) : text
}

function jsonEscaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
