/**
 * Manifests: what an attestation states that can be searched for, one line each (contracts.md 1).
 *
 *     p TAB pkg:npm/%2540babel/core TAB 7.0.0                    component
 *     s TAB sha256:<hex> TAB TAB name=registry.example/app       subject
 *     line = kind TAB name TAB version [TAB key=value …]         sorted by bytes, unique
 *
 * A pure function of the statement and the signing key: an auditor derives the same bytes. The lines themselves stand
 * in stated-lines.ts, but for licences (`l`), deployments (`e`), indexes (`i`) and vulnerabilities (`v`), which a
 * browser's verifier does without. What lines are posted under is map/keys.ts.
 */
import { isControlType, predicateKind } from '../attestation/predicate-types.ts'
import type { Statement } from '../attestation/statement.ts'
import { vexVulnerabilitiesOf } from '../attestation/vex-of-statement.ts'
import type { KeyId } from '../brand.ts'
import type { SbomDocument } from './component.ts'
import { deploymentLines } from './deployment-lines.ts'
import { listedLicence } from './licence-list.ts'
import { licenceIds } from './licence.ts'
import { relationLines } from './image-relations.ts'
import {
  formatManifest,
  makeLine,
  manifestLines,
  packManifest,
  parseManifest,
  sortLines,
  type ManifestLine,
} from './manifest-line.ts'
import { refuseText } from './other-format.ts'
import { reported, type ReportedSbom } from './reported.ts'
import { readSbom, statedLines } from './stated-lines.ts'
import { forgetComponents } from './unread-members.ts'

export { formatLine, formatManifest, parseLine, parseManifest, type ManifestLine } from './manifest-line.ts'

/** Changes with every change of the function below, however small, and with the licence list. */
export const MANIFEST_VERSION = 8

/**
 * Sorted and unique. `sbom` is what `readReportedSbom` gives, for callers that have it already.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`,
 * `predicate-unacceptable`), `too-large` (`component-limit`), with a pointer into the statement
 */
export function manifestOf(
  statement: Statement,
  key: KeyId,
  sbom: SbomDocument | undefined = readReportedSbom(statement),
): readonly ManifestLine[] {
  return sortLines(unsortedLines(statement, key, sbom, relationLines(statement)))
}

function* unsortedLines(
  statement: Statement,
  key: KeyId,
  sbom: SbomDocument | undefined,
  relations: readonly ManifestLine[],
): Generator<ManifestLine> {
  yield* statedLines(statement, key, sbom)
  if (!isControlType(statement.predicateType)) yield* licenceLines(sbom)
  yield* deploymentLines(statement)
  yield* relations
  yield* vexVulnerabilitiesOf(statement).map((id) => makeLine('v', id))
}

export interface Manifest {
  /** Sorted and unique; of a large one they are read of its bytes as they are asked for. */
  readonly lines: Iterable<ManifestLine>
  /** As `formatManifest` writes the lines. */
  readonly bytes: () => Uint8Array
}

/**
 * The same, and the SBOM that `read` finds; of a large one the statement's components are forgotten (unread-members.ts).
 *
 * @throws Fault as `manifestOf`
 */
export function readManifest<Sbom extends SbomDocument>(
  statement: Statement,
  key: KeyId,
  read: (statement: Statement) => Sbom | undefined,
): Manifest & { readonly sbom: Sbom | undefined } {
  const sbom = read(statement)
  const relations = relationLines(statement)
  forgetComponents(statement, sbom)
  const unsorted = unsortedLines(statement, key, sbom, relations)
  if (isLong(sbom)) {
    const bytes = packManifest(unsorted)
    return { sbom, lines: manifestLines(bytes), bytes: () => bytes }
  }
  const lines = sortLines(unsorted)
  return { sbom, lines, bytes: () => formatManifest(lines) }
}

/** As `readManifest` gives it, of its bytes. @throws Fault `malformed`, as `parseManifest` */
export function openManifest(bytes: Uint8Array): Manifest {
  const lines = bytes.length < PACKED_FROM_BYTES ? parseManifest(bytes) : manifestLines(bytes)
  return { lines, bytes: () => bytes }
}

/** As objects, lines take ten times as much memory; of fewer that is little, and quicker. */
const PACKED_FROM_LINES = 20_000
/** Of so many lines, about. */
const PACKED_FROM_BYTES = 2 * 1024 * 1024

function isLong(sbom: SbomDocument | undefined): boolean {
  let lines = 0
  for (const { hashes } of sbom?.components ?? []) lines += 1 + (hashes?.length ?? 0)
  return lines >= PACKED_FROM_LINES
}

/** As in stated-lines.ts, with what is poor; text is refused with the command that converts it. */
export function readReportedSbom(statement: Statement): ReportedSbom | undefined {
  if (['cyclonedx', 'spdx'].includes(predicateKind(statement.predicateType)))
    refuseText(statement.predicate, '/predicate')
  const document = readSbom(statement)
  return document && reported(document)
}

/** Once for each licence of the list, whichever components state it. */
function licenceLines(sbom: SbomDocument | undefined): readonly ManifestLine[] {
  const texts = sbom?.licences ?? []
  const ids = texts.flatMap(licenceIds).map(listedLicence)
  return [...new Set(ids)].flatMap((id) => (id === undefined ? [] : [makeLine('l', id)]))
}
