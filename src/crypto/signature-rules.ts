/**
 * Which signatures are looked at at all (design README 2.7): checked by both backends before anything else,
 * so that neither can be laxer than the other.
 */
import { INTEGER, SEQUENCE, readDerInside, readUnsigned } from '../encoding/der.ts'
import { isAcceptableEd25519 } from './ed25519-rules.ts'
import type { EcdsaKind, KeyKind } from './key-kind.ts'

/** The orders of the base points (SEC 2, 2.4.2, 2.5.1 and 2.6.1). */
export const orderOf: Readonly<Record<EcdsaKind, bigint>> = {
  'ecdsa-p256': BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  'ecdsa-p384': BigInt(
    '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ),
  'ecdsa-p521': BigInt(
    '0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ),
}

/** Two numbers of at most 66 bytes. */
const MAX_ECDSA_BYTES = 141

/** Whether the bytes have the one form that a signature by such a key can have. */
export function isAcceptableSignature(kind: KeyKind, signature: Uint8Array): boolean {
  switch (kind) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
      return isAcceptableEcdsa(kind, signature)
    case 'ed25519':
      return isAcceptableEd25519(signature)
    case 'rsa-2048':
      return signature.length === 256
    case 'rsa-3072':
      return signature.length === 384
    case 'rsa-4096':
      return signature.length === 512
  }
}

/** DER of two numbers from 1 to the order − 1. A high s is accepted, as everywhere outside Bitcoin. */
function isAcceptableEcdsa(kind: EcdsaKind, signature: Uint8Array): boolean {
  if (signature.length > MAX_ECDSA_BYTES) return false
  const numbers = readDerInside(signature, SEQUENCE)
  if (numbers?.length !== 2) return false
  return numbers.every(({ tag, content }) => {
    const value = tag === INTEGER ? readUnsigned(content) : undefined
    return value !== undefined && value > 0n && value < orderOf[kind]
  })
}
