/**
 * What an advisory says, in whichever form it came: which packages, which of their versions, on which distribution, and
 * the judgement of one package by it (search.md 3.1, "OSV").
 *
 * osv.ts and github.ts read advisories into this; distro.ts compares distributions. Finding the packages that one asks
 * about is somebody else's business.
 */
import type { VersionRange } from '../constraint.ts'
import { inRange } from '../range.ts'
import { versionOrderOf } from '../versions/order.ts'
import { compareDistro, type AdvisoryDistro } from './distro.ts'

/** A point from which a package is affected, or no longer. */
export interface Event {
  /** `introduced` and `fixed`: from this version on; `last_affected`: up to and with it; `limit`: before it. */
  readonly kind: 'introduced' | 'fixed' | 'last_affected' | 'limit'
  /** `0` with `introduced` is below every version, `*` with `limit` above. */
  readonly version: string
}

/** `git` ranges speak of commits, which SBOMs do not name; `unreadable` ones say something that we do not understand. */
export type AdvisoryRange =
  | { readonly kind: 'events'; readonly type: string; readonly events: readonly Event[] }
  | { readonly kind: 'vers'; readonly range: VersionRange }
  | { readonly kind: 'git' | 'unreadable' }

export interface ListedVersions {
  readonly texts: ReadonlySet<string>
  /** Those that can be ordered, for other spellings of them. */
  readonly range: VersionRange
}

export interface AffectedPackage {
  /** Canonical purls without version, as identity.ts makes them: the names under which tools list the package. */
  readonly keys: readonly string[]
  /** The purl type, whose order its versions have. */
  readonly type: string
  /** Whether names and versions are those of source packages (Debian, Ubuntu, Alpine), of packages as installed, or of either. */
  readonly names: 'source' | 'installed' | 'either'
  /** Where it speaks of a distribution's packages. */
  readonly distro?: AdvisoryDistro
  /** Single versions; undefined if it lists none. */
  readonly listed?: ListedVersions
  readonly ranges: readonly AdvisoryRange[]
}

export interface Advisory {
  /** `GHSA-…`, `CVE-…`, `GO-…`. */
  readonly id: string
  readonly aliases: readonly string[]
  /** Then it affects nothing, and `affected` is empty. */
  readonly isWithdrawn: boolean
  readonly affected: readonly AffectedPackage[]
  /** Packages that cannot be looked for, as `ecosystem name`, at most 100 characters each. */
  readonly unknown: readonly string[]
}

export type JudgementReason =
  | 'version-listed'
  | 'in-range'
  | 'out-of-range'
  | 'other-distro'
  | 'no-version'
  | 'no-order'
  | 'no-distro'
  | 'no-range'
  | 'git-range'
  | 'range-unreadable'
  | 'name-only'

export interface Judgement {
  readonly status: 'affected' | 'not-affected' | 'undetermined'
  readonly reason: JudgementReason
}

/** A package that one of `keys` found. */
export interface FoundPackage {
  /** Of the source package where `names` says so; '' if nobody says. */
  readonly version: string
  /** As identity.ts makes it: `debian-12`; '' if nobody says. */
  readonly distro: string
  /** It may be another package of the same name: it has no purl, or one that was cut (key-aliases.ts). */
  readonly isNameOnly?: boolean
}

/** Ascending and each once, as ranges want their constraints. */
export function listVersions(type: string, versions: readonly string[]): ListedVersions | undefined {
  if (versions.length === 0) return undefined
  const order = versionOrderOf(type)
  const sorted = versions
    .filter((version) => order?.canonical(version) !== undefined)
    .sort((a, b) => order?.compare(a, b) ?? 0)
  const constraints = sorted.map((version) => ({ comparator: '=', version }) as const)
  return { texts: new Set(versions), range: { type, constraints } }
}

/** `undetermined` wherever something is missing that could make the difference, never `not-affected`. */
export function judgePackage(affected: AffectedPackage, found: FoundPackage): Judgement {
  const distro = affected.distro === undefined ? 'same' : compareDistro(affected.distro, found.distro)
  if (distro === 'other') return { status: 'not-affected', reason: 'other-distro' }
  const judgement = judgeVersion(affected, found.version)
  if (judgement.status === 'not-affected') return judgement
  if (distro === 'missing') return { status: 'undetermined', reason: 'no-distro' }
  if (judgement.status === 'affected' && found.isNameOnly === true)
    return { status: 'undetermined', reason: 'name-only' }
  return judgement
}

/** Affected if listed or in a range; else undetermined if one of them could not tell. */
function judgeVersion(affected: AffectedPackage, version: string): Judgement {
  if (version === '') {
    return meansAll(affected)
      ? { status: 'affected', reason: 'in-range' }
      : { status: 'undetermined', reason: 'no-version' }
  }
  const found = [judgeListed(affected, version), ...judgeRanges(affected, version)]
  return (
    found.find(({ status }) => status === 'affected') ??
    found.find(({ status }) => status === 'undetermined') ?? {
      status: 'not-affected',
      reason: 'out-of-range',
    }
  )
}

/** Then whichever version it is, it is one of them. */
function meansAll({ ranges }: AffectedPackage): boolean {
  return ranges.some((one) => one.kind === 'vers' && one.range.constraints[0]?.comparator === '*')
}

function judgeListed({ listed }: AffectedPackage, version: string): Judgement {
  const isListed = listed?.texts.has(version) === true
  // No constraints: none of those listed can be ordered. As a range, that would be all versions.
  const isOrdered = listed !== undefined && listed.range.constraints.length > 0
  if (isListed || (isOrdered && inRange(listed.range, version) === 'in'))
    return { status: 'affected', reason: 'version-listed' }
  return { status: 'not-affected', reason: 'out-of-range' }
}

function judgeRanges({ ranges, listed }: AffectedPackage, version: string): readonly Judgement[] {
  const readable = ranges.filter(({ kind }) => kind !== 'git')
  if (readable.length > 0) return readable.map((range) => judgeRange(range, version))
  if (ranges.length > 0) return [{ status: 'undetermined', reason: 'git-range' }]
  return listed === undefined ? [{ status: 'undetermined', reason: 'no-range' }] : []
}

function judgeRange(range: AdvisoryRange, version: string): Judgement {
  switch (range.kind) {
    case 'git':
      return { status: 'undetermined', reason: 'git-range' }
    case 'unreadable':
      return { status: 'undetermined', reason: 'range-unreadable' }
    case 'vers':
      return judgementOf(inRange(range.range, version))
    case 'events':
      return judgementOf(inEvents(range.type, range.events, version))
  }
}

function judgementOf(place: 'in' | 'out' | 'undetermined'): Judgement {
  if (place === 'in') return { status: 'affected', reason: 'in-range' }
  if (place === 'out') return { status: 'not-affected', reason: 'out-of-range' }
  return { status: 'undetermined', reason: 'no-order' }
}

/**
 * The evaluation of the OSV schema: of the events at or below the version the last one decides, and there may be limits
 * above. The last one is the greatest, so the events need no order.
 */
function inEvents(type: string, events: readonly Event[], version: string): 'in' | 'out' | 'undetermined' {
  const order = versionOrderOf(type)
  if (order === undefined || order.canonical(version) === undefined) return 'undetermined'
  let last: Event | undefined
  let [hasLimit, isBelowLimit] = [false, false]
  for (const event of events) {
    const isReached = reaches(event, version, type)
    if (isReached === undefined) return 'undetermined'
    if (event.kind === 'limit') {
      hasLimit = true
      isBelowLimit ||= !isReached
    } else if (isReached && (last === undefined || isLater(event, last, type))) last = event
  }
  return last?.kind === 'introduced' && (!hasLimit || isBelowLimit) ? 'in' : 'out'
}

/** Whether the version lies at or behind the event; undefined if that cannot be told. */
function reaches({ kind, version: bound }: Event, version: string, type: string): boolean | undefined {
  if (kind === 'introduced' && bound === '0') return true
  if (kind === 'limit' && bound === '*') return false
  const comparator = kind === 'introduced' ? '>=' : kind === 'last_affected' ? '<=' : '<'
  const order = versionOrderOf(type)?.compareBound({ comparator, version: bound }, version)
  if (order === undefined) return undefined
  return kind === 'last_affected' ? order < 0 : order <= 0
}

/** Of two at the same version the introduction counts: better one image too many. */
function isLater(event: Event, last: Event, type: string): boolean {
  const order = rank(last, event, type)
  return order < 0 || (order === 0 && event.kind === 'introduced')
}

function rank(a: Event, b: Event, type: string): number {
  const [left, right] = [a, b].map(({ kind, version }) => kind === 'introduced' && version === '0')
  if (left === true || right === true) return Number(right) - Number(left)
  return versionOrderOf(type)?.compare(a.version, b.version) ?? 0
}
