/** Randomness and signing keys for tests: the same for the same seed. */
import { sha256 } from '../../src/crypto/sha256.ts'
import { signingCurves } from '../../src/crypto/curves.ts'
import { formatPkcs8 } from '../../src/crypto/pkcs8.ts'
import { publicBitsFor } from '../../src/crypto/public-half.ts'
import {
  generateSigningKey,
  parseSigningKey,
  type Random,
  type SigningKey,
} from '../../src/crypto/signing-key.ts'
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

/** A kind that the program reads and does not generate. */
export function p384TestKey(seed: string): SigningKey {
  const secret = signingCurves['ecdsa-p384'].utils.randomSecretKey(seededRandom(seed)(72))
  const publicBits = publicBitsFor('ecdsa-p384', secret)
  if (publicBits === undefined) throw new Error('test key: the secret is out of range')
  return parseSigningKey(formatPkcs8('ecdsa-p384', secret, publicBits))
}
