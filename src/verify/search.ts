/**
 * The shapes of a search: many packages in one question, as an advisory or a list of bad versions names them, and the
 * answer's rows. As contracts.md 7 has it for one component, with for each match which part found it, and why.
 *
 *     POST /ledger/v1/search   {"parts": [{"keys": ["pkg:npm/lodash"], "type": "npm", …}, {"cpe": …}, {"hash": …}]}
 *
 * Reading questions from JSON is search-wire.ts; making rows is search-rows.ts.
 */
import type { VexStatus } from '../attestation/vex.ts'
import type { LogIndex } from '../brand.ts'
import type { AffectedPackage, JudgementReason } from '../sbom/advisory/affected.ts'
import type { VersionRange } from '../sbom/constraint.ts'
import type { FoundRow, ImagesAnswer, ProvenanceRow, QuestionCoverage, RelatedImage } from './answer.ts'
import type { DeploymentRow } from './deployments.ts'
import type { SearchScope } from './search-scope.ts'

/**
 * What one part looks for; `from` is whatever the asker calls it: an advisory's id, a line of a list. `ids` are other names of
 * the same vulnerability: VEX statements about `from` or one of them are shown beside the rows.
 */
export type SearchPart = { readonly from?: string; readonly ids?: readonly string[] } & (
  | { readonly kind: 'package'; readonly affected: AffectedPackage }
  /** Of components without a purl: `part:vendor:product`, and the version if only one is meant, or a range of them. */
  | { readonly kind: 'cpe'; readonly cpe: string; readonly version?: string; readonly range?: VersionRange }
  /** Of a component: `sha1:…`, `sha256:…`, `sha384:…`, `sha512:…`. */
  | { readonly kind: 'hash'; readonly hash: string }
)

export interface SearchQuestion {
  readonly parts: readonly SearchPart[]
  readonly scope: SearchScope
}

/**
 * `purl`: listed under the name that was asked for. `alias`: under another name of the package that tools use. `source`: built from the source package that was asked for. `cpe`,
 * `hash`: as asked. `name`: a component without a purl has the name, which is never more than `undetermined`.
 */
export const MATCH_WAYS = ['purl', 'alias', 'source', 'cpe', 'hash', 'name'] as const

export type MatchWay = (typeof MATCH_WAYS)[number]

/** How sure it is that the component is the one that was asked for, by the way it was found; whether its version is meant, `status` says. */
export const CONFIDENCES = ['high', 'medium', 'low'] as const

export type Confidence = (typeof CONFIDENCES)[number]

export interface SearchMatch {
  /** Which part of the question, from 0. */
  readonly part: number
  /** The component as the SBOM states it: a canonical purl with its version, `cpe:part:vendor:product@version`, or the hash. */
  readonly component: string
  /** Empty if the SBOM gives none. */
  readonly version: string
  readonly why: MatchWay
  readonly confidence: Confidence
  readonly reason: JudgementReason
  readonly status: 'affected' | 'undetermined'
  /** The SBOM's entry. */
  readonly entry: LogIndex
  /** A VEX statement of the row says that the component is not affected, or mended, and none that it is affected. */
  readonly lifted?: true
}

/** What a signer says as VEX about components that were found; the newest word of each signer. */
export interface SearchVex {
  readonly entry: LogIndex
  /** The principal's name at that entry. */
  readonly signer: string
  /** As the statement has it: one of the names that a part of the question has for it. */
  readonly vulnerability: string
  readonly status: VexStatus
  /** As written; empty if there is none. */
  readonly justification: string
  /** As in `matches`. */
  readonly components: readonly string[]
}

export interface SearchProvenance extends ProvenanceRow {
  /** Digests of the images that it names as built on, in the manifest's order. */
  readonly bases: readonly string[]
}

export interface SearchTool {
  /** The SBOM's entry. */
  readonly entry: LogIndex
  /** As the manifest has it; empty if the SBOM names none. */
  readonly tool: string
  readonly toolVersion: string
}

export interface SearchRow extends Omit<FoundRow, 'matches' | 'provenance'> {
  readonly status: 'affected' | 'undetermined'
  /** Of the surest match with the row's status. */
  readonly confidence: Confidence
  /** By entry, then as the manifest has them, then by part. */
  readonly matches: readonly SearchMatch[]
  readonly provenance: readonly SearchProvenance[]
  /** Which tool made each of `sboms`. */
  readonly madeBy: readonly SearchTool[]
  /** SBOMs that count and list nothing of it: where the image's SBOMs disagree. */
  readonly silent: readonly LogIndex[]
  /** Where and when it ran, if the scope asks for an environment. */
  readonly deployments?: readonly DeploymentRow[]
  /** Its index, or its platform images if it is one; absent if nobody says. */
  readonly lineage?: readonly RelatedImage[]
  /** By entry; absent if nobody says anything. It changes no status. */
  readonly vex?: readonly SearchVex[]
  /** Every match is lifted. */
  readonly lifted?: true
}

export interface SearchCoverage extends QuestionCoverage {
  /** How many of the affected and undetermined images are lifted; these counts do not leave them out. */
  readonly lifted?: number
}

export interface SearchAnswer extends Omit<ImagesAnswer, 'question' | 'items' | 'coverage'> {
  readonly question: SearchQuestion
  readonly items: readonly SearchRow[]
  readonly coverage: SearchCoverage
}
