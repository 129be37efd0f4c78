/**
 * Digest sets (in-toto v1, DigestSet; formats.md C/1.2): names of algorithms with a value each. Two sets match
 * if any algorithm that we accept has the same value in both: SHA-256 and stronger.
 *
 * Other algorithms (`sha1`, `gitCommit`, `dirHash` and so on) are kept as written and never judged.
 */
import type { Sha256Id } from '../brand.ts'
import { expectString, members, refusal, type Field } from './field.ts'

/** Algorithm to value, as written; values of accepted algorithms are lower-case hex of the right length. */
export type DigestSet = Readonly<Record<string, string>>

/** Accepted algorithms and the length of their values in hex digits. */
const acceptedAlgorithms: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

/** @throws Fault of the field's document, for an empty set or a malformed value of an accepted algorithm */
export function readDigestSet(field: Field): DigestSet {
  const digests = members(field)
  if (digests.length === 0) throw refusal(field, 'at least one digest')
  return Object.fromEntries(digests.map(([algorithm, value]) => [algorithm, readDigest(algorithm, value)]))
}

function readDigest(algorithm: string, field: Field): string {
  const value = expectString(field)
  const digits = acceptedAlgorithms.get(algorithm)
  // One spelling for each digest: an upper-case one would be another key in the index.
  if (digits !== undefined && (value.length !== digits || !/^[0-9a-f]*$/.test(value))) {
    throw refusal(field, `${digits} lower-case hex digits`)
  }
  return value
}

export function sha256Of(digests: DigestSet): Sha256Id | undefined {
  const value = Object.hasOwn(digests, 'sha256') ? digests['sha256'] : undefined
  return value === undefined ? undefined : `sha256:${value}`
}

/** The accepted digests, as `sha256:…`, `sha384:…`, `sha512:…`, in this order. */
export function acceptedDigests(digests: DigestSet): string[] {
  return [...acceptedAlgorithms.keys()]
    .filter((name) => Object.hasOwn(digests, name))
    .map((name) => `${name}:${digests[name]}`)
}
