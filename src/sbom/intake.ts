/**
 * The intake report: what a submission was found to be when it was read, told to whoever submitted it, so that a poor
 * document is mended where it is made (README 2.7, "Poor documents"). It decides nothing.
 */
import { parseProvenance } from '../attestation/provenance.ts'
import type { Statement } from '../attestation/statement.ts'
import { isVexAlone } from '../attestation/vex-of-statement.ts'
import type { SbomDocument } from './component.ts'
import { intakeAdvice, type IntakeCode } from './intake-advice.ts'
import type { ReportedSbom } from './reported.ts'
import { listedLicence } from './licence-list.ts'
import { identityOf, identityVersion } from './identity.ts'
import { licenceIds } from './licence.ts'
import { foreignSubject } from './own-subject.ts'
import { formatPurl } from './purl.ts'
import { versionOrderOf } from './versions/order.ts'

/** What of a document is poor, before it is said what to do about it. */
interface Found {
  readonly code: IntakeCode
  readonly count: number
  readonly example?: string
}

export interface IntakeFinding {
  /** One of intake-advice.ts; an older or newer ledger may have others. */
  readonly code: string
  readonly count: number
  /** The first case: a purl or a name as the document has it, at most 100 characters. */
  readonly example?: string
  /** What to change where the document is made. */
  readonly advice?: string
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
export function intakeOf(statement: Statement, sbom: ReportedSbom | undefined): Intake {
  if (sbom === undefined)
    return {
      ...emptyIntake,
      findings: advised([...provenanceFindings(statement), ...vexFindings(statement)]),
    }
  const { components, withPurl, withoutVersion, duplicates } = sbom.counts
  return {
    format: sbom.format,
    components,
    withPurl,
    withoutPurl: components - withPurl,
    withoutVersion,
    duplicates,
    findings: advised([
      ...subjectFindings(statement, sbom),
      ...sbom.findings,
      ...versionFindings(sbom),
      ...licenceFindings(sbom),
    ]),
  }
}

function advised(findings: readonly Found[]): readonly IntakeFinding[] {
  return findings.map((one) => ({ ...one, advice: intakeAdvice[one.code] }))
}

/** The signed subject decides (contracts.md 2); perhaps the wrong file was signed. */
function subjectFindings(statement: Statement, { about }: SbomDocument): readonly Found[] {
  const example = foreignSubject(statement, about)
  return example === undefined ? [] : [{ code: 'subject-differs', count: 1, example: example.slice(0, 100) }]
}

/** Versions that are none in their package's ecosystem: every range leaves them undetermined. */
function versionFindings({ components }: SbomDocument): readonly Found[] {
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
function licenceFindings({ licences }: SbomDocument): readonly Found[] {
  const unknown = licences.filter(
    (text) =>
      !text.includes('LicenseRef-') && !licenceIds(text).some((id) => listedLicence(id) !== undefined),
  )
  const [first] = unknown
  if (first === undefined) return []
  return [{ code: 'licence-not-spdx', count: unknown.length, example: first.slice(0, 100) }]
}

function vexFindings(statement: Statement): readonly Found[] {
  return isVexAlone(statement) ? [{ code: 'vex-alone', count: 1 }] : []
}

function provenanceFindings(statement: Statement): readonly Found[] {
  const provenance = parseProvenance(statement)
  if (provenance === undefined) return []
  return [
    ...(provenance.builder === '' ? [{ code: 'no-builder', count: 1 } as const] : []),
    ...(provenance.sources.length === 0 ? [{ code: 'no-source', count: 1 } as const] : []),
  ]
}
