/**
 * What was once read out of a statement: its type and its intake report. Both follow from the signed bytes, which their
 * name checks, and reading them takes seconds for the largest SBOMs, for whoever asks and as often as they ask.
 */
import type { AttestationId } from '../brand.ts'
import { parsePae } from '../attestation/pae.ts'
import type { Statement } from '../attestation/statement.ts'
import { Fault } from '../errors.ts'
import { emptyIntake, intakeOf, type Intake } from '../sbom/intake.ts'
import { readSbom } from '../sbom/manifest.ts'
import { parseLeanStatement } from '../sbom/unread-members.ts'
import type { BlobStore } from './ports.ts'

/** A type is short and a report has a dozen numbers; of the longest that are kept, 16 MiB. */
const MAX_KEPT = 4_096
/** Longer ones are read each time, so that nobody decides how much is kept. */
const MAX_KEPT_BYTES = 4_000

/** What is kept of a statement. */
export interface Looked {
  readonly predicateType: string
  readonly intake: Intake
}

export interface StatementMemo {
  /** @throws Fault `bad-proof` (`integrity-error`) if what was signed is missing */
  predicateType(id: AttestationId): Promise<string>
  /** @throws as `predicateType` */
  intake(id: AttestationId): Promise<Intake>
}

/** @param look as `lookInto`; a server has it done beside the event loop */
export function createStatementMemo(
  blobs: BlobStore,
  look: (signed: Uint8Array) => Promise<Looked> = (signed) => Promise.resolve(lookInto(signed)),
): StatementMemo {
  const looked = keeping(async (id) => look(await readSigned(blobs, id)))
  return {
    predicateType: async (id) => (await looked(id)).predicateType,
    intake: async (id) => (await looked(id)).intake,
  }
}

/** Of what was signed. What was recorded although no manifest can be made of it has an empty report. */
export function lookInto(signed: Uint8Array): Looked {
  const statement = parseLeanStatement(parsePae(signed).payload)
  return { predicateType: statement.predicateType, intake: intakeOrNone(statement) }
}

function intakeOrNone(statement: Statement): Intake {
  try {
    return intakeOf(statement, readSbom(statement))
  } catch (cause) {
    if (cause instanceof Fault) return emptyIntake
    throw cause
  }
}

/** Who asks for the same while it is being read waits for that. */
function keeping<T>(make: (id: AttestationId) => Promise<T>): (id: AttestationId) => Promise<T> {
  const kept = new Map<AttestationId, Promise<T>>()
  return (id) => {
    const known = kept.get(id)
    if (known !== undefined) return known
    const [oldest] = kept.keys()
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    const made = make(id)
    kept.set(id, made)
    const forget = (): void => void kept.delete(id)
    made.then((value) => JSON.stringify(value).length > MAX_KEPT_BYTES && forget(), forget)
    return made
  }
}

/** @throws Fault `bad-proof` (`integrity-error`) if what was signed is missing */
export async function readSigned(blobs: BlobStore, id: AttestationId): Promise<Uint8Array> {
  const signed = await blobs.get(id)
  if (signed === undefined)
    throw new Fault('integrity-error', `attestation: what was signed as ${id} is missing`)
  return signed
}
