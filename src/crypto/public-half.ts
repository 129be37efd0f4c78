/** The public half of a secret, and which secrets have one. */
import { publicBits } from '#crypto-backend'
import { bigEndian } from '../encoding/der.ts'
import type { CurveKind } from './curves.ts'
import { orderOf } from './signature-rules.ts'

/** In bytes. */
const secretLength: Readonly<Record<CurveKind, number>> = {
  'ecdsa-p256': 32,
  'ecdsa-p384': 48,
  'ecdsa-p521': 66,
  ed25519: 32,
}

/** The public half as it stands in an SPKI; undefined if the secret is not from 1 to the order − 1, or of another length. */
export function publicBitsFor(kind: CurveKind, secret: Uint8Array): Uint8Array | undefined {
  if (secret.length !== secretLength[kind]) return undefined
  // Any 32 bytes make a key of Ed25519: what it multiplies is made of their hash.
  if (kind === 'ed25519') return publicBits(kind, secret)
  const number = bigEndian(secret)
  return number === 0n || number >= orderOf[kind] ? undefined : publicBits(kind, secret)
}
