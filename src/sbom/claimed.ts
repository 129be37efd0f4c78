/**
 * Times that a document claims (formats.md C/1.5): the signer's word. They are shown and never searched by or compared,
 * and stand in no manifest.
 */
import { parseProvenance } from '../attestation/provenance.ts'
import type { Statement } from '../attestation/statement.ts'
import type { SbomDocument } from './component.ts'

/** RFC 3339, as written; what has another form is left out. */
export interface Claimed {
  /** Of an SBOM: `metadata.timestamp`, `creationInfo.created`. */
  readonly created?: string
  /** Of provenance. */
  readonly startedOn?: string
  readonly finishedOn?: string
}

/** Nothing of a statement of another kind. `sbom` is what `readSbom` gives. */
export function claimedTimes(statement: Statement, sbom: SbomDocument | undefined): Claimed {
  const times = { created: sbom?.created ?? '', ...parseProvenance(statement)?.claimed }
  const written = Object.entries(times).filter(([, time]) => isTime(time))
  return Object.fromEntries(written)
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text)
}
