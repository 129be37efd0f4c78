/**
 * Base64 (RFC 4648), strictly: one text for each byte string. `Buffer` and `atob` drop junk, mix alphabets
 * and ignore the bits after the end; nothing here does.
 *
 * Not here: wrapping in lines (pem.ts).
 */
import { Fault } from '../errors.ts'

const common = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const alphabet = `${common}+/`
const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0))
const EQUALS = 61
const NOT_A_DIGIT = 255

const standard = digitValues(alphabet)
// Marked for bundlers: most need one alphabet.
const urlSafe = /* @__PURE__ */ digitValues(`${common}-_`)

function digitValues(letters: string): Uint8Array {
  const values = new Uint8Array(256).fill(NOT_A_DIGIT)
  for (let i = 0; i < letters.length; i++) values[letters.charCodeAt(i)] = i
  return values
}

/** Two digits for each 12 bits. */
const pairs = [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second))
/** Hashes and signatures: for so few bytes a decoder takes longer than all the rest. Measured with 32: 0.8 µs and 0.2. */
const MAX_PAIRED_BYTES = 96

/** Digits decoded at once: of the largest texts no second copy is made. */
const CHUNK_DIGITS = 64 * 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Where decoded bytes go: memory of exactly this length. */
export type Room = (length: number) => Uint8Array
const ownRoom: Room = (length) => new Uint8Array(length)

/** Standard alphabet, padded. */
export function formatBase64(bytes: Uint8Array): string {
  return bytes.length <= MAX_PAIRED_BYTES ? formatShort(bytes) : formatLong(bytes)
}

function formatShort(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3)
  let text = ''
  for (let from = 0; from < whole; from += 3) {
    const bits = (at(bytes, from) << 16) | (at(bytes, from + 1) << 8) | at(bytes, from + 2)
    text += `${pairs[bits >> 12]}${pairs[bits & 4095]}`
  }
  if (whole === bytes.length) return text
  const last = lastDigits(bytes.subarray(whole)).map((code) => String.fromCharCode(code))
  return text + last.join('').padEnd(4, '=')
}

function formatLong(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(EQUALS)
  const whole = bytes.length - (bytes.length % 3)
  let to = 0
  for (let from = 0; from < whole; from += 3) {
    const bits = (at(bytes, from) << 16) | (at(bytes, from + 1) << 8) | at(bytes, from + 2)
    text[to++] = at(codes, bits >> 18)
    text[to++] = at(codes, (bits >> 12) & 63)
    text[to++] = at(codes, (bits >> 6) & 63)
    text[to++] = at(codes, bits & 63)
  }
  if (whole < bytes.length) text.set(lastDigits(bytes.subarray(whole)), to)
  return decoder.decode(text)
}

/** Two or three digits for the last one or two bytes. */
function lastDigits(bytes: Uint8Array): number[] {
  const bits = (at(bytes, 0) << 8) | (bytes[1] ?? 0)
  const digits = [at(codes, bits >> 10), at(codes, (bits >> 4) & 63)]
  return bytes.length === 1 ? digits : [...digits, at(codes, (bits << 2) & 63)]
}

/** For indexes that are known to be inside: twice as fast as with a default value. */
function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number
}

/**
 * Standard alphabet, padded, no white space, unused bits zero.
 *
 * @throws Fault `malformed` (`base64-malformed`)
 */
export function parseBase64(text: string, subject = 'base64', room = ownRoom): Uint8Array {
  if (text.length % 4 !== 0) throw malformed(subject, 'a length that is a multiple of 4', `${text.length}`)
  return decode(text, paddingOf(text), standard, subject, room)
}

/**
 * Standard or URL-safe alphabet, but wholly one (DSSE protocol: verifiers accept either). Standard is padded;
 * URL-safe may be padded or not.
 *
 * @throws Fault `malformed` (`base64-malformed`)
 */
export function parseBase64Either(text: string, subject = 'base64', room = ownRoom): Uint8Array {
  const isUrlSafe = text.includes('-') || text.includes('_')
  if (!isUrlSafe && text.length % 4 === 0) return parseBase64(text, subject, room)
  const padding = paddingOf(text)
  if (text.length % 4 !== 0 && padding > 0)
    throw malformed(subject, 'complete padding or none', `${padding} "="`)
  return decode(text, padding, urlSafe, subject, room)
}

/**
 * Where the text that begins at `from` ends, digits and padding, if `parseBase64` would take it; nothing is decoded. Undefined
 * if not. What is behind it is not looked at.
 */
export function endOfBase64(bytes: Uint8Array, from: number): number | undefined {
  let end = from
  while (end < bytes.length && at(standard, at(bytes, end)) < 64) end++
  const spare = (end - from) % 4
  if (spare === 0) return end
  const unused = at(standard, at(bytes, end - 1)) & (spare === 2 ? 15 : 3)
  if (spare === 1 || unused !== 0) return undefined
  for (let place = spare; place < 4; place++) if (bytes[end++] !== EQUALS) return undefined
  return end
}

function paddingOf(text: string): number {
  return text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
}

function decode(text: string, padding: number, values: Uint8Array, subject: string, room: Room): Uint8Array {
  const length = text.length - padding
  const spare = length % 4
  if (spare === 1) throw malformed(subject, 'whole bytes', 'one digit too many')
  const bytes = room(Math.floor((length * 3) / 4))
  const whole = length - spare
  const chunk = new Uint8Array(Math.min(whole, CHUNK_DIGITS))
  for (let from = 0; from < whole; from += CHUNK_DIGITS) {
    const digits = chunk.subarray(0, Math.min(CHUNK_DIGITS, whole - from))
    const isAscii = putCodes(digits, text, from)
    const seen = decodeQuads(digits, values, bytes.subarray((from / 4) * 3))
    if (!isAscii || seen > 63) throw badDigit(text, values, subject)
  }
  const last = new Uint8Array(spare)
  putCodes(last, text, whole)
  if (spare > 0) decodeLast(last, bytes.subarray((whole / 4) * 3), text, values, subject)
  return bytes
}

/** For so few digits calling the encoder takes longer than the loop: those of hashes. */
const MAX_LOOPED_DIGITS = 2 * MAX_PAIRED_BYTES

/** Fills `digits` with the characters from `from` on; false if it saw one that is no byte. */
function putCodes(digits: Uint8Array, text: string, from: number): boolean {
  // What is not ASCII takes more room than there is.
  if (digits.length > MAX_LOOPED_DIGITS)
    return encoder.encodeInto(text.slice(from, from + digits.length), digits).read === digits.length
  for (let i = 0; i < digits.length; i++) digits[i] = Math.min(text.charCodeAt(from + i), NOT_A_DIGIT)
  return true
}

/** Returns the bits of all digits' values together: a bad digit sets bits that no good one has. */
function decodeQuads(digits: Uint8Array, values: Uint8Array, bytes: Uint8Array): number {
  let to = 0
  let seen = 0
  for (let from = 0; from < digits.length; from += 4) {
    const a = at(values, at(digits, from))
    const b = at(values, at(digits, from + 1))
    const c = at(values, at(digits, from + 2))
    const d = at(values, at(digits, from + 3))
    seen |= a | b | c | d
    bytes[to++] = (a << 2) | (b >> 4)
    bytes[to++] = (b << 4) | (c >> 2)
    bytes[to++] = (c << 6) | d
  }
  return seen
}

/** The last one or two bytes, whose digits hold 4 or 2 bits too many: these must be zero. */
function decodeLast(
  digits: Uint8Array,
  bytes: Uint8Array,
  text: string,
  values: Uint8Array,
  subject: string,
): void {
  const [a = 0, b = 0, c = 0] = [...digits].map((digit) => at(values, digit))
  if ((a | b | c) > 63) throw badDigit(text, values, subject)
  if ((digits.length === 2 ? b & 15 : c & 3) !== 0)
    throw malformed(subject, 'zero in the unused last bits', 'others')
  bytes[0] = (a << 2) | (b >> 4)
  if (digits.length === 3) bytes[1] = (b << 4) | (c >> 2)
}

function badDigit(text: string, values: Uint8Array, subject: string): Fault {
  const pattern = values === standard ? /[^A-Za-z0-9+/]/u : /[^A-Za-z0-9_-]/u
  const [letter = ''] = pattern.exec(text) ?? []
  const which = values === standard ? 'standard' : 'URL-safe'
  return malformed(
    subject,
    `digits of the ${which} alphabet only`,
    `${JSON.stringify(letter)} at ${text.indexOf(letter)}`,
  )
}

function malformed(subject: string, expected: string, got: string): Fault {
  return new Fault('base64-malformed', `${subject}: expected base64 with ${expected}, got ${got}`)
}
