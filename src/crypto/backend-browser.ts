/**
 * The primitives without Node: @noble/hashes, BigInt to verify, and @noble/curves to sign. The same functions with the same
 * verdicts as backend-node.ts; about a hundred times slower, for a reader of proofs and not for a server.
 *
 * RSA keys can be checked here, not used for signing.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '../encoding/bytes.ts'
import { bigEndian } from '../encoding/der.ts'
import { parseHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import { signingCurves } from './curves.ts'
import type { CurveKind } from './curves.ts'
import { BASE, decodePoint, edwardsPoints, encodePoint, negate } from './ed25519-point.ts'
import { ORDER, isAcceptablePoint, littleEndian } from './ed25519-rules.ts'
import { hashOfKind } from './key-kind.ts'
import type { EcdsaKind, HashName, KeyKind, ScryptCost } from './key-kind.ts'
import { powerModulo, sumOfMultiples } from './multiples.ts'
import { verifyEcdsaDigest } from './nist-points.ts'
import { secretOf } from './pkcs8.ts'
import { isAcceptableSignature } from './signature-rules.ts'
import { publicBitsOf, rsaModulusOf } from './spki.ts'

const hashes = { sha256, sha384, sha512 } as const

export function hash(algorithm: HashName, bytes: Uint8Array): Uint8Array {
  return hashes[algorithm](bytes)
}

/** `spki` must have passed parsePublicKey. */
export function verify(kind: KeyKind, spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isAcceptableSignature(kind, signature)) return false
  switch (kind) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
      return verifyEcdsa(kind, publicBitsOf(kind, spki), message, signature)
    case 'ed25519':
      return verifyEd25519(publicBitsOf(kind, spki), message, signature)
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return verifyRsa(rsaModulusOf(kind, spki), message, signature)
  }
}

function verifyEcdsa(
  kind: EcdsaKind,
  point: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyEcdsaDigest(kind, point, hash(hashOfKind[kind], message), signature)
}

/**
 * RFC 8032, 5.1.7, without the cofactor: encode(S·B − k·A) = R. With it, as @noble/curves' `verify` has it, more would be
 * accepted than by OpenSSL.
 */
function verifyEd25519(encodedA: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isAcceptablePoint(encodedA)) return false
  const a = decodePoint(encodedA)
  if (a === undefined) return false
  const encodedR = signature.subarray(0, 32)
  const k = littleEndian(sha512(concatBytes(encodedR, encodedA, message))) % ORDER
  const s = littleEndian(signature.subarray(32))
  const r = sumOfMultiples(edwardsPoints, [s, BASE], [k, negate(a)])
  return encodePoint(r) === littleEndian(encodedR)
}

/** RFC 8017, 9.2, note 1: what stands before a SHA-256 digest. */
const sha256DigestInfo = parseHex('3031300d060960864801650304020105000420')

/** RFC 8017, 8.2.2, with e = 65537: the padded digest is made again and compared as a whole. */
function verifyRsa(modulus: bigint, message: Uint8Array, signature: Uint8Array): boolean {
  const s = bigEndian(signature)
  if (s >= modulus) return false
  return powerModulo(s, 65537n, modulus) === bigEndian(padded(sha256(message), signature.length))
}

function padded(digest: Uint8Array, length: number): Uint8Array {
  const filling = new Uint8Array(length - 3 - sha256DigestInfo.length - digest.length).fill(0xff)
  return concatBytes(Uint8Array.of(0, 1), filling, Uint8Array.of(0), sha256DigestInfo, digest)
}

/** `pkcs8` must have passed parseSigningKey. @throws Fault `unsupported` for RSA */
export function sign(kind: KeyKind, pkcs8: Uint8Array, message: Uint8Array): Uint8Array {
  switch (kind) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
      return signEcdsa(kind, secretOf(pkcs8), message)
    case 'ed25519':
      return ed25519.sign(message, secretOf(pkcs8))
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      throw new Fault(
        'key-type-unsupported',
        `signing key: expected ECDSA or Ed25519 outside Node, got ${kind}`,
      )
  }
}

function signEcdsa(kind: EcdsaKind, secret: Uint8Array, message: Uint8Array): Uint8Array {
  const digest = hash(hashOfKind[kind], message)
  return signingCurves[kind].sign(digest, secret, { prehash: false, lowS: false, format: 'der' })
}

/** As it stands in an SPKI. `secret` must have passed publicBitsFor. */
export function publicBits(kind: CurveKind, secret: Uint8Array): Uint8Array {
  return kind === 'ed25519' ? ed25519.getPublicKey(secret) : signingCurves[kind].getPublicKey(secret, false)
}

/** 32 bytes. */
export function scrypt(passphrase: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptCost): Uint8Array {
  return nobleScrypt(passphrase, salt, { N, r, p, dkLen: 32 })
}
