/**
 * Public keys: SPKI DER in, one of seven kinds out, named by the SHA-256 of the DER (formats.md C/1.8).
 * Weak keys, other kinds, other spellings and pasted private keys are refused here, for everybody.
 *
 * Key files are the business of key-file.ts, signatures of signature.ts.
 */
import { keyId } from '../brand.ts'
import type { KeyId } from '../brand.ts'
import { formatPem, parsePem } from '../encoding/pem.ts'
import { Fault } from '../errors.ts'
import { judgePoint } from './curves.ts'
import type { CurveKind } from './curves.ts'
import { hashOfKind } from './key-kind.ts'
import type { HashName, KeyKind } from './key-kind.ts'
import { refuseForeignKey, refusePrivatePem } from './foreign-key.ts'
import { sha256Id } from './sha256.ts'
import { formatSpki, kindOfSpki, publicBitsOf } from './spki.ts'

export type { KeyKind } from './key-kind.ts'

export interface PublicKey {
  readonly kind: KeyKind
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** SHA-256 of `spki`. */
  readonly id: KeyId
  /** The hash of an entry's digest (design README 2.7). */
  readonly hash: HashName
}

/**
 * @throws Fault `malformed` (`key-malformed`) if the bytes are not exactly one public key,
 *   `unsupported` (`key-type-unsupported`) for other kinds, `unacceptable` (`key-weak`) for weak ones
 */
export function parsePublicKey(spkiDer: Uint8Array, subject = 'public key'): PublicKey {
  const name = String.fromCharCode(...spkiDer.subarray(0, MAX_SCREENED_BYTES + 1))
  const known = screened.get(name)
  // The bytes are copied each time: nobody can change a key that others hold.
  if (known !== undefined) return { ...known, spki: new Uint8Array(spkiDer) }
  const kind = kindOfSpki(spkiDer)
  if (kind === undefined) return refuseForeignKey(spkiDer, subject)
  checkBits(kind, publicBitsOf(kind, spkiDer), subject)
  const spki = new Uint8Array(spkiDer)
  const key = { kind, id: keyId(sha256Id(spki)), hash: hashOfKind[kind] }
  if (spki.length <= MAX_SCREENED_BYTES) remember(name, key)
  return { ...key, spki }
}

/**
 * Good keys by their whole bytes. Screening a point takes longer than verifying a signature, and in a log the same few
 * keys stand in every entry.
 */
const screened = new Map<string, Omit<PublicKey, 'spki'>>()
const MAX_SCREENED = 1000
/** The longest that is accepted, RSA-4096, has 550. */
const MAX_SCREENED_BYTES = 600

function remember(name: string, key: Omit<PublicKey, 'spki'>): void {
  if (screened.size >= MAX_SCREENED) screened.clear()
  screened.set(name, key)
}

function checkBits(kind: KeyKind, bits: Uint8Array, subject: string): void {
  switch (kind) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
    case 'ed25519':
      return checkPoint(kind, bits, subject)
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return checkModulus(kind, bits, subject)
  }
}

function checkPoint(kind: CurveKind, bits: Uint8Array, subject: string): void {
  // 04 says that both coordinates follow.
  if (kind !== 'ed25519' && bits[0] !== 4) {
    throw new Fault('key-malformed', `${subject}: expected an uncompressed point, got another first byte`)
  }
  const judgement = judgePoint(kind, bits)
  if (judgement === 'strange') {
    const expected = 'a point of large order in its one spelling'
    throw new Fault('key-weak', `${subject}: expected ${expected}, got another Ed25519 point`, {
      hint: 'Such a key does not prove who signed; generate a new one.',
    })
  }
  if (judgement === 'absent') {
    throw new Fault('key-malformed', `${subject}: expected a point of the curve (${kind}), got none`)
  }
}

function checkModulus(kind: KeyKind, modulus: Uint8Array, subject: string): void {
  const [first = 0, last = 0] = [modulus[0], modulus.at(-1)]
  if (first < 0x80)
    throw new Fault('key-malformed', `${subject}: expected a modulus of ${kind}, got a shorter one`)
  if (last % 2 === 0) throw new Fault('key-weak', `${subject}: expected an odd modulus, got an even one`)
}

/**
 * PEM with the label `PUBLIC KEY`.
 *
 * @throws Fault as parsePublicKey, and `malformed` (`pem-malformed`)
 */
export function parsePublicKeyPem(text: string, subject = 'public key'): PublicKey {
  refusePrivatePem(text, subject)
  return parsePublicKey(parsePem(text, 'PUBLIC KEY', subject), subject)
}

export function formatPublicKeyPem(key: PublicKey): string {
  return formatPem('PUBLIC KEY', key.spki)
}

/** From the 32 bytes of RFC 8032. @throws Fault as parsePublicKey */
export function publicKeyFromEd25519(raw: Uint8Array, subject = 'Ed25519 key'): PublicKey {
  if (raw.length !== 32) throw new Fault('key-malformed', `${subject}: expected 32 bytes, got ${raw.length}`)
  return parsePublicKey(formatSpki('ed25519', raw), subject)
}

/** The 32 bytes of RFC 8032. @throws Fault `unsupported` for other kinds */
export function rawEd25519(key: PublicKey): Uint8Array {
  if (key.kind !== 'ed25519')
    throw new Fault('key-type-unsupported', `key: expected Ed25519, got ${key.kind}`)
  return publicBitsOf('ed25519', key.spki)
}
