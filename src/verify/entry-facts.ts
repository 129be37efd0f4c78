/**
 * What one entry states, drawn from its manifest: all that answers need besides the component lines.
 *
 * The ledger keeps these facts as one row per entry; the offline verifier derives them again from the
 * signed bytes. Both then run rows.ts over them, so a row can be checked by making it again.
 */
import type { AttestationId, ImageDigest, KeyId, LogIndex } from '../brand.ts'
import { isImageName } from '../attestation/image.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import type { Claimed } from '../sbom/claimed.ts'
import type { ImageRelation } from '../sbom/image-relations.ts'
import type { ManifestLine } from '../sbom/manifest-line.ts'
import { isRegistered, type TrustState } from '../trust/trust-state.ts'

export interface SubjectFact {
  /** `sha256:…`, `sha384:…` or `sha512:…` */
  readonly digest: string
  /** Empty if the statement gives none. */
  readonly name: string
}

export interface SbomFact {
  readonly tool: string
  readonly toolVersion: string
  /** `<os>/<arch>`, empty if the subject does not say. */
  readonly platform: string
  /** Components that can be looked for, by purl or CPE; an SBOM without any proves nothing. */
  readonly components: number
}

export interface DeploymentFact {
  readonly environment: string
  /** Empty if none is stated. */
  readonly cluster: string
  readonly from: string
  /** Empty if no end is known. */
  readonly until: string
}

export interface EntryFacts {
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly key: KeyId
  readonly predicateType: string
  readonly subjects: readonly SubjectFact[]
  readonly sbom?: SbomFact
  /** Only where the whole manifest was made: a browser's verifier makes none of deployments. */
  readonly deployment?: DeploymentFact
  /** Which image is of which index; absent if it says nothing of it, and where the whole manifest was not made. */
  readonly relations?: readonly ImageRelation[]
  /** As written; empty if there is none. */
  readonly builder: string
  /** `repo@commit` */
  readonly commits: readonly string[]
  /** Digests of the images that provenance names as built on; absent if there are none. */
  readonly bases?: readonly string[]
  /** The signer's word; absent if there is none. */
  readonly claimed?: Claimed
}

export function factsOf(
  index: LogIndex,
  attestation: AttestationId,
  key: KeyId,
  all: Iterable<ManifestLine>,
  claimed: Claimed = {},
): EntryFacts {
  const { lines, components } = besidesComponents(all)
  const tool = lines.find((line) => line.kind === 'w')
  const bases = lines.filter((line) => line.kind === 'd').map((line) => line.name)
  return {
    index,
    attestation,
    key,
    predicateType: lines.find((line) => line.kind === 't')?.name ?? '',
    subjects: lines
      .filter((line) => line.kind === 's')
      .map((line) => ({ digest: line.name, name: line.extras['name'] ?? '' })),
    ...(tool === undefined ? {} : { sbom: sbomFact(tool, components) }),
    ...deploymentFact(lines.find((line) => line.kind === 'e')),
    ...relationFacts(lines.filter((line) => line.kind === 'i')),
    builder: lines.find((line) => line.kind === 'b')?.name ?? '',
    commits: lines.filter((line) => line.kind === 'g').map((line) => `${line.name}@${line.version}`),
    ...(bases.length === 0 ? {} : { bases }),
    ...(Object.keys(claimed).length === 0 ? {} : { claimed }),
  }
}

/** Of an SBOM, hundreds of thousands of lines may be about its components. */
function besidesComponents(all: Iterable<ManifestLine>): {
  readonly lines: readonly ManifestLine[]
  readonly components: number
} {
  const lines: ManifestLine[] = []
  let components = 0
  for (const line of all) {
    if (line.kind === 'p' || line.kind === 'c') components++
    else if (line.kind !== 'f' && line.kind !== 'n') lines.push(line)
  }
  return { lines, components }
}

function sbomFact(tool: ManifestLine, components: number): SbomFact {
  return { tool: tool.name, toolVersion: tool.version, platform: tool.extras['platform'] ?? '', components }
}

function deploymentFact(line: ManifestLine | undefined): Pick<EntryFacts, 'deployment'> {
  if (line === undefined) return {}
  const { cluster = '', from = '', until = '' } = line.extras
  return { deployment: { environment: line.name, cluster, from, until } }
}

/** Of lines of kind `i`. */
export function relationFacts(lines: readonly ManifestLine[]): Pick<EntryFacts, 'relations'> {
  if (lines.length === 0) return {}
  const relations = lines.map(({ name, extras }) => ({
    index: name,
    image: extras['of'] ?? '',
    platform: extras['platform'] ?? '',
  }))
  return { relations }
}

export function isProvenance(facts: EntryFacts): boolean {
  return predicateKind(facts.predicateType) === 'provenance'
}

/**
 * The images that this entry makes known (README 2.7, "What an image is"): each SHA-256 subject of an SBOM,
 * and each SHA-256 subject that is named as an image. Unique, in the manifest's order. None for an unregistered
 * signer, who changes no count.
 */
export function imagesOf(facts: EntryFacts, trust: TrustState): readonly ImageDigest[] {
  if (!isRegistered(trust, facts.index, facts.key)) return []
  const images = new Set<ImageDigest>()
  for (const subject of facts.subjects) {
    if (!isSha256(subject.digest)) continue
    if (facts.sbom !== undefined || isImageName(subject.name)) images.add(subject.digest)
  }
  return [...images]
}

export function speaksOf(facts: EntryFacts, image: ImageDigest): boolean {
  return facts.subjects.some((subject) => subject.digest === image)
}

export function isSha256(digest: string): digest is ImageDigest {
  return digest.startsWith('sha256:')
}
