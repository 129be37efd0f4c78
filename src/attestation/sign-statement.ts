/** Signing a statement: from its bytes to a DSSE envelope, as builders, administrators and revokers submit it. */
import type { SigningKey } from '../crypto/signing-key.ts'
import { formatEnvelope } from './envelope.ts'
import { pae } from './pae.ts'

/** in-toto Statement v1, DSSE payload type. */
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** One signature for each key; the key id in the envelope is a hint, and is ours (`sha256:…`). */
export function signStatement(payload: Uint8Array, ...keys: readonly SigningKey[]): Uint8Array {
  const signed = pae(IN_TOTO_PAYLOAD_TYPE, payload)
  const signatures = keys.map((key) => ({ keyid: key.publicKey.id, signature: key.sign(signed) }))
  return formatEnvelope({ payloadType: IN_TOTO_PAYLOAD_TYPE, payload, signatures })
}
