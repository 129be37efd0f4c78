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
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
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
