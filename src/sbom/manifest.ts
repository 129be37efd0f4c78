/**
 * Manifests: what an attestation states that can be searched for, one line each (contracts.md 1).
 *
 *     p TAB pkg:npm/%2540babel/core TAB 7.0.0                    component
 *     s TAB sha256:<hex> TAB TAB name=registry.example/app       subject
 *     line = kind TAB name TAB version [TAB key=value …]         sorted by bytes, unique
 *
 * A pure function of the statement and the signing key: an auditor derives the same bytes. First light writes the kinds
 * `b g k p s t w`; more come under the next version. What lines are posted under is map/keys.ts.
 */
import { acceptedDigests } from '../attestation/digest.ts'
import { isControlType, predicateKind } from '../attestation/predicate-types.ts'
import { parseProvenance } from '../attestation/provenance.ts'
import type { Statement, Subject } from '../attestation/statement.ts'
import type { KeyId } from '../brand.ts'
import { versionOf, type Component, type SbomDocument } from './component.ts'
import { readCycloneDx } from './cyclonedx.ts'
import { sortLines, type ManifestLine } from './manifest-line.ts'
import { platformOf } from './platform.ts'
import { purlName } from './purl.ts'
import { readSpdx } from './spdx.ts'

export { formatLine, formatManifest, parseLine, parseManifest, type ManifestLine } from './manifest-line.ts'

/** Changes with every change of the function below, however small. */
export const MANIFEST_VERSION = 2

/**
 * Sorted and unique.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`,
 * `predicate-unacceptable`), `too-large` (`component-limit`), with a pointer into the statement
 */
export function manifestOf(statement: Statement, key: KeyId): readonly ManifestLine[] {
  const always = [makeLine('k', key), makeLine('t', statement.predicateType)]
  // What the ledger says about itself is found by who said it and of which kind, not as a claim about a subject.
  if (isControlType(statement.predicateType)) return sortLines(always)
  return sortLines([
    ...always,
    ...statement.subjects.flatMap(subjectLines),
    ...sbomLines(statement),
    ...provenanceLines(statement),
  ])
}

/** The SBOM in a statement; undefined if its predicate is of another kind. @throws Fault as `manifestOf` */
export function readSbom(statement: Statement): SbomDocument | undefined {
  switch (predicateKind(statement.predicateType)) {
    case 'cyclonedx':
      return readCycloneDx(statement.predicate, '/predicate')
    case 'spdx':
      return readSpdx(statement.predicate, '/predicate')
    case 'provenance':
    case 'trust-root':
    case 'revocation':
    case 'control-unsupported':
    case 'other':
      return undefined
  }
}

function subjectLines(subject: Subject): readonly ManifestLine[] {
  return acceptedDigests(subject.digest).map((digest) => makeLine('s', digest, '', { name: subject.name }))
}

function sbomLines(statement: Statement): readonly ManifestLine[] {
  const sbom = readSbom(statement)
  if (sbom === undefined) return []
  const platform = platformOf(statement.subjects.map((subject) => subject.name))
  return [
    makeLine('w', sbom.tool.name, sbom.tool.version, { platform }),
    ...sbom.components.flatMap(componentLines),
  ]
}

/** `src` is the `upstream` qualifier as it is, decoded: source package names are told apart from versions later. */
function componentLines(component: Component): readonly ManifestLine[] {
  const { purl } = component
  if (purl === undefined) return []
  const { arch = '', distro = '', upstream: src = '' } = purl.qualifiers
  return [makeLine('p', purlName(purl), versionOf(component), { arch, distro, src })]
}

function provenanceLines(statement: Statement): readonly ManifestLine[] {
  const provenance = parseProvenance(statement)
  if (provenance === undefined) return []
  const sources = provenance.sources.map(({ repo, commit }) => makeLine('g', repo, commit))
  return provenance.builder === '' ? sources : [makeLine('b', provenance.builder), ...sources]
}

const noExtras: ManifestLine['extras'] = {}

/** Extras without a value are left out. */
function makeLine(kind: ManifestLine['kind'], name: string, version = '', extras = noExtras): ManifestLine {
  const stated = Object.entries(extras).filter(([, value]) => value !== '')
  return { kind, name, version, extras: stated.length === 0 ? noExtras : Object.fromEntries(stated) }
}
