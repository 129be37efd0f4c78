/** Entries, attestations and what was signed, by index and by id. They need no index: the log has them. */
import type { AttestationId, LogIndex } from '../brand.ts'
import { parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import { Fault } from '../errors.ts'
import { intakeOf, type Intake } from '../sbom/intake.ts'
import { readSbom } from '../sbom/manifest.ts'
import type { HashReader } from '../tlog/node.ts'
import type { AttestationAnswer, EntryAnswer, ProvenEntries, SubmitAnswer } from '../verify/answer.ts'
import type { Admitted } from './admit.ts'
import type { Placed } from './place.ts'
import type { LogEntry } from './ports.ts'
import { hashesOf, proveEntries, readEntries } from './prove.ts'
import { asOf, type LogView } from './view.ts'

/** @throws Fault `not-recorded` */
export async function queryEntry(view: LogView, index: LogIndex): Promise<EntryAnswer> {
  if (index >= view.checkpoint.size) {
    throw new Fault(
      'not-recorded',
      `entry: this log has ${view.checkpoint.size} entries; ${index} does not exist yet`,
    )
  }
  const entries = await readEntries(view.log, [index])
  return { entry: index, entries: await prove(view, entries), asOf: asOf(view, view.through) }
}

/** @throws Fault `not-recorded` */
export async function queryAttestation(view: LogView, id: AttestationId): Promise<AttestationAnswer> {
  const entries = await publishedEntries(view, id)
  return {
    attestation: id,
    // From what was signed, not from the column `readable`, which no proof binds; withheld bytes come with a later issue.
    intake: readIntake(await readSigned(view, id)),
    entries: await prove(view, entries),
    asOf: asOf(view, view.through),
  }
}

/** The DSSE pre-authentication encoding. @throws Fault `not-recorded` */
export async function querySigned(view: LogView, id: AttestationId): Promise<Uint8Array> {
  await publishedEntries(view, id)
  return readSigned(view, id)
}

/** The answer to a submission: its entries, old and new, proven against what is published now. */
export async function submitAnswer(
  view: LogView,
  placed: Placed,
  { predicateType, intake }: Pick<Admitted, 'predicateType' | 'intake'>,
  read: HashReader,
): Promise<SubmitAnswer> {
  const wanted = placed.entries.map((entry) => ({ entry, predicateType }))
  return {
    attestation: placed.attestation,
    signatures: placed.signatures,
    intake,
    entries: await proveEntries(read, view.checkpoint.size, wanted),
    asOf: asOf(view, view.through),
  }
}

/** Made again from what was signed: it is kept nowhere. */
function readIntake(signed: Uint8Array): Intake {
  const statement = parseStatement(parsePae(signed).payload)
  return intakeOf(statement, readSbom(statement))
}

async function publishedEntries(view: LogView, id: AttestationId): Promise<readonly LogEntry[]> {
  const entries = (await view.log.find(id)).filter((entry) => entry.index < view.checkpoint.size)
  if (entries.length === 0) throw new Fault('not-recorded', `attestation: ${id} is not recorded`)
  return entries
}

async function prove(view: LogView, entries: readonly LogEntry[]): Promise<ProvenEntries> {
  const wanted = await Promise.all(
    entries.map(async (entry) => {
      const { payload } = parsePae(await readSigned(view, entry.attestation))
      return { entry, predicateType: parseStatement(payload).predicateType }
    }),
  )
  return proveEntries(hashesOf(view.log, view.checkpoint.size), view.checkpoint.size, wanted)
}

async function readSigned({ blobs }: LogView, id: AttestationId): Promise<Uint8Array> {
  const signed = await blobs.get(id)
  if (signed === undefined)
    throw new Fault('integrity-error', `attestation: what was signed as ${id} is missing`)
  return signed
}
