/**
 * What was once read out of a statement: its type and its intake report. Both follow from the signed bytes, which their
 * name checks, and reading them takes seconds for the largest SBOMs, for whoever asks and as often as they ask.
 */
import type { AttestationId } from '../brand.ts'
import { parsePae } from '../attestation/pae.ts'
import type { Statement } from '../attestation/statement.ts'
import type { VexStatement } from '../attestation/vex.ts'
import { vexStatementsOf } from '../attestation/vex-of-statement.ts'
import { Fault } from '../errors.ts'
import { emptyIntake, intakeOf, type Intake } from '../sbom/intake.ts'
import { readReportedSbom } from '../sbom/manifest.ts'
import { parseLeanStatement } from '../sbom/unread-members.ts'
import { isAbout } from '../verify/search-vex.ts'
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

/** How what was signed is read: at once, or beside the event loop. */
export interface StatementReading {
  look(signed: Uint8Array): Promise<Looked>
  /** @param vulnerabilities folded: what it says as VEX of one of these */
  vex(signed: Uint8Array, vulnerabilities: ReadonlySet<string>): Promise<readonly VexStatement[]>
}

export interface StatementMemo extends Pick<StatementReading, 'vex'> {
  /** @throws Fault `bad-proof` (`integrity-error`) if what was signed is missing */
  predicateType(id: AttestationId): Promise<string>
  /** @throws as `predicateType` */
  intake(id: AttestationId): Promise<Intake>
}

const readAtOnce: StatementReading = {
  look: (signed) => Promise.resolve(lookInto(signed)),
  vex: (signed, vulnerabilities) => Promise.resolve(vexIn(signed, vulnerabilities)),
}

export function createStatementMemo(blobs: BlobStore, reading = readAtOnce): StatementMemo {
  const looked = keeping(async (id) => reading.look(await readSigned(blobs, id)))
  return {
    vex: (signed, vulnerabilities) => reading.vex(signed, vulnerabilities),
    predicateType: async (id) => (await looked(id)).predicateType,
    intake: async (id) => (await looked(id)).intake,
  }
}

/** Of what was signed. What was recorded although no manifest can be made of it has an empty report. */
export function lookInto(signed: Uint8Array): Looked {
  const statement = parseLeanStatement(parsePae(signed).payload)
  return { predicateType: statement.predicateType, intake: intakeOrNone(statement) }
}

/** As `StatementReading` has it. */
export function vexIn(signed: Uint8Array, vulnerabilities: ReadonlySet<string>): readonly VexStatement[] {
  const said = vexStatementsOf(parseLeanStatement(parsePae(signed).payload))
  return said.filter((one) => isAbout(one, vulnerabilities))
}

function intakeOrNone(statement: Statement): Intake {
  try {
    return intakeOf(statement, readReportedSbom(statement))
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
