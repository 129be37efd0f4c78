/**
 * Brands: names for values of one shape that must not be confused.
 *
 * A brand costs nothing at run time. Each branded type has one function that makes it and checks
 * what it claims; nothing else may cast to it.
 */
import { Fault } from './errors.ts'

declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A count of entries, 0 … 2^53 − 1. */
export type TreeSize = Brand<number, 'TreeSize'>
/** The zero-based place of an entry; below the tree size. */
export type LogIndex = Brand<number, 'LogIndex'>

/** `sha256:` and 64 lower-case hex digits. */
export type Sha256Id = `sha256:${string}`
/** SHA-256 of the DSSE pre-authentication encoding: the identity of what was signed. */
export type AttestationId = Brand<Sha256Id, 'AttestationId'>
/** SHA-256 of a public key's SubjectPublicKeyInfo DER. */
export type KeyId = Brand<Sha256Id, 'KeyId'>
/** The digest of an OCI manifest. */
export type ImageDigest = Brand<Sha256Id, 'ImageDigest'>

/** @throws Fault `malformed` if `value` is not a whole number from 0 to 2^53 − 1. */
export function treeSize(value: number): TreeSize {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Fault('out-of-range', `tree size: expected a whole number from 0 to 2^53 - 1, got ${value}`)
  }
  return value as TreeSize
}

/** @throws Fault `malformed` if `value` is not a whole number from 0 to 2^53 − 1. */
export function logIndex(value: number): LogIndex {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Fault('out-of-range', `log index: expected a whole number from 0 to 2^53 - 1, got ${value}`)
  }
  return value as LogIndex
}

const sha256Id = /^sha256:[0-9a-f]{64}$/

function asSha256Id<Name extends string>(text: string, subject: string): Brand<Sha256Id, Name> {
  if (!sha256Id.test(text)) {
    throw new Fault(
      'digest-malformed',
      `${subject}: expected sha256: and 64 lower-case hex digits, got ${text.slice(0, 100)}`,
    )
  }
  return text as Brand<Sha256Id, Name>
}

/** @throws Fault `malformed` */
export function attestationId(text: string): AttestationId {
  return asSha256Id(text, 'attestation id')
}

/** @throws Fault `malformed` */
export function keyId(text: string): KeyId {
  return asSha256Id(text, 'key id')
}

/** @throws Fault `malformed` */
export function imageDigest(text: string): ImageDigest {
  return asSha256Id(text, 'image digest')
}
