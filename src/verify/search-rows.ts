/**
 * Rows of a search: which components of an SBOM a part of the question means, and what the SBOMs of an image amount to.
 *
 * Pure, as rows.ts, and shared by the server that answers and the client that makes each row again from signed bytes.
 * Which package an advisory means, and in which versions, is decided by sbom/advisory/.
 */
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { judgePackage, type AffectedPackage, type Judgement } from '../sbom/advisory/affected.ts'
import { bareNamesOf, foldName } from '../sbom/bare-names.ts'
import type { ManifestLine } from '../sbom/manifest-line.ts'
import { originOf } from '../sbom/origin.ts'
import { revocationsOf, type TrustState } from '../trust/trust-state.ts'
import { speaksOf, type EntryFacts } from './entry-facts.ts'
import { namesOf, provenanceRow } from './rows.ts'
import {
  CONFIDENCES,
  type Confidence,
  type MatchWay,
  type SearchMatch,
  type SearchPart,
  type SearchProvenance,
  type SearchQuestion,
  type SearchRow,
  type SearchTool,
} from './search.ts'
import { imageInScope, type SearchScope } from './search-scope.ts'
import { withVex, type VexStated } from './search-vex.ts'

type PackagePart = Extract<SearchPart, { kind: 'package' }>
type CpePart = Extract<SearchPart, { kind: 'cpe' }>

interface Looked<Part> {
  readonly at: number
  readonly part: Part
}

/** A question made ready: for each name the parts that look for it, so that a line costs one look-up. */
export interface SearchPlan {
  readonly scope: SearchScope
  readonly byName: ReadonlyMap<string, readonly Looked<PackagePart>[]>
  /** Folded names of components without purl. */
  readonly byBareName: ReadonlyMap<string, readonly Looked<PackagePart>[]>
  readonly byCpe: ReadonlyMap<string, readonly Looked<CpePart>[]>
  readonly byHash: ReadonlyMap<string, readonly Looked<Extract<SearchPart, { kind: 'hash' }>>[]>
}

export function planSearch({ parts, scope }: SearchQuestion): SearchPlan {
  const byName = new Map<string, Looked<PackagePart>[]>()
  const byBareName = new Map<string, Looked<PackagePart>[]>()
  const byCpe = new Map<string, Looked<CpePart>[]>()
  const byHash = new Map<string, Looked<Extract<SearchPart, { kind: 'hash' }>>[]>()
  for (const [at, part] of parts.entries()) {
    if (part.kind === 'cpe') add(byCpe, part.cpe, { at, part })
    else if (part.kind === 'hash') add(byHash, part.hash, { at, part })
    else {
      const keys = new Set(part.affected.keys)
      for (const key of keys) add(byName, key, { at, part })
      for (const name of new Set([...keys].flatMap(bareNamesOf))) add(byBareName, name, { at, part })
    }
  }
  return { scope, byName, byBareName, byCpe, byHash }
}

function add<T>(table: Map<string, T[]>, name: string, one: T): void {
  const known = table.get(name)
  if (known === undefined) table.set(name, [one])
  else known.push(one)
}

/** Whether a line may match: what is not wanted need not be read whole. `name` and `src` are unescaped. */
export function isWanted(
  plan: SearchPlan,
  line: Pick<ManifestLine, 'kind' | 'name'>,
  origin: string,
): boolean {
  if (line.kind === 'p') return plan.byName.has(line.name) || plan.byName.has(origin)
  if (line.kind === 'c') return plan.byCpe.has(line.name)
  if (line.kind === 'n') return plan.byBareName.has(foldName(line.name))
  return line.kind === 'f' && plan.byHash.has(line.name)
}

/** What the lines of one SBOM list of what was asked, in the manifest's order, then by part. */
export function matchesIn(
  plan: SearchPlan,
  entry: LogIndex,
  lines: readonly ManifestLine[],
): readonly SearchMatch[] {
  const found = lines.flatMap((line) => matchesOfLine(plan, entry, line).sort((a, b) => a.part - b.part))
  const surely = new Set(found.filter(({ why }) => why !== 'name').map(inOneVersion))
  return found.filter((one) => one.why !== 'name' || !surely.has(inOneVersion(one)))
}

/** What was found by its purl is not found by its name once more. */
function inOneVersion({ part, version }: SearchMatch): string {
  return JSON.stringify([part, version])
}

function matchesOfLine(plan: SearchPlan, entry: LogIndex, line: ManifestLine): SearchMatch[] {
  if (line.kind === 'p') return packageMatches(plan, entry, line)
  if (line.kind === 'c') {
    return (plan.byCpe.get(line.name) ?? []).flatMap(({ at, part }) =>
      matchOf({ part: at, why: 'cpe', entry }, line, judgeCpe(part, line.version)),
    )
  }
  if (line.kind === 'n') {
    const found = { version: line.version, distro: line.extras['distro'] ?? '', isNameOnly: true }
    return (plan.byBareName.get(foldName(line.name)) ?? []).flatMap(({ at, part }) =>
      matchOf({ part: at, why: 'name', entry }, line, judgePackage(part.affected, found)),
    )
  }
  if (line.kind !== 'f') return []
  return (plan.byHash.get(line.name) ?? []).flatMap(({ at }) =>
    matchOf({ part: at, why: 'hash', entry }, line, asAsked),
  )
}

const asAsked = { status: 'affected', reason: 'version-listed' } as const satisfies Judgement

function judgeCpe({ version: wanted, range }: CpePart, version: string): Judgement {
  if (range !== undefined) {
    const meant = {
      keys: [],
      type: range.type,
      names: 'installed',
      ranges: [{ kind: 'vers', range }],
    } as const
    return judgePackage(meant, { version, distro: '' })
  }
  if (wanted === undefined || wanted === version) return asAsked
  if (version === '') return { status: 'undetermined', reason: 'no-version' }
  return { status: 'not-affected', reason: 'out-of-range' }
}

function packageMatches(plan: SearchPlan, entry: LogIndex, line: ManifestLine): SearchMatch[] {
  const origin = originOf(line)
  const distro = line.extras['distro'] ?? ''
  const judged = (part: PackagePart, version: string): Judgement =>
    judgePackage(part.affected, { version, distro })
  const own = (plan.byName.get(line.name) ?? []).flatMap(({ at, part }) => {
    if (!isMeantItself(part.affected, line.name, origin.name)) return []
    const version = part.affected.names === 'source' ? origin.version : line.version
    const why = part.affected.keys[0] === line.name ? 'purl' : 'alias'
    return matchOf({ part: at, why, entry }, line, judged(part, version))
  })
  if (origin.name === line.name) return own
  const built = (plan.byName.get(origin.name) ?? []).flatMap(({ at, part }) =>
    part.affected.names === 'installed'
      ? []
      : matchOf({ part: at, why: 'source', entry }, line, judged(part, origin.version)),
  )
  // One component, one match of a part: the nearer one.
  return [...own, ...built.filter((one) => !own.some((other) => other.part === one.part))]
}

/** A component may have the name of a source package that it was not built from. */
function isMeantItself({ names }: AffectedPackage, name: string, origin: string): boolean {
  return names !== 'source' || name === origin
}

function matchOf(
  found: { readonly part: number; readonly why: MatchWay; readonly entry: LogIndex },
  line: ManifestLine,
  { status, reason }: Judgement,
): SearchMatch[] {
  if (status === 'not-affected') return []
  const { part, why, entry } = found
  const confidence = confidenceOf[why]
  return [
    { part, component: componentOf(line), version: line.version, why, confidence, reason, status, entry },
  ]
}

/** A CPE names a product, which several packages may be; a name alone may be anybody's. */
const confidenceOf: Readonly<Record<MatchWay, Confidence>> = {
  purl: 'high',
  alias: 'high',
  source: 'high',
  hash: 'high',
  cpe: 'medium',
  name: 'low',
}

/** As `SearchMatch` has it. */
export function componentOf({ kind, name, version, extras }: ManifestLine): string {
  if (kind === 'f') return extras['of'] ?? name
  const named = kind === 'c' ? `cpe:${name}` : name
  return version === '' ? named : `${named}@${kind === 'p' ? encodeVersion(version) : version}`
}

/** As in a purl (purl-spec): everything but what needs no escape, and the colon. */
function encodeVersion(version: string): string {
  return encodeURIComponent(version)
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, escapeOf)
}

function escapeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

/** What one entry states of a search. */
export interface SearchStated extends VexStated {
  readonly matches: readonly SearchMatch[]
}

/** Undefined if nothing matches, or if the image is outside of the scope. */
export function searchRow(
  { scope, parts }: SearchQuestion,
  image: ImageDigest,
  stated: readonly SearchStated[],
  trust: TrustState,
  asOf: TreeSize,
): SearchRow | undefined {
  const about = stated.map((one) => one.facts).filter((facts) => speaksOf(facts, image))
  const scoped = imageInScope(image, about, scope, trust, asOf)
  if (scoped === undefined) return undefined
  const { sboms, provenance, deployments } = scoped
  const byEntry = new Map(stated.map(({ facts, matches }) => [facts.index, matches]))
  const found = sboms.flatMap(({ index }) => byEntry.get(index) ?? [])
  if (found.length === 0) return undefined
  const { matches, vex } = withVex(
    { image, namedBy: [...sboms, ...provenance], parts },
    found,
    stated.filter((one) => speaksOf(one.facts, image)),
    trust,
    asOf,
  )
  const listing = new Set(matches.map(({ entry }) => entry))
  const status = matches.some((one) => one.status === 'affected') ? 'affected' : 'undetermined'
  return {
    image,
    names: namesOf(image, [...sboms, ...provenance]),
    status,
    confidence: surest(matches.filter((one) => one.status === status)),
    revoked: revocationsOf(trust, asOf, `image:${image}`).length > 0,
    matches,
    sboms: sboms.map(({ index }) => index),
    madeBy: sboms.map(toolOf),
    silent: sboms.map(({ index }) => index).filter((index) => !listing.has(index)),
    provenance: provenance.map(searchProvenance),
    ...(scope.environment === undefined ? {} : { deployments }),
    ...(vex.length === 0 ? {} : { vex }),
    ...(matches.every(({ lifted }) => lifted) ? { lifted: true as const } : {}),
  }
}

function surest(matches: readonly SearchMatch[]): Confidence {
  return CONFIDENCES.find((one) => matches.some(({ confidence }) => confidence === one)) ?? 'low'
}

function toolOf({ index, sbom }: EntryFacts): SearchTool {
  return { entry: index, tool: sbom?.tool ?? '', toolVersion: sbom?.toolVersion ?? '' }
}

function searchProvenance(facts: EntryFacts): SearchProvenance {
  return { ...provenanceRow(facts), bases: facts.bases ?? [] }
}

/** Each once, in the order of the matches. */
export function componentsOf(matches: readonly SearchMatch[]): readonly string[] {
  return [...new Set(matches.map((one) => one.component))]
}
