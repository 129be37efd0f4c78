/**
 * Signing keys: a private key that knows its public half. Randomness is an argument: the same random bytes
 * give the same key.
 *
 * How keys lie on disk is the business of key-file.ts. ECDSA signatures are random in Node and derived from the
 * message (RFC 6979) in a browser; nothing may depend on their bytes.
 */
import { sign } from '#crypto-backend'
import { equalBytes } from '../encoding/bytes.ts'
import { bigEndian } from '../encoding/der.ts'
import { Fault } from '../errors.ts'
import { signingCurves } from './curves.ts'
import type { RsaKind } from './key-kind.ts'
import { formatPkcs8, parsePkcs8 } from './pkcs8.ts'
import type { PrivateParts } from './pkcs8.ts'
import { publicBitsFor } from './public-half.ts'
import { parsePublicKey } from './public-key.ts'
import type { PublicKey } from './public-key.ts'
import { formatSpki } from './spki.ts'

export interface SigningKey {
  readonly publicKey: PublicKey
  /** PKCS#8 DER, not encrypted: a secret. */
  readonly pkcs8: Uint8Array
  /** ECDSA in DER, RSA PKCS#1 v1.5, or Ed25519. */
  sign(message: Uint8Array): Uint8Array
}

/** Returns `count` bytes that nobody can guess. */
export type Random = (count: number) => Uint8Array

/** FIPS 186-5, A.2.1: 64 bits more than the order has, so that no secret is likelier than another. */
const P256_SEED_BYTES = 48

/** The same `random` gives the same key. */
export function generateSigningKey(kind: 'ecdsa-p256' | 'ed25519', random: Random): SigningKey {
  const secret =
    kind === 'ed25519'
      ? random(32).slice(0, 32)
      : signingCurves[kind].utils.randomSecretKey(random(P256_SEED_BYTES))
  const publicBits = publicBitsFor(kind, secret)
  if (publicBits === undefined) throw new Error('signing key: the secret is out of range')
  return parseSigningKey(formatPkcs8(kind, secret, publicBits))
}

/**
 * @throws Fault `malformed` (`key-malformed`), `unsupported` (`key-type-unsupported`), `unacceptable` (`key-weak`)
 */
export function parseSigningKey(pkcs8Der: Uint8Array, subject = 'private key'): SigningKey {
  const parts = parsePkcs8(pkcs8Der, subject)
  const publicKey = parsePublicKey(spkiFor(parts, subject), subject)
  const pkcs8 = new Uint8Array(pkcs8Der)
  return { publicKey, pkcs8, sign: (message) => sign(publicKey.kind, pkcs8, message) }
}

function spkiFor(parts: PrivateParts, subject: string): Uint8Array {
  if (parts.kind === 'rsa')
    return formatSpki(rsaKindOf(parts.modulus, parts.exponent, subject), parts.modulus)
  const publicBits = publicBitsFor(parts.kind, parts.secret)
  if (publicBits === undefined)
    throw new Fault('key-malformed', `${subject}: expected a secret number in range, got another`)
  if (parts.publicBits !== undefined && !equalBytes(parts.publicBits, publicBits)) {
    throw new Fault('key-malformed', `${subject}: expected the public half that fits, got another`)
  }
  return formatSpki(parts.kind, publicBits)
}

const rsaKinds: ReadonlyMap<number, RsaKind> = new Map([
  [2048, 'rsa-2048'],
  [3072, 'rsa-3072'],
  [4096, 'rsa-4096'],
])

function rsaKindOf(modulus: Uint8Array, exponent: bigint, subject: string): RsaKind {
  const length = bigEndian(modulus).toString(2).length
  const kind = rsaKinds.get(length)
  if (kind !== undefined && exponent === 65537n) return kind
  const isWeak = length < 2048 || exponent !== 65537n
  const got = `${length} bits and ${exponent === 65537n ? 'that' : 'another'} exponent`
  throw new Fault(
    isWeak ? 'key-weak' : 'key-type-unsupported',
    `${subject}: expected RSA with 2048, 3072 or 4096 bits and the exponent 65537, got ${got}`,
  )
}
