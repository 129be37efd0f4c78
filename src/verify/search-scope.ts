/**
 * What a search is about: which images, and which of their SBOMs. Pure, and shared by the server that counts and answers and
 * the client that makes each row again: a scope admits what signed entries say, and nothing else.
 *
 * Reading scopes from JSON is scope-wire.ts.
 */
import { MAX_IMAGE_NAME } from '../attestation/image.ts'
import type { ImageDigest, TreeSize } from '../brand.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { deploymentRows, type DeploymentRow } from './deployments.ts'
import { imagesOf, isProvenance, type EntryFacts } from './entry-facts.ts'
import { isNameMatch } from './glob.ts'
import { countingSboms, goodSboms, isGood, namesOf } from './rows.ts'

/** All images if empty. */
export interface SearchScope {
  /** A name of the image matches; `*` stands for anything, also for "/" (glob.ts). */
  readonly repo?: string
  /** `<os>/<arch>`: only SBOMs of that platform are looked at, and those that do not say theirs. */
  readonly platform?: string
  /** Every SBOM that is good counts, not only the newest of each signer, tool and platform. */
  readonly allSboms?: true
  /** Only images that ran there at `deployedAt`, by any signer's word. Neither stands without the other. */
  readonly environment?: string
  /** RFC 3339, UTC. */
  readonly deployedAt?: string
  /** Only SBOMs that were recorded when the log had this size already. */
  readonly recordedAfter?: TreeSize
  /** Only SBOMs that were recorded before the log had more than this. */
  readonly recordedBefore?: TreeSize
}

/** Of images without an SBOM that counts: whichever SBOMs may count, they have none. */
export type UnknownScope = Omit<SearchScope, 'allSboms'>

export interface ScopedImage {
  /** What registered signers say by which it is known. */
  readonly known: readonly EntryFacts[]
  /** That count, ascending. */
  readonly sboms: readonly EntryFacts[]
  /** That is good, ascending. */
  readonly provenance: readonly EntryFacts[]
  /** By which it ran where the scope asks for; none if it does not ask. */
  readonly deployments: readonly DeploymentRow[]
}

/**
 * Undefined if nothing at hand makes the image known, or if it is outside of the scope.
 *
 * @param about what is at hand of the image; others than that change nothing
 */
export function imageInScope(
  image: ImageDigest,
  about: readonly EntryFacts[],
  scope: SearchScope,
  trust: TrustState,
  asOf: TreeSize,
): ScopedImage | undefined {
  const known = about.filter((facts) => imagesOf(facts, trust).includes(image))
  if (known.length === 0) return undefined
  const sboms = sbomsIn(image, about, scope, trust, asOf)
  if (sboms.length === 0 && isToldAtAnotherTime(image, known, scope, trust, asOf)) return undefined
  const deployments = deploymentsIn(image, about, scope, trust, asOf)
  if (scope.environment !== undefined && deployments.length === 0) return undefined
  const provenance = about
    .filter((facts) => isProvenance(facts) && isGood(facts, trust, asOf))
    .sort((a, b) => a.index - b.index)
  // Without an SBOM that counts, all that is known of it may say where it is kept: what is revoked too.
  const naming = sboms.length === 0 ? known : [...sboms, ...provenance]
  return isInRepo(scope, namesOf(image, naming)) ? { known, sboms, provenance, deployments } : undefined
}

/** The newest are chosen among those that were recorded in time: what came later says nothing then. */
function sbomsIn(
  image: ImageDigest,
  about: readonly EntryFacts[],
  scope: SearchScope,
  trust: TrustState,
  asOf: TreeSize,
): readonly EntryFacts[] {
  const { platform, allSboms } = scope
  const choose = allSboms === true ? goodSboms : countingSboms
  const counting = choose(
    image,
    about.filter((facts) => isRecordedIn(scope, facts)),
    trust,
    asOf,
  )
  if (platform === undefined) return counting
  return counting.filter(({ sbom }) => sbom?.platform === '' || sbom?.platform === platform)
}

function isRecordedIn({ recordedAfter, recordedBefore }: SearchScope, { index }: EntryFacts): boolean {
  const isTooEarly = recordedAfter !== undefined && index < recordedAfter
  return !isTooEarly && (recordedBefore === undefined || index < recordedBefore)
}

/**
 * Whether an image without an SBOM of the time that was asked for is no image of that time: an SBOM of another time tells
 * what is inside, or nothing was said of it then. Else nobody knows, which is counted.
 */
function isToldAtAnotherTime(
  image: ImageDigest,
  known: readonly EntryFacts[],
  scope: SearchScope,
  trust: TrustState,
  asOf: TreeSize,
): boolean {
  const { recordedAfter, recordedBefore, ...whenever } = scope
  if (recordedAfter === undefined && recordedBefore === undefined) return false
  if (sbomsIn(image, known, whenever, trust, asOf).length > 0) return true
  return !known.some((facts) => isRecordedIn(scope, facts))
}

/** Times are claims, and signers may disagree: one who says that it ran there is enough. */
function deploymentsIn(
  image: ImageDigest,
  about: readonly EntryFacts[],
  { environment, deployedAt }: SearchScope,
  trust: TrustState,
  asOf: TreeSize,
): readonly DeploymentRow[] {
  if (environment === undefined || deployedAt === undefined) return []
  return deploymentRows({ environment, image, time: deployedAt }, about, trust, asOf)
}

/** Names that no registry takes are kept nowhere: they may have megabytes, and each costs as much as pattern times name. */
function isInRepo({ repo }: SearchScope, names: readonly string[]): boolean {
  if (repo === undefined) return true
  return names.some((name) => name.length <= MAX_IMAGE_NAME && isNameMatch(repo, withoutTag(name)))
}

/** `registry.example/shop:1.4@sha256:…` is kept in `registry.example/shop`. */
function withoutTag(name: string): string {
  const [reference = ''] = name.split('@', 1)
  const colon = reference.lastIndexOf(':')
  return colon > reference.lastIndexOf('/') ? reference.slice(0, colon) : reference
}
