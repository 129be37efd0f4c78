/**
 * Rows: "which images contain component X?", decided image by image (contracts.md 2).
 *
 * Pure, and shared by the server that answers and the verifier that makes each row again from signed bytes.
 * Finding the images and the entries is somebody else's business (ledger/, or the evidence file).
 */
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { identityOf } from '../sbom/identity.ts'
import { formatPurl, parsePurl, purlName } from '../sbom/purl.ts'
import { formatVers, inRange, type VersionRange } from '../sbom/range.ts'
import { revocationsOf, type TrustState } from '../trust/trust-state.ts'
import { verdictOf } from '../trust/status.ts'
import type { FoundRow, ImageRow, ImagesQuestion, ImageStatus, Match, ProvenanceRow } from './answer.ts'
import { isProvenance, speaksOf, type EntryFacts } from './entry-facts.ts'

export interface ComponentQuestion {
  /** Canonical purl without version. */
  readonly name: string
  readonly version?: string
  readonly range?: VersionRange
  /** The question in canonical form, as answers echo it. */
  readonly asked: ImagesQuestion
}

/** Which versions of the asked component an SBOM lists ('' where a version is missing). */
export interface Listed {
  readonly entry: LogIndex
  readonly versions: readonly string[]
}

/** An entry's facts, and which versions of the asked component it lists ('' where a version is missing). */
export interface Stated {
  readonly facts: EntryFacts
  readonly versions: readonly string[]
}

/** `parseRange` where somebody asks, `parseVersOf` where an answer is checked: its question is in canonical form. */
export type RangeReader = (text: string, type: string) => VersionRange

/**
 * @throws Fault `malformed` for a bad purl or range, `unsupported` for what first light does not search by
 * (qualifiers, subpath), `malformed` for a version and a range together.
 */
export function parseQuestion(
  component: string,
  range: string | undefined,
  readRange: RangeReader,
): ComponentQuestion {
  // Read as documents are: what an SBOM's purl is found under must be what one can ask for.
  const purl = identityOf(parsePurl(component, { lenient: true }))
  if (Object.keys(purl.qualifiers).length > 0 || purl.subpath !== undefined) {
    throw new Fault(
      'unsupported',
      `component: qualifiers and subpaths are not searched by yet, got ${component.slice(0, 100)}`,
      {
        hint: `Ask for ${purlName(purl)} and look at the rows.`,
      },
    )
  }
  const name = purlName(purl)
  if (purl.version === undefined)
    return rangeQuestion(name, range === undefined ? undefined : readRange(range, purl.type))
  if (range !== undefined) {
    throw new Fault(
      'parameter-malformed',
      `component: expected a version or a range, got both (${purl.version.slice(0, 50)} and a range)`,
    )
  }
  return { name, version: purl.version, asked: { component: formatPurl(purl) } }
}

function rangeQuestion(name: string, range: VersionRange | undefined): ComponentQuestion {
  if (range === undefined) return { name, asked: { component: name } }
  return { name, range, asked: { component: name, range: formatVers(range) } }
}

/** Three-valued: a version that is missing or cannot be ordered is `undetermined`, never `out`. */
export function matchVersion(question: ComponentQuestion, version: string): 'in' | 'out' | 'undetermined' {
  if (question.range !== undefined) return version === '' ? 'undetermined' : inRange(question.range, version)
  if (question.version === undefined) return 'in'
  if (version === '') return 'undetermined'
  return version === question.version ? 'in' : 'out'
}

/**
 * The SBOMs of an image that count, ascending by entry: for each (signer, tool, platform) the newest whose verdict
 * is good and which lists at least one component. Revocations of the image itself do not matter here: a revoked
 * image is still affected.
 */
export function countingSboms<T extends EntryFacts>(
  image: ImageDigest,
  candidates: readonly T[],
  trust: TrustState,
  asOf: TreeSize,
): readonly T[] {
  const newest = new Map<string, T>()
  for (const facts of goodSboms(image, candidates, trust, asOf))
    newest.set(JSON.stringify([facts.key, facts.sbom?.tool, facts.sbom?.platform]), facts)
  return [...newest.values()].sort((a, b) => a.index - b.index)
}

/** As `countingSboms`, whether or not there is a newer one. */
export function goodSboms<T extends EntryFacts>(
  image: ImageDigest,
  candidates: readonly T[],
  trust: TrustState,
  asOf: TreeSize,
): readonly T[] {
  return candidates
    .filter(
      (facts) =>
        facts.sbom !== undefined &&
        facts.sbom.components > 0 &&
        speaksOf(facts, image) &&
        isGood(facts, trust, asOf),
    )
    .sort((a, b) => a.index - b.index)
}

/** `valid` or `valid-before-compromise`, whatever was said about the subject. */
export function isGood(facts: EntryFacts, trust: TrustState, asOf: TreeSize): boolean {
  const { verdict } = verdictOf(trust, asOf, facts)
  return verdict === 'valid' || verdict === 'valid-before-compromise'
}

/** What the counting SBOMs of one image say to the question. */
export function decide(
  question: ComponentQuestion,
  counting: readonly Listed[],
): { readonly status: ImageStatus; readonly matches: readonly Match[] } {
  const found = { in: [] as Match[], undetermined: [] as Match[] }
  for (const { entry, versions } of counting) {
    // Sorted here, since the index and a manifest give them in different orders.
    for (const version of [...new Set(versions)].sort()) {
      const result = matchVersion(question, version)
      if (result !== 'out') found[result].push({ purl: versionedPurl(question.name, version), entry })
    }
  }
  if (found.in.length > 0) return { status: 'affected', matches: found.in }
  if (found.undetermined.length > 0) return { status: 'undetermined', matches: found.undetermined }
  return { status: counting.length > 0 ? 'not-affected' : 'unknown', matches: [] }
}

function versionedPurl(name: string, version: string): string {
  return version === '' ? name : formatPurl({ ...parsePurl(name, { lenient: true }), version })
}

/**
 * One row, from everything at hand that speaks of the image: its SBOMs and its provenance. Others than those that
 * count may be among them; they change nothing.
 */
export function rowOf(
  question: ComponentQuestion,
  image: ImageDigest,
  stated: readonly Stated[],
  trust: TrustState,
  asOf: TreeSize,
): ImageRow {
  const versions = new Map(stated.map((one) => [one.facts.index, one.versions]))
  const about = stated.map((one) => one.facts).filter((facts) => speaksOf(facts, image))
  const sboms = countingSboms(image, about, trust, asOf)
  const provenance = about
    .filter((facts) => isProvenance(facts) && isGood(facts, trust, asOf))
    .sort((a, b) => a.index - b.index)
  const decided = decide(
    question,
    sboms.map(({ index }) => ({ entry: index, versions: versions.get(index) ?? [] })),
  )
  return {
    image,
    names: namesOf(image, [...sboms, ...provenance]),
    status: decided.status,
    revoked: revocationsOf(trust, asOf, `image:${image}`).length > 0,
    matches: decided.matches,
    sboms: sboms.map((facts) => facts.index),
    provenance: provenance.map(provenanceRow),
  }
}

export function provenanceRow(facts: EntryFacts): ProvenanceRow {
  const { index: entry, builder, commits, claimed } = facts
  return { entry, builder, commits, ...(claimed === undefined ? {} : { claimed }) }
}

/** The names under which entries speak of an image: unique, in code unit order. */
export function namesOf(image: ImageDigest, about: readonly EntryFacts[]): readonly string[] {
  const names = new Set<string>()
  for (const facts of about) {
    for (const subject of facts.subjects)
      if (subject.digest === image && subject.name !== '') names.add(subject.name)
  }
  return [...names].sort()
}

/** Rows are ordered by the first entry they rest on, then by digest: an order that anyone can make again. */
export function compareRows(a: Ordered, b: Ordered): number {
  return firstMatch(a) - firstMatch(b) || (a.image < b.image ? -1 : a.image > b.image ? 1 : 0)
}

type Ordered = Pick<FoundRow, 'image' | 'matches'>

function firstMatch(row: Ordered): LogIndex {
  const first = row.matches[0]
  if (first === undefined) throw new Error(`row of ${row.image} has no match`)
  return first.entry
}
