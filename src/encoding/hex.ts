/** Lower-case hex, strictly: `Buffer.from(text, 'hex')` cuts silently at the first bad digit. */
import { Fault } from '../errors.ts'

const digits = '0123456789abcdef'
/** Of each byte. */
const pairs = [...digits].flatMap((high) => [...digits].map((low) => high + low))

export function formatHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += pairs[byte]
  return text
}

/** @throws Fault `malformed` for odd length, upper case, or anything that is not a hex digit. */
export function parseHex(text: string, subject = 'hex'): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new Fault(
      'hex-malformed',
      `${subject}: expected an even number of lower-case hex digits, got ${text.slice(0, 80)}`,
    )
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = 16 * digitAt(text, 2 * i) + digitAt(text, 2 * i + 1)
  return bytes
}

/** Of a hex digit. */
function digitAt(text: string, i: number): number {
  const code = text.charCodeAt(i)
  return code < 0x3a ? code - 0x30 : code - 0x57
}
