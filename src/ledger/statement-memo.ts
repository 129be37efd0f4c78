/**
 * What was once read out of a statement: its type and its intake report. Both follow from the signed bytes, which their
 * name checks, and reading them takes seconds for the largest SBOMs, for whoever asks and as often as they ask.
 */
import type { AttestationId } from '../brand.ts'
import { parsePae } from '../attestation/pae.ts'
import type { Statement } from '../attestation/statement.ts'
import { Fault } from '../errors.ts'
import { intakeOf, type Intake } from '../sbom/intake.ts'
import { readSbom } from '../sbom/manifest.ts'
import { parseLeanStatement } from '../sbom/unread-members.ts'
import type { BlobStore } from './ports.ts'

/** Of each. A type is short and a report has a dozen numbers; of the longest that are kept, 16 MiB. */
const MAX_KEPT = 4_096
/** Longer ones are read each time, so that nobody decides how much is kept. */
const MAX_KEPT_BYTES = 4_000

export interface StatementMemo {
  /** @throws Fault `bad-proof` (`integrity-error`) if what was signed is missing */
  predicateType(id: AttestationId): Promise<string>
  /** @throws as `predicateType` */
  intake(id: AttestationId): Promise<Intake>
}

export function createStatementMemo(blobs: BlobStore): StatementMemo {
  const read = async (id: AttestationId): Promise<Statement> =>
    parseLeanStatement(parsePae(await readSigned(blobs, id)).payload)
  return {
    predicateType: keeping(async (id) => (await read(id)).predicateType),
    intake: keeping(async (id) => {
      const statement = await read(id)
      return intakeOf(statement, readSbom(statement))
    }),
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
