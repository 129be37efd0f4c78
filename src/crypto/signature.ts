/**
 * Signatures: is this one, by this key, over these bytes? The algorithm comes from the key alone.
 * What the answer depends on beside mathematics stands in signature-rules.ts.
 */
import { verify } from '#crypto-backend'
import { Fault } from '../errors.ts'
import type { PublicKey } from './public-key.ts'

/** ECDSA in DER, RSA PKCS#1 v1.5, Ed25519 without the cofactor (design README 2.7). */
export function isSignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(key.kind, key.spki, message, signature)
}

/** @throws Fault `bad-signature` (`signature-invalid`) */
export function checkSignature(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  subject = 'signature',
): void {
  if (!isSignature(key, message, signature)) {
    throw new Fault(
      'signature-invalid',
      `${subject}: expected a valid signature by ${key.id} (${key.kind}), got an invalid one`,
    )
  }
}
