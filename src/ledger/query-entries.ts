/** Entries, attestations and what was signed, by index and by id. They need no index: the log has them. */
import type { AttestationId, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { InclusionProver } from '../tlog/inclusion.ts'
import type { AttestationAnswer, EntryAnswer, ProvenEntries, SubmitAnswer } from '../verify/answer.ts'
import type { Admitted } from './admit.ts'
import type { Placed } from './place.ts'
import type { LogEntry } from './ports.ts'
import { proverOf, proveEntries, readEntries } from './prove.ts'
import { readSigned } from './statement-memo.ts'
import { asOf, type LogView } from './view.ts'

/** @throws Fault `not-recorded` */
export async function queryEntry(view: LogView, index: LogIndex): Promise<EntryAnswer> {
  if (index >= view.checkpoint.size) {
    throw new Fault(
      'not-recorded',
      `entry: this log has ${view.checkpoint.size} entries; ${index} does not exist yet`,
    )
  }
  const entries = await readEntries(view, [index])
  return { entry: index, entries: await prove(view, entries), asOf: asOf(view, view.through) }
}

/** @throws Fault `not-recorded` */
export async function queryAttestation(view: LogView, id: AttestationId): Promise<AttestationAnswer> {
  const entries = await publishedEntries(view, id)
  return {
    attestation: id,
    // From what was signed, not from the column `readable`, which no proof binds; withheld bytes come with a later issue.
    intake: await view.statements.intake(id),
    entries: await prove(view, entries),
    asOf: asOf(view, view.through),
  }
}

/** The DSSE pre-authentication encoding. @throws Fault `not-recorded` */
export async function querySigned(view: LogView, id: AttestationId): Promise<Uint8Array> {
  await publishedEntries(view, id)
  return readSigned(view.blobs, id)
}

/** The answer to a submission: its entries, old and new, proven against what is published now. */
export async function submitAnswer(
  view: LogView,
  placed: Placed,
  { predicateType, intake }: Pick<Admitted, 'predicateType' | 'intake'>,
  proveIncluded: InclusionProver,
): Promise<SubmitAnswer> {
  const wanted = placed.entries.map((entry) => ({ entry, predicateType }))
  return {
    attestation: placed.attestation,
    signatures: placed.signatures,
    intake,
    entries: await proveEntries(proveIncluded, wanted, view.pause),
    asOf: asOf(view, view.through),
  }
}

async function publishedEntries(view: LogView, id: AttestationId): Promise<readonly LogEntry[]> {
  const entries = (await view.log.find(id)).filter((entry) => entry.index < view.checkpoint.size)
  if (entries.length === 0) throw new Fault('not-recorded', `attestation: ${id} is not recorded`)
  return entries
}

async function prove(view: LogView, entries: readonly LogEntry[]): Promise<ProvenEntries> {
  const wanted = await Promise.all(
    entries.map(async (entry) => ({
      entry,
      predicateType: await view.statements.predicateType(entry.attestation),
    })),
  )
  return proveEntries(proverOf(view.log, view.checkpoint.size), wanted, view.pause)
}
