/**
 * Which keys there are, and which hash goes with each (design README 2.7, "Keys and digests").
 *
 * What a key looks like is the business of public-key.ts; what a signature must satisfy, of signature-rules.ts.
 */

export type HashName = 'sha256' | 'sha384' | 'sha512'

export type EcdsaKind = 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521'
export type RsaKind = 'rsa-2048' | 'rsa-3072' | 'rsa-4096'
export type KeyKind = EcdsaKind | RsaKind | 'ed25519'

/** The hash of the entry's digest, and (but for Ed25519, which hashes by itself) of the signature. */
export const hashOfKind = {
  'ecdsa-p256': 'sha256',
  'ecdsa-p384': 'sha384',
  'ecdsa-p521': 'sha512',
  ed25519: 'sha256',
  'rsa-2048': 'sha256',
  'rsa-3072': 'sha256',
  'rsa-4096': 'sha256',
} as const satisfies Record<KeyKind, HashName>

/** Cost of scrypt (RFC 7914): memory is 128 · N · r bytes. */
export interface ScryptCost {
  readonly N: number
  readonly r: number
  readonly p: number
}
