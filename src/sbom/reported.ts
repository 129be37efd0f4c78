/**
 * What is poor in an SBOM that was taken nevertheless, counted (README 2.7, "Poor documents"): for whoever submits it. A
 * verifier does without.
 */
import { versionOf, type Component, type SbomDocument } from './component.ts'
import { formatPurl } from './purl.ts'

export type FindingCode =
  | 'no-tool'
  | 'no-components'
  | 'no-purl'
  | 'purl-unreadable'
  | 'purl-nonconforming'
  | 'no-version'
  | 'duplicate-component'

/** Something poor in a document that was taken nevertheless. */
export interface Finding {
  readonly code: FindingCode
  readonly count: number
  /** The first case: a purl or a name, at most 100 characters. */
  readonly example?: string
}

export interface ComponentCounts {
  readonly components: number
  readonly withPurl: number
  readonly withoutVersion: number
  /** Components beyond the first of the same purl, or of the same name and version. */
  readonly duplicates: number
  /** With a purl that cannot be read. */
  readonly badPurl: number
}

/** An SBOM with what was found poor in it. */
export interface ReportedSbom extends SbomDocument {
  readonly counts: ComponentCounts
  readonly findings: readonly Finding[]
}

export function reported(document: SbomDocument): ReportedSbom {
  const { tool, components } = document
  const poor = {
    'no-purl': components.filter((one) => one.purl === undefined && one.poorPurl === undefined),
    'purl-unreadable': components.filter((one) => one.purl === undefined && one.poorPurl !== undefined),
    'purl-nonconforming': components.filter((one) => one.purl !== undefined && one.poorPurl !== undefined),
    'no-version': components.filter((one) => versionOf(one) === ''),
    'duplicate-component': duplicatesOf(components),
  }
  const counts = {
    components: components.length,
    withPurl: components.filter((one) => one.purl !== undefined).length,
    withoutVersion: poor['no-version'].length,
    duplicates: poor['duplicate-component'].length,
    badPurl: poor['purl-unreadable'].length,
  }
  const findings: Finding[] = [
    ...(tool.name === '' ? [{ code: 'no-tool', count: 1 } as const] : []),
    ...(components.length === 0 ? [{ code: 'no-components', count: 1 } as const] : []),
    ...finding('no-purl', poor['no-purl']),
    ...finding('purl-unreadable', poor['purl-unreadable']),
    ...finding('purl-nonconforming', poor['purl-nonconforming']),
    ...finding('no-version', poor['no-version']),
    ...finding('duplicate-component', poor['duplicate-component']),
  ]
  return { ...document, counts, findings }
}

function duplicatesOf(components: readonly Component[]): readonly Component[] {
  const seen = new Set<string>()
  return components.filter((component) => {
    const identity =
      component.purl === undefined ? `${component.name}\n${component.version}` : formatPurl(component.purl)
    const before = seen.size
    return seen.add(identity).size === before
  })
}

function finding(code: FindingCode, components: readonly Component[]): readonly Finding[] {
  const [first] = components
  if (first === undefined) return []
  const example = first.poorPurl ?? (first.purl === undefined ? first.name : formatPurl(first.purl))
  return [{ code, count: components.length, example: example.slice(0, 100) }]
}
