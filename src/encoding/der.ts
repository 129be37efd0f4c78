/**
 * DER (X.690), as much of it as keys and signatures need: elements with one-byte tags and definite lengths
 * in their shortest form. What the elements mean is the business of crypto/.
 */
import { concatBytes } from './bytes.ts'
import { formatHex } from './hex.ts'

export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const OBJECT_IDENTIFIER = 0x06
export const SEQUENCE = 0x30

export interface DerElement {
  readonly tag: number
  /** Shares memory with what was read. */
  readonly content: Uint8Array
}

/** Nothing we read has more; RSA private keys have nine. */
const MAX_ELEMENTS = 32

/** The elements that `bytes` consists of, to the last byte; undefined if it is not that. */
export function readDer(bytes: Uint8Array): DerElement[] | undefined {
  const elements: DerElement[] = []
  let at = 0
  while (at < bytes.length && elements.length < MAX_ELEMENTS) {
    const header = readHeader(bytes, at)
    if (header === undefined || header.end > bytes.length) return undefined
    elements.push({ tag: header.tag, content: bytes.subarray(header.start, header.end) })
    at = header.end
  }
  return at === bytes.length ? elements : undefined
}

/** The elements inside the single element `bytes` consists of; undefined if it is not one with that tag. */
export function readDerInside(bytes: Uint8Array, tag: number): DerElement[] | undefined {
  const [outer, ...more] = readDer(bytes) ?? []
  return outer?.tag === tag && more.length === 0 ? readDer(outer.content) : undefined
}

function readHeader(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  // Tag numbers from 31 on would take more bytes.
  if (tag === undefined || first === undefined || tag % 32 === 31) return undefined
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first }
  const size = first - 0x80
  if (size < 1 || size > 3) return undefined
  let length = 0
  for (let i = 0; i < size; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
  const isShortest = size === 1 ? length >= 0x80 : length >= 256 ** (size - 1)
  const start = at + 2 + size
  return isShortest ? { tag, start, end: start + length } : undefined
}

export function formatDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts)
  return concatBytes(Uint8Array.of(tag), lengthBytes(content.length), content)
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.of(0x80 + digits.length, ...digits)
}

/** The value of an INTEGER's content; undefined if it is negative or not in its shortest form. */
export function readUnsigned(content: Uint8Array): bigint | undefined {
  const [first, second] = content
  if (first === undefined || first >= 0x80) return undefined
  if (first === 0 && second !== undefined && second < 0x80) return undefined
  return bigEndian(content)
}

/** The number whose big-endian digits to base 256 are `bytes`. */
export function bigEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${formatHex(bytes)}`)
}
