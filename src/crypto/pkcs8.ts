/**
 * PKCS#8 private keys (RFC 5958, RFC 5915, RFC 8410, RFC 8017 A.1.2), DER and not encrypted.
 *
 * Whether the secret is in range and fits the public half is the business of signing-key.ts.
 */
import {
  BIT_STRING,
  INTEGER,
  OCTET_STRING,
  SEQUENCE,
  formatDer,
  readDer,
  readDerInside,
  readUnsigned,
} from '../encoding/der.ts'
import type { DerElement } from '../encoding/der.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import type { CurveKind } from './curves.ts'

/** What follows from the bytes alone. */
export type PrivateParts =
  | {
      readonly kind: CurveKind
      readonly secret: Uint8Array
      /** The public half as it stands in the key, if it does. */
      readonly publicBits: Uint8Array | undefined
    }
  | { readonly kind: 'rsa'; readonly modulus: Uint8Array; readonly exponent: bigint }

/**
 * The contents of the AlgorithmIdentifiers, in hex: parsed where they are needed, so that a bundle without private keys
 * has none of it.
 */
const algorithms = {
  'ecdsa-p256': '06072a8648ce3d020106082a8648ce3d030107',
  'ecdsa-p384': '06072a8648ce3d020106052b81040022',
  'ecdsa-p521': '06072a8648ce3d020106052b81040023',
  ed25519: '06032b6570',
  rsa: '06092a864886f70d0101010500',
} as const satisfies Record<CurveKind | 'rsa', string>
const kinds = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa'] as const

/** Context tags: RFC 5915 `[1]` around a BIT STRING, RFC 5958 `[1]` instead of its tag. */
const EC_PUBLIC_KEY = 0xa1
const PUBLIC_KEY = 0x81

/** @throws Fault `malformed` (`key-malformed`), `unsupported` (`key-type-unsupported`) */
export function parsePkcs8(der: Uint8Array, subject = 'private key'): PrivateParts {
  const [version, algorithm, octets, ...more] = readDerInside(der, SEQUENCE) ?? []
  if (version?.tag !== INTEGER || algorithm?.tag !== SEQUENCE || octets?.tag !== OCTET_STRING) {
    throw new Fault(
      'key-malformed',
      `${subject}: expected an unencrypted PKCS#8 private key in DER, got something else`,
      {
        hint: 'openssl pkcs8 -topk8 -nocrypt converts other private keys.',
      },
    )
  }
  const kind = kinds.find((candidate) => algorithms[candidate] === formatHex(algorithm.content))
  if (kind === undefined) {
    throw new Fault(
      'key-type-unsupported',
      `${subject}: expected ECDSA P-256, P-384 or P-521, Ed25519 or RSA, got another kind`,
    )
  }
  const parts =
    kind === 'rsa'
      ? rsaParts(octets.content)
      : kind === 'ed25519'
        ? edParts(octets.content, more)
        : ecParts(kind, octets.content)
  if (parts === undefined)
    throw new Fault(
      'key-malformed',
      `${subject}: expected a private key of the kind ${kind}, got something else`,
    )
  return parts
}

function edParts(octets: Uint8Array, more: readonly DerElement[]): PrivateParts | undefined {
  const [inner, ...others] = readDer(octets) ?? []
  if (inner?.tag !== OCTET_STRING || others.length > 0) return undefined
  const stated = more.find(({ tag }) => tag === PUBLIC_KEY)
  return { kind: 'ed25519', secret: inner.content, publicBits: stated?.content.subarray(1) }
}

function ecParts(
  kind: 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521',
  octets: Uint8Array,
): PrivateParts | undefined {
  const [version, secret, ...more] = readDerInside(octets, SEQUENCE) ?? []
  if (version?.tag !== INTEGER || secret?.tag !== OCTET_STRING) return undefined
  const stated = more.find(({ tag }) => tag === EC_PUBLIC_KEY)
  return {
    kind,
    secret: secret.content,
    publicBits: stated && readDer(stated.content)?.[0]?.content.subarray(1),
  }
}

function rsaParts(octets: Uint8Array): PrivateParts | undefined {
  const numbers = readDerInside(octets, SEQUENCE) ?? []
  const [, modulus, exponent] = numbers
  if (numbers.length !== 9 || modulus === undefined || exponent === undefined) return undefined
  if (numbers.some(({ tag, content }) => tag !== INTEGER || readUnsigned(content) === undefined))
    return undefined
  // A modulus has its top bit set, so a zero byte stands before it.
  return { kind: 'rsa', modulus: modulus.content.subarray(1), exponent: readUnsigned(exponent.content) ?? 0n }
}

/** The secret number of a key that has passed parseSigningKey and is not RSA. */
export function secretOf(pkcs8: Uint8Array): Uint8Array {
  const parts = parsePkcs8(pkcs8)
  if (parts.kind === 'rsa') throw new Error('PKCS#8: expected a key on a curve, got RSA')
  return parts.secret
}

/** As OpenSSL and Go write it, so that cosign reads it. */
export function formatPkcs8(kind: CurveKind, secret: Uint8Array, publicBits: Uint8Array): Uint8Array {
  const inner = kind === 'ed25519' ? formatDer(OCTET_STRING, secret) : formatEcPrivateKey(secret, publicBits)
  return formatDer(
    SEQUENCE,
    formatDer(INTEGER, Uint8Array.of(0)),
    formatDer(SEQUENCE, parseHex(algorithms[kind])),
    formatDer(OCTET_STRING, inner),
  )
}

function formatEcPrivateKey(secret: Uint8Array, publicBits: Uint8Array): Uint8Array {
  const bits = formatDer(BIT_STRING, Uint8Array.of(0), publicBits)
  return formatDer(
    SEQUENCE,
    formatDer(INTEGER, Uint8Array.of(1)),
    formatDer(OCTET_STRING, secret),
    formatDer(EC_PUBLIC_KEY, bits),
  )
}
