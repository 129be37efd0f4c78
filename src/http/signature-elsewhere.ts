/**
 * Verifying in Node's pool of threads, while the event loop goes on. The same verdicts as crypto/signature.ts: a test
 * compares them.
 */
import crypto, { type KeyObject } from 'node:crypto'
import type { PublicKey } from '../crypto/public-key.ts'
import { isAcceptableSignature } from '../crypto/signature-rules.ts'

// Importing takes as long as verifying, and registered keys stay the same objects while their trust root is in force.
const imported = new WeakMap<PublicKey, KeyObject>()

export function isSignatureElsewhere(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isAcceptableSignature(key.kind, signature)) return Promise.resolve(false)
  return new Promise((resolve, reject) => {
    crypto.verify(
      key.kind === 'ed25519' ? null : key.hash,
      message,
      importPublic(key),
      signature,
      (error, verdict) => (error === null ? resolve(verdict) : reject(error)),
    )
  })
}

function importPublic(key: PublicKey): KeyObject {
  const known = imported.get(key)
  if (known !== undefined) return known
  const made = crypto.createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
  imported.set(key, made)
  return made
}
