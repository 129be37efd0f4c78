/** That an answer is about what was asked, and rests on entries that it proves. */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import { isSignature } from '../crypto/signature.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import type { CheckedAnswer, CheckedEntry } from '../verify/proven-entry.ts'

/** The proven entry that an answer rests on. */
export function standing(
  { entries }: Pick<CheckedAnswer, 'entries'>,
  index: LogIndex,
  attestation?: AttestationId,
  key?: KeyId,
): CheckedEntry {
  const entry = entries.get(index)
  if (entry === undefined)
    throw new Fault('entry-mismatch', `answer: expected a proof of entry ${index}, got none`)
  if (attestation !== undefined) expectSame(`attestation of entry ${index}`, entry.attestation, attestation)
  if (key !== undefined) expectSame(`key of entry ${index}`, entry.keyId, key)
  return entry
}

/**
 * That an entry is by one of those whose signatures were submitted: a key that signed the same before is answered with
 * its first entry, but another's entry on the same statement says nothing of a signature that was dropped.
 */
export function expectSubmitted(
  { index, key, body }: CheckedEntry,
  signed: Uint8Array,
  submitted: readonly { readonly signature: Uint8Array }[],
): void {
  const isIts = submitted.some(
    ({ signature }) => equalBytes(signature, body.signature) || isSignature(key, signed, signature),
  )
  if (isIts) return
  throw new Fault(
    'entry-mismatch',
    `entry ${index}: expected a signature that was submitted, got one by ${key.id}`,
  )
}

/** An answer to something else than what was asked is no answer. */
export function expectSame(
  subject: string,
  expected: string | number | undefined,
  got: string | number | undefined,
): void {
  if (expected === got) return
  throw new Fault(
    'entry-mismatch',
    `${subject}: expected ${expected ?? 'none'}, got ${String(got ?? 'none').slice(0, 100)}`,
  )
}
