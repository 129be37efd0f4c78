/**
 * Entries that nobody reads, told good from bad by their form: for who replays a whole log. Apart from hashed-rekord.ts, since
 * the verifier of a file reads each entry that it is shown.
 */
import { endOfBase64 } from '../encoding/base64.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { API_VERSION, KIND, MAX_ENTRY_BYTES, parseHashedRekord } from './hashed-rekord.ts'

// A character for each byte.
const latin1 = new TextDecoder('latin1')

const plainHead = wordsOf(
  utf8(
    `{"apiVersion":"${API_VERSION}","kind":"${KIND}","spec":{"hashedRekordV002":{` +
      `"data":{"algorithm":"SHA2_256","digest":"`,
  ),
)
const plainMiddle = wordsOf(utf8('"},"signature":{"content":"'))
/** 32 bytes in base64, the last of these an "=". */
const PLAIN_DIGEST = 44
const EQUALS = 0x3d

/** What stands behind the signature of entries that were parsed: the verifier. Logs have few. */
const knownTails = new Map<string, Words>()
const MAX_KNOWN_TAILS = 1000
/** That of the entry before: most often the next is by the same key, and comparing bytes makes no text. */
let newestTail: Words | undefined

/**
 * Whether this is a good entry, by its form alone; never true where `parseHashedRekord` would refuse. For entries that
 * nobody reads: most of what parsing costs is the same key again.
 */
export function isKnownForm(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const at = tailPlace(bytes, view)
  if (at === undefined) return false
  if (newestTail?.length === bytes.length - at && hasAt(view, at, newestTail)) return true
  newestTail = knownTail(bytes, at)
  return newestTail !== undefined
}

/** Where the verifier begins; undefined unless all before it is in the one form of an entry with a SHA-256 digest. */
function tailPlace(bytes: Uint8Array, view: DataView): number | undefined {
  if (bytes.length > MAX_ENTRY_BYTES || !hasAt(view, 0, plainHead)) return undefined
  const middle = plainHead.length + PLAIN_DIGEST
  if (endOfBase64(bytes, plainHead.length) !== middle) return undefined
  // Two "=" are 31 bytes, none are 33.
  if (bytes[middle - 1] !== EQUALS || bytes[middle - 2] === EQUALS) return undefined
  if (!hasAt(view, middle, plainMiddle)) return undefined
  const signature = middle + plainMiddle.length
  const end = endOfBase64(bytes, signature)
  return end === signature ? undefined : end
}

/** Undefined if the entry is refused. */
function knownTail(bytes: Uint8Array, at: number): Words | undefined {
  const tail = bytes.subarray(at)
  const name = latin1.decode(tail)
  const known = knownTails.get(name)
  if (known !== undefined) return known
  if (!isParsed(bytes)) return undefined
  if (knownTails.size >= MAX_KNOWN_TAILS) knownTails.clear()
  const words = wordsOf(tail)
  knownTails.set(name, words)
  return words
}

/** Bytes to compare with, four at a time: a log has millions of entries, each of some hundred bytes that are always the same. */
interface Words {
  readonly length: number
  /** Big-endian; the last one overlaps the one before unless the length is a multiple of four. */
  readonly words: Uint32Array
}

/** @param part at least four bytes */
function wordsOf(part: Uint8Array): Words {
  const view = new DataView(part.buffer, part.byteOffset, part.length)
  const { length } = part
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, i) =>
    view.getUint32(Math.min(4 * i, length - 4)),
  )
  return { length, words }
}

function hasAt(view: DataView, at: number, { length, words }: Words): boolean {
  if (at + length > view.byteLength) return false
  const last = words.length - 1
  for (let i = 0; i < last; i++) if (view.getUint32(at + 4 * i) !== words[i]) return false
  return view.getUint32(at + length - 4) === words[last]
}

function isParsed(bytes: Uint8Array): boolean {
  try {
    parseHashedRekord(bytes)
    return true
  } catch (cause) {
    if (cause instanceof Fault) return false
    throw cause
  }
}
