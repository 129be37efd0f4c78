/** Randomness and signing keys for tests: the same for the same seed. */
import { sha256 } from '../../src/crypto/sha256.ts'
import { generateSigningKey, type Random, type SigningKey } from '../../src/crypto/signing-key.ts'
import { utf8 } from '../../src/encoding/utf8.ts'

/** SHA-256 of a counter. */
export function seededRandom(seed: string): Random {
  let counter = 0
  return (count) => {
    const bytes = new Uint8Array(count)
    for (let at = 0; at < count; at += 32) {
      bytes.set(sha256(utf8(`${seed} ${counter++}`)).subarray(0, count - at), at)
    }
    return bytes
  }
}

export function testKey(seed: string, kind: 'ecdsa-p256' | 'ed25519' = 'ecdsa-p256'): SigningKey {
  return generateSigningKey(kind, seededRandom(seed))
}
