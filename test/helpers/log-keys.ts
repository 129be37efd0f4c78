/** Log keys for tests: the same name and number give the same key. */
import { generateSigningKey, type SigningKey } from '../../src/crypto/signing-key.ts'
import { verifierKeyOf, type VerifierKey } from '../../src/tlog/signed-note.ts'

export function logKeyOf(name: string, number = 0): { signer: SigningKey; verifier: VerifierKey } {
  const signer = generateSigningKey('ed25519', (count) => new Uint8Array(count).fill(number + 1))
  return { signer, verifier: verifierKeyOf(name, signer.publicKey) }
}
