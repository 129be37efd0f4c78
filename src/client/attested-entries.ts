/** The entries of an answer, each with what its key signed, fetched and checked. */
import type { AttestationId } from '../brand.ts'
import type { AsOf, ProvenEntries } from '../verify/answer.ts'
import { checkAnswer, checkAttestation, type CheckedAttestation } from '../verify/proven-entry.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import type { CallOptions, Client } from './client.ts'
import { fetchSigned } from './fetch-signed.ts'

export interface AttestedEntries {
  readonly checkpoint: Checkpoint
  /** In the order of the log. */
  readonly attested: readonly CheckedAttestation[]
  /** What was signed, by attestation. */
  readonly signed: Readonly<Record<AttestationId, Uint8Array>>
}

/** @throws Fault `bad-proof`, `untrusted`; as `Client.pae` */
export async function attestedEntries(
  client: Client,
  answer: { readonly asOf: AsOf; readonly entries: ProvenEntries },
  options: CallOptions,
): Promise<AttestedEntries> {
  const { checkpoint, entries } = checkAnswer(answer, client.trust.logKey)
  const signed = await fetchSigned(client, answer.entries, options)
  const attested = [...entries.values()].map((entry) => {
    const pae = signed[entry.attestation]
    if (pae === undefined) throw new Error(`nothing was fetched for entry ${entry.index}`)
    return checkAttestation(entry, pae)
  })
  return { checkpoint, attested, signed }
}
