/** What an entry states, drawn anew from what was signed: no index is trusted. */
import type { Statement } from '../attestation/statement.ts'
import { claimedTimes } from '../sbom/claimed.ts'
import type { SbomDocument } from '../sbom/component.ts'
import { sortLines, type ManifestLine } from '../sbom/manifest-line.ts'
import { readSbom, statedLines } from '../sbom/stated-lines.ts'
import { asBadProof } from './bad-proof.ts'
import { factsOf, type EntryFacts } from './entry-facts.ts'
import type { CheckedAttestation } from './proven-entry.ts'

export interface AttestedFacts {
  readonly facts: EntryFacts
  /** Those of stated-lines.ts, and what the caller adds. */
  readonly lines: readonly ManifestLine[]
  readonly sbom: SbomDocument | undefined
}

/**
 * @param besides lines that only some questions are about: a browser's verifier does without
 * @throws Fault `bad-proof` (`not-admissible`) for what no ledger admits
 */
export function attestedFacts(
  { entry, statement }: CheckedAttestation,
  besides: (statement: Statement) => readonly ManifestLine[] = () => [],
): AttestedFacts {
  return asBadProof('not-admissible', `entry ${entry.index}`, () => {
    const sbom = readSbom(statement)
    const lines = sortLines([...statedLines(statement, entry.keyId, sbom), ...besides(statement)])
    const { index, attestation, keyId: key } = entry
    return { facts: factsOf(index, attestation, key, lines, claimedTimes(statement, sbom)), lines, sbom }
  })
}
