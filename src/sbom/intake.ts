/**
 * The intake report: what a submission was found to be when it was read, told to whoever submitted it, so that a poor
 * document is mended where it is made (README 2.7, "Poor documents"). It decides nothing.
 */
import { parseProvenance } from '../attestation/provenance.ts'
import type { Statement } from '../attestation/statement.ts'
import type { SbomDocument } from './component.ts'
import { listedLicence } from './licence-list.ts'
import { identityOf, identityVersion } from './identity.ts'
import { licenceIds } from './licence.ts'
import { foreignSubject } from './own-subject.ts'
import { formatPurl } from './purl.ts'
import { versionOrderOf } from './versions/order.ts'

export interface IntakeFinding {
  /**
   * A word of component.ts; `no-builder`, `no-source`: provenance that nobody finds by its builder, or by a commit; `licence-not-spdx`, `subject-differs`:
   * see below.
   */
  readonly code: string
  readonly count: number
  /** The first case: a purl or a name as the document has it, at most 100 characters. */
  readonly example?: string
}

export interface Intake {
  /** `CycloneDX 1.5`, `SPDX 2.3`; null for what is no SBOM: then all counts are 0. */
  readonly format: string | null
  /** Nested ones too. */
  readonly components: number
  /** With one that can be read: what can be searched for by package. */
  readonly withPurl: number
  readonly withoutPurl: number
  readonly withoutVersion: number
  /** Components beyond the first of the same purl, or of the same name and version. */
  readonly duplicates: number
  readonly findings: readonly IntakeFinding[]
}

/** Of what was not opened. */
export const emptyIntake: Intake = {
  format: null,
  components: 0,
  withPurl: 0,
  withoutPurl: 0,
  withoutVersion: 0,
  duplicates: 0,
  findings: [],
}

/** `sbom` is the one in the statement, if any. @throws Fault `unacceptable` (`predicate-unacceptable`) */
export function intakeOf(statement: Statement, sbom: SbomDocument | undefined): Intake {
  if (sbom === undefined) return { ...emptyIntake, findings: provenanceFindings(statement) }
  const { components, withPurl, withoutVersion, duplicates } = sbom.counts
  return {
    format: sbom.format,
    components,
    withPurl,
    withoutPurl: components - withPurl,
    withoutVersion,
    duplicates,
    findings: [
      ...subjectFindings(statement, sbom),
      ...sbom.findings,
      ...versionFindings(sbom),
      ...licenceFindings(sbom),
    ],
  }
}

/** The signed subject decides (contracts.md 2); perhaps the wrong file was signed. */
function subjectFindings(statement: Statement, { about }: SbomDocument): readonly IntakeFinding[] {
  const example = foreignSubject(statement, about)
  return example === undefined ? [] : [{ code: 'subject-differs', count: 1, example: example.slice(0, 100) }]
}

/** Versions that are none in their package's ecosystem: every range leaves them undetermined. */
function versionFindings({ components }: SbomDocument): readonly IntakeFinding[] {
  const unordered = components.flatMap(({ purl, version }) => {
    if (purl === undefined) return []
    const order = versionOrderOf(identityOf(purl).type)
    const found = identityVersion(purl, version)
    return found !== '' && order !== undefined && order.canonical(found) === undefined
      ? [formatPurl(purl)]
      : []
  })
  const [first] = unordered
  if (first === undefined) return []
  return [{ code: 'version-unordered', count: unordered.length, example: first.slice(0, 100) }]
}

/** Texts that name no licence of the list: nobody finds them by licence. Own licences (`LicenseRef-`) are no mistake. */
function licenceFindings({ licences }: SbomDocument): readonly IntakeFinding[] {
  const unknown = licences.filter(
    (text) =>
      !text.includes('LicenseRef-') && !licenceIds(text).some((id) => listedLicence(id) !== undefined),
  )
  const [first] = unknown
  if (first === undefined) return []
  return [{ code: 'licence-not-spdx', count: unknown.length, example: first.slice(0, 100) }]
}

function provenanceFindings(statement: Statement): readonly IntakeFinding[] {
  const provenance = parseProvenance(statement)
  if (provenance === undefined) return []
  return [
    ...(provenance.builder === '' ? [{ code: 'no-builder', count: 1 }] : []),
    ...(provenance.sources.length === 0 ? [{ code: 'no-source', count: 1 }] : []),
  ]
}
