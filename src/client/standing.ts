/** That an answer is about what was asked, and rests on entries that it proves. */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
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
