/** One entry with what its key signed, both checked. */
import type { LogIndex } from '../brand.ts'
import { parsePae } from '../attestation/pae.ts'
import type { Statement } from '../attestation/statement.ts'
import { Fault } from '../errors.ts'
import type { EntryAnswer } from '../verify/answer.ts'
import { checkAnswer, checkAttestation, type CheckedEntry } from '../verify/proven-entry.ts'
import type { CallOptions, Client } from './client.ts'

export interface SignedEntry {
  readonly answer: EntryAnswer
  readonly entry: CheckedEntry
  readonly statement: Statement
  readonly payloadType: string
  readonly payload: Uint8Array
}

/** @throws Fault `bad-proof`, `not-recorded`; as `Client.entry` and `Client.pae` */
export async function signedEntry(
  client: Client,
  index: LogIndex,
  options: CallOptions = {},
): Promise<SignedEntry> {
  const answer = await client.entry(index, options)
  const entry = checkAnswer(answer, client.trust.logKey).entries.get(index)
  if (entry === undefined) throw new Fault('entry-mismatch', `entry ${index}: the answer has no proof of it`)
  const pae = await client.pae(entry.attestation, options)
  const { statement } = checkAttestation(entry, pae)
  return { answer, entry, statement, ...parsePae(pae) }
}
