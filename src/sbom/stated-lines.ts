/**
 * What a statement states that can be searched for, as manifest lines (contracts.md 1), but for what a browser's
 * verifier does without: licences (`l`), deployments (`e`), indexes (`i`) and vulnerabilities (`v`). manifest.ts adds
 * those, and has the version.
 */
import { acceptedDigests } from '../attestation/digest.ts'
import { isControlType, predicateKind } from '../attestation/predicate-types.ts'
import { parseProvenance } from '../attestation/provenance.ts'
import type { Statement, Subject } from '../attestation/statement.ts'
import { isVexAlone } from '../attestation/vex-of-statement.ts'
import type { KeyId } from '../brand.ts'
import type { Component, SbomDocument } from './component.ts'
import { readCycloneDx } from './cyclonedx.ts'
import { distroOf, identityOf, identityVersion, isNameDoubtful, sourcePackageOf } from './identity.ts'
import { makeLine, type ManifestLine } from './manifest-line.ts'
import { platformOf } from './platform.ts'
import { purlName } from './purl.ts'
import { readSpdx } from './spdx.ts'

/**
 * Not sorted, and perhaps twice. `sbom` is what `readSbom` gives.
 *
 * @throws Fault `unacceptable` (`predicate-unacceptable`), with a pointer into the statement
 */
export function* statedLines(
  statement: Statement,
  key: KeyId,
  sbom: SbomDocument | undefined,
): Generator<ManifestLine> {
  yield makeLine('k', key)
  yield makeLine('t', statement.predicateType)
  // What the ledger says about itself is found by who said it and of which kind, not as a claim about a subject.
  if (isControlType(statement.predicateType)) return
  yield* statement.subjects.flatMap(subjectLines)
  yield* sbomLines(statement, sbom)
  yield* provenanceLines(statement)
}

/**
 * The SBOM in a statement; undefined if its predicate is of another kind, or is VEX alone.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`), `too-large`
 * (`component-limit`), with a pointer into the statement
 */
export function readSbom(statement: Statement): SbomDocument | undefined {
  switch (predicateKind(statement.predicateType)) {
    case 'cyclonedx': {
      // Read in any case: what is malformed is refused.
      const document = readCycloneDx(statement.predicate, '/predicate')
      return isVexAlone(statement) ? undefined : document
    }
    case 'spdx':
      return readSpdx(statement.predicate, '/predicate')
    case 'provenance':
    case 'trust-root':
    case 'revocation':
    case 'annulment':
    case 'deployment':
    case 'control-unsupported':
    case 'other':
      return undefined
  }
}

function subjectLines(subject: Subject): readonly ManifestLine[] {
  return acceptedDigests(subject.digest).map((digest) => makeLine('s', digest, '', { name: subject.name }))
}

function* sbomLines(statement: Statement, sbom: SbomDocument | undefined): Generator<ManifestLine> {
  if (sbom === undefined) return
  const platform = platformOf(statement.subjects.map((subject) => subject.name))
  yield makeLine('w', sbom.tool.name, sbom.tool.version, { platform })
  for (const component of sbom.components) yield* componentLines(component, sbom.system)
}

/** Of one component; `system` is that of its document. */
export function componentLines(component: Component, system: string): readonly ManifestLine[] {
  const { purl, version: stated, hashes = [], source = '' } = component
  if (purl === undefined) return linesWithoutPurl(component, system)
  const identity = identityOf(purl)
  const name = purlName(identity)
  const version = identityVersion(purl, stated)
  const extras = {
    arch: purl.qualifiers['arch'] ?? '',
    distro: distroOf(identity, system),
    src: sourcePackageOf(identity, source),
  }
  const of = `${name}@${version}`
  return [
    makeLine('p', name, version, extras),
    ...hashes.map((hash) => makeLine('f', hash, '', { of })),
    ...(isNameDoubtful(identity) ? [makeLine('n', identity.name, version, { distro: extras.distro })] : []),
  ]
}

/**
 * By a CPE is found only what has no purl: generators guess them for the rest (README 2.7, "CPE"). By a name nothing is more
 * than `undetermined`.
 */
function linesWithoutPurl(component: Component, system: string): readonly ManifestLine[] {
  const { name, version, cpes = [], isNoPackage = false } = component
  const named = name === '' || isNoPackage ? [] : [makeLine('n', name, version, { distro: system })]
  return [...cpes.map((cpe) => makeLine('c', cpe.name, cpe.version || version)), ...named]
}

function provenanceLines(statement: Statement): readonly ManifestLine[] {
  const provenance = parseProvenance(statement)
  if (provenance === undefined) return []
  return [
    ...(provenance.builder === '' ? [] : [makeLine('b', provenance.builder)]),
    ...provenance.sources.map(({ repo, commit }) => makeLine('g', repo, commit)),
    ...provenance.baseImages.map((digest) => makeLine('d', digest)),
  ]
}
