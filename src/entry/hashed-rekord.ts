/**
 * Entries: Rekor v2's hashedrekord 0.0.2 over the digest of a PAE, in canonical JSON (formats.md B/2.4).
 *
 *     {"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{
 *       "data":{"algorithm":"SHA2_256","digest":"…"},
 *       "signature":{"content":"…","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"…"}}}}}}
 *
 * One entry for each signature. Sigstore clients make these bytes again and hash their own, so nothing may be
 * added, and neither the key's DER nor the signature is ever normalised. Entries with a certificate are not
 * read yet. Whether the signature holds is the business of crypto/signature.ts.
 */
import { digest } from '../crypto/sha256.ts'
import type { HashName, KeyKind } from '../crypto/key-kind.ts'
import { parsePublicKey, type PublicKey } from '../crypto/public-key.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { endOfBase64, formatBase64, parseBase64 } from '../encoding/base64.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { documentField, expectString, member, refusal, type Field } from '../attestation/field.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'

/** tlog-tiles stores the length of an entry in 16 bits. */
export const MAX_ENTRY_BYTES = 65_535

export const KIND = 'hashedrekord'
export const API_VERSION = '0.0.2'

export interface HashedRekord {
  /** The key's own hash (README 2.7, "Keys and digests"). */
  readonly algorithm: HashName
  /** Of the PAE; 32, 48 or 64 bytes. */
  readonly digest: Uint8Array
  /** As it was made: DER for ECDSA. */
  readonly signature: Uint8Array
  readonly publicKey: PublicKey
}

/** Names of protobuf-specs' HashAlgorithm. */
const algorithmNames = {
  sha256: 'SHA2_256',
  sha384: 'SHA2_384',
  sha512: 'SHA2_512',
} as const satisfies Record<HashName, string>

/**
 * Names of protobuf-specs' PublicKeyDetails, the default one of each key: clients make the entry again with
 * it, so any other would be logged but could not be verified (formats.md B/2.7).
 */
const keyDetails = {
  'ecdsa-p256': 'PKIX_ECDSA_P256_SHA_256',
  'ecdsa-p384': 'PKIX_ECDSA_P384_SHA_384',
  'ecdsa-p521': 'PKIX_ECDSA_P521_SHA_512',
  ed25519: 'PKIX_ED25519',
  'rsa-2048': 'PKIX_RSA_PKCS1V15_2048_SHA256',
  'rsa-3072': 'PKIX_RSA_PKCS1V15_3072_SHA256',
  'rsa-4096': 'PKIX_RSA_PKCS1V15_4096_SHA256',
} as const satisfies Record<KeyKind, string>

// A character for each byte.
const latin1 = new TextDecoder('latin1')

const document = { subject: 'entry', reason: 'entry-malformed' } as const

/** @throws Fault `too-large` (`entry-too-large`) above 65,535 bytes; never cut */
export function formatHashedRekord(entry: HashedRekord): Uint8Array {
  // RFC 8785 by hand, member names in order: no value needs escaping, and a log is mostly these.
  const bytes = utf8(
    `{"apiVersion":"${API_VERSION}","kind":"${KIND}","spec":{"hashedRekordV002":{` +
      `"data":{"algorithm":"${algorithmNames[entry.algorithm]}","digest":"${formatBase64(entry.digest)}"},` +
      `"signature":{"content":"${formatBase64(entry.signature)}",` +
      `"verifier":{"keyDetails":"${keyDetails[entry.publicKey.kind]}",` +
      `"publicKey":{"rawBytes":"${formatBase64(entry.publicKey.spki)}"}}}}}}`,
  )
  refuseTooLarge(bytes)
  return bytes
}

/** The entry (leaf bytes) for one signature on one PAE. @throws Fault `too-large` (`entry-too-large`) */
export function entryOf(paeBytes: Uint8Array, publicKey: PublicKey, signature: Uint8Array): Uint8Array {
  const algorithm = publicKey.hash
  return formatHashedRekord({ algorithm, digest: digest(algorithm, paeBytes), signature, publicKey })
}

/**
 * @throws Fault `malformed` (`entry-malformed`, `json-…`, `base64-malformed`, `key-malformed`) for anything
 * that `formatHashedRekord` would not write byte for byte; `unsupported` for an entry with a certificate
 */
export function parseHashedRekord(bytes: Uint8Array): HashedRekord {
  refuseTooLarge(bytes)
  const whole = documentField(
    document,
    parseJson(bytes, { subject: 'entry', strictNumbers: true, forbidProto: true }),
  )
  const body = member(member(whole, 'spec'), 'hashedRekordV002')
  const signature = member(body, 'signature')
  const publicKey = readKey(member(signature, 'verifier'))
  const entry = {
    algorithm: publicKey.hash,
    digest: readBytes(member(member(body, 'data'), 'digest')),
    signature: readBytes(member(signature, 'content')),
    publicKey,
  }
  checkLengths(entry)
  // One comparison refuses every other member, algorithm, key detail, order and spelling.
  if (!equalBytes(formatHashedRekord(entry), bytes))
    throw refusal(whole, 'the canonical body of its digest, signature and key')
  return entry
}

const plainHead = wordsOf(
  utf8(
    `{"apiVersion":"${API_VERSION}","kind":"${KIND}","spec":{"hashedRekordV002":{` +
      `"data":{"algorithm":"${algorithmNames.sha256}","digest":"`,
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

function checkLengths(entry: HashedRekord): void {
  const expected = { sha256: 32, sha384: 48, sha512: 64 }[entry.algorithm]
  if (entry.digest.length !== expected) {
    throw new Fault(
      'entry-malformed',
      `entry: expected a digest of ${expected} bytes, got ${entry.digest.length}`,
    )
  }
  if (entry.signature.length === 0)
    throw new Fault('entry-malformed', 'entry: expected a signature, got 0 bytes')
}

function readKey(verifier: Field): PublicKey {
  const certificate = member(verifier, 'x509Certificate')
  if (certificate.value !== undefined) {
    throw new Fault('unsupported', 'entry: certificates are not supported, only public keys', {
      pointer: certificate.pointer,
    })
  }
  return parsePublicKey(readBytes(member(member(verifier, 'publicKey'), 'rawBytes')))
}

function readBytes(field: Field): Uint8Array {
  return parseBase64(expectString(field), `entry ${field.pointer}`)
}

function refuseTooLarge(bytes: Uint8Array): void {
  if (bytes.length <= MAX_ENTRY_BYTES) return
  throw new Fault(
    'entry-too-large',
    `entry: expected at most ${MAX_ENTRY_BYTES} bytes, got ${bytes.length}`,
    {
      facts: { limit: MAX_ENTRY_BYTES, received: bytes.length },
    },
  )
}
