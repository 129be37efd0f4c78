/**
 * SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), in the one DER spelling that each kind of key has: fixed bytes
 * around the part that differs. So nothing has to be parsed, and nothing can be spelled in two ways.
 *
 * Whether the part that differs is any good is the business of public-key.ts.
 */
import { concatBytes, equalBytes } from '../encoding/bytes.ts'
import { bigEndian } from '../encoding/der.ts'
import { parseHex } from '../encoding/hex.ts'
import type { KeyKind, RsaKind } from './key-kind.ts'

interface Template {
  readonly before: Uint8Array
  /** Length in bytes of the point (with its 04), the raw key, or the modulus. */
  readonly length: number
  readonly after: Uint8Array
}

/** The exponent 65537, at the end of each RSA key. */
const exponent = '0203010001'

const templates: Readonly<Record<KeyKind, Template>> = {
  'ecdsa-p256': template('3059301306072a8648ce3d020106082a8648ce3d030107034200', 65),
  'ecdsa-p384': template('3076301006072a8648ce3d020106052b81040022036200', 97),
  'ecdsa-p521': template('30819b301006072a8648ce3d020106052b8104002303818600', 133),
  ed25519: template('302a300506032b6570032100', 32),
  'rsa-2048': template('30820122300d06092a864886f70d01010105000382010f003082010a0282010100', 256, exponent),
  'rsa-3072': template('308201a2300d06092a864886f70d01010105000382018f003082018a0282018100', 384, exponent),
  'rsa-4096': template('30820222300d06092a864886f70d01010105000382020f003082020a0282020100', 512, exponent),
}

export const keyKinds: readonly KeyKind[] = [
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'ed25519',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
]

function template(before: string, length: number, after = ''): Template {
  return { before: parseHex(before), length, after: parseHex(after) }
}

/** The kind whose spelling this is; undefined if it is none of ours. */
export function kindOfSpki(spki: Uint8Array): KeyKind | undefined {
  return keyKinds.find((kind) => {
    const { before, length, after } = templates[kind]
    const end = before.length + length
    if (spki.length !== end + after.length) return false
    return equalBytes(spki.subarray(0, before.length), before) && equalBytes(spki.subarray(end), after)
  })
}

/** The point, the raw key, or the modulus of a key of that kind. */
export function publicBitsOf(kind: KeyKind, spki: Uint8Array): Uint8Array {
  const { before, length } = templates[kind]
  return spki.slice(before.length, before.length + length)
}

export function rsaModulusOf(kind: RsaKind, spki: Uint8Array): bigint {
  return bigEndian(publicBitsOf(kind, spki))
}

/** The reverse of `publicBitsOf`. */
export function formatSpki(kind: KeyKind, bits: Uint8Array): Uint8Array {
  const { before, length, after } = templates[kind]
  if (bits.length !== length) throw new Error(`${kind}: expected ${length} bytes, got ${bits.length}`)
  return concatBytes(before, bits, after)
}
