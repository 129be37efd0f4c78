/**
 * VEX beside the rows of a search: which signed statements speak of an image's matches, and which matches they lift.
 *
 * Pure, as search-rows.ts, and shared by server and client. A row's status stays that of the SBOMs. A statement counts if its
 * signer was allowed to make it, also for this image, and neither it nor its key is revoked; of each signer the newest that
 * speaks of a match. Two signers who disagree lift nothing.
 */
import { repositoryOf } from '../attestation/image.ts'
import { isInScope } from '../attestation/image-scope.ts'
import { isTime } from '../attestation/revocation.ts'
import type { VexProduct, VexStatement } from '../attestation/vex.ts'
import { foldVulnerability } from '../attestation/vex-of-statement.ts'
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { identityOf, identityVersion } from '../sbom/identity.ts'
import { parsePurl, purlName } from '../sbom/purl.ts'
import { scopeOf } from '../trust/grants.ts'
import { principalOf, rootAt, type TrustState } from '../trust/trust-state.ts'
import type { EntryFacts } from './entry-facts.ts'
import { isGood } from './rows.ts'
import type { SearchMatch, SearchPart, SearchVex } from './search.ts'

/** An entry that speaks of the image, and what it says as VEX. */
export interface VexStated {
  readonly facts: EntryFacts
  readonly vex?: readonly VexStatement[]
}

export interface VexAsked {
  readonly image: ImageDigest
  /** Its SBOMs that count and its provenance. What a VEX document calls it is its signer's choice. */
  readonly namedBy: readonly EntryFacts[]
  readonly parts: readonly SearchPart[]
}

/** The vulnerabilities that a part of a question is about, as asked; none for a plain list of packages. */
function vulnerabilitiesOf({ from, ids = [] }: Pick<SearchPart, 'from' | 'ids'>): readonly string[] {
  return [...new Set([...(from === undefined ? [] : [from]), ...ids])]
}

/** Those of the parts that found something, folded. */
export function vulnerabilitiesIn(
  parts: readonly SearchPart[],
  matches: readonly Pick<SearchMatch, 'part'>[],
): ReadonlySet<string> {
  const found = new Set(matches.map((one) => one.part))
  const ids = [...found].flatMap((at) => vulnerabilitiesOf(parts[at] ?? {}))
  return new Set(ids.map(foldVulnerability))
}

/** @param vulnerabilities folded */
export function isAbout(statement: VexStatement, vulnerabilities: ReadonlySet<string>): boolean {
  return statement.vulnerabilities.some((id) => vulnerabilities.has(foldVulnerability(id)))
}

/** The matches, lifted ones marked, and what was said of them. */
export function withVex(
  asked: VexAsked,
  matches: readonly SearchMatch[],
  about: readonly VexStated[],
  trust: TrustState,
  asOf: TreeSize,
): { readonly matches: readonly SearchMatch[]; readonly vex: readonly SearchVex[] } {
  const wanted = vulnerabilitiesIn(asked.parts, matches)
  const said = about
    .map(({ facts, vex = [] }) => ({ facts, vex: vex.filter((one) => isAbout(one, wanted)) }))
    .filter(({ facts, vex }) => vex.length > 0 && mayLift(facts, asked, trust, asOf))
    .toSorted((a, b) => a.facts.index - b.facts.index)
    .flatMap((one) => sayingsOf(one, asked.image, trust))
    .map((one, at): Saying => ({ ...one, at }))
  if (said.length === 0) return { matches, vex: [] }
  const words = new Map<string, Word>()
  const newestFor = newestWords(said)
  const marked = matches.map((match) => {
    const newest = newestFor(asked.parts[match.part] ?? {}, match.component)
    for (const { saying, vulnerability } of newest) addWord(words, saying, vulnerability, match.component)
    return isLiftedBy(newest) ? { ...match, lifted: true as const } : match
  })
  const vex = [...words.values()]
    .toSorted((a, b) => a.saying.at - b.saying.at)
    .map(({ saying, vulnerability, components }) => wordOf(saying, vulnerability, components))
  return { matches: marked, vex }
}

/**
 * A signer whose right is confined to images must hold it for whatever others call this one, since names are signers' words.
 * One without a name could be anywhere.
 */
function mayLift(
  facts: EntryFacts,
  { image, namedBy }: VexAsked,
  trust: TrustState,
  asOf: TreeSize,
): boolean {
  if (!isGood(facts, trust, asOf)) return false
  const root = rootAt(trust, facts.index)?.root
  const principal = principalOf(trust, facts.index, facts.key)
  if (root === undefined || principal === undefined) return false
  const scope = scopeOf(root, principal, facts)
  if (scope === undefined) return true
  const subjects = namedBy.flatMap((one) => one.subjects.filter(({ digest }) => digest === image))
  return subjects.length > 0 && subjects.every(({ name }) => isInScope(scope, repositoryOf(name)))
}

/** One statement of a document, ready for comparing. */
interface Saying {
  /** Its place among all of them: by entry, then within the document. */
  readonly at: number
  readonly entry: LogIndex
  readonly signer: string
  readonly statement: VexStatement
  /** As written, by their folded spelling. */
  readonly vulnerabilities: ReadonlyMap<string, string>
  /** What it speaks of, comparable. */
  readonly names: ReadonlySet<Name>
}

/** The image as a whole. No text, since any may stand in a document. */
const EVERYTHING = Symbol('everything')
type Name = string | typeof EVERYTHING

interface Word {
  readonly saying: Saying
  readonly vulnerability: string
  readonly components: Set<string>
}

function sayingsOf(
  { facts, vex = [] }: VexStated,
  image: ImageDigest,
  trust: TrustState,
): readonly Omit<Saying, 'at'>[] {
  const { index: entry, key } = facts
  const signer = principalOf(trust, entry, key) ?? ''
  return inTime(vex).map((statement) => ({
    entry,
    signer,
    statement,
    vulnerabilities: new Map(statement.vulnerabilities.map((id) => [foldVulnerability(id), id])),
    names: namesIn(statement.products, image),
  }))
}

/** As the document has them, but what it says to be older first. What gives no time stays where it is. */
function inTime(statements: readonly VexStatement[]): readonly VexStatement[] {
  const timed = statements.map((statement) => ({ statement, time: timeOf(statement.timestamp) }))
  if (timed.some(({ time }) => Number.isNaN(time))) return statements
  return timed.toSorted((a, b) => a.time - b.time).map(({ statement }) => statement)
}

/** Of RFC 3339 alone: other times mean what the reader's engine and time zone make of them, and rows must not. */
function timeOf(text: string): number {
  const [, local] = /^(.{19,29})(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? []
  return local !== undefined && isTime(`${local}Z`) ? Date.parse(text) : Number.NaN
}

/** Without products a statement is about the subjects of the attestation, of which the image is one. */
function namesIn(products: readonly VexProduct[], image: ImageDigest): ReadonlySet<Name> {
  if (products.length === 0) return new Set([EVERYTHING])
  const named = new Set<Name>()
  for (const product of products) {
    const { ids, subcomponents } = product
    if (isImage(product, image)) {
      for (const id of subcomponents) named.add(comparable(id))
      if (subcomponents.length === 0) named.add(EVERYTHING)
    } else if (subcomponents.length === 0) {
      for (const id of ids) named.add(comparable(id))
    }
  }
  return named
}

function isImage({ ids, digests, isAbout: isSubject }: VexProduct, image: ImageDigest): boolean {
  const named = [...digests, ...ids.flatMap((id) => (id === image ? id : (digestOf(id) ?? [])))]
  return named.includes(image) || (isSubject === true && !named.some((one) => one.startsWith('sha256:')))
}

/** `registry.example/app@sha256:…`, `pkg:oci/app@sha256%3A…?…` */
function digestOf(id: string): string | undefined {
  const [name = ''] = id.split(/[?#]/, 1)
  return name.replaceAll(/%3a/gi, ':').split('@')[1]
}

/** A purl by name and version, whatever its qualifiers; anything else as written. */
function comparable(id: string): string {
  const read = readPurl(id)
  return read === undefined ? id : `${read.name}@${read.version}`
}

/** A purl without a version means every version. */
function ofAnyVersion(component: string): string {
  const read = readPurl(component)
  return read === undefined ? component : `${read.name}@`
}

function readPurl(text: string): { readonly name: string; readonly version: string } | undefined {
  if (!text.startsWith('pkg:')) return undefined
  try {
    const identity = identityOf(parsePurl(text, { lenient: true }))
    return { name: purlName(identity), version: identityVersion(identity, '') }
  } catch (cause) {
    // What is no purl names no component.
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

interface Newest {
  readonly saying: Saying
  readonly vulnerability: string
}

/**
 * Of each signer the last that speaks of a component and any of the part's vulnerabilities. A document may have ten thousand
 * statements and an SBOM as many matches: each is looked at once, not each with each.
 */
function newestWords(
  said: readonly Saying[],
): (part: Pick<SearchPart, 'from' | 'ids'>, component: string) => readonly Newest[] {
  const byVulnerability = new Map<string, Saying[]>()
  for (const saying of said)
    for (const id of saying.vulnerabilities.keys()) addTo(byVulnerability, id, saying)
  const known = new Map<string, NewestByName>()
  return (part, component) => {
    const ids = vulnerabilitiesOf(part)
    const asked = JSON.stringify(ids)
    const byName = known.get(asked) ?? newestByName(ids, byVulnerability)
    known.set(asked, byName)
    const found = new Map<string, Newest>()
    for (const name of new Set<Name>([EVERYTHING, comparable(component), ofAnyVersion(component)]))
      for (const one of byName.get(name)?.values() ?? []) keepNewer(found, one)
    return [...found.values()]
  }
}

/** By name, then by signer. */
type NewestByName = ReadonlyMap<Name, ReadonlyMap<string, Newest>>

function newestByName(
  ids: readonly string[],
  byVulnerability: ReadonlyMap<string, readonly Saying[]>,
): NewestByName {
  const spoken = new Map<Saying, string>()
  for (const id of ids.map(foldVulnerability))
    for (const saying of byVulnerability.get(id) ?? [])
      if (!spoken.has(saying)) spoken.set(saying, saying.vulnerabilities.get(id) ?? id)
  const byName = new Map<Name, Map<string, Newest>>()
  for (const [saying, vulnerability] of spoken) {
    for (const name of saying.names) {
      const bySigner = byName.get(name) ?? new Map<string, Newest>()
      byName.set(name, bySigner)
      keepNewer(bySigner, { saying, vulnerability })
    }
  }
  return byName
}

function keepNewer(bySigner: Map<string, Newest>, one: Newest): void {
  const held = bySigner.get(one.saying.signer)
  if (held === undefined || held.saying.at < one.saying.at) bySigner.set(one.saying.signer, one)
}

function addTo<T>(table: Map<string, T[]>, name: string, one: T): void {
  const held = table.get(name)
  if (held === undefined) table.set(name, [one])
  else held.push(one)
}

function isLiftedBy(newest: readonly Newest[]): boolean {
  const statuses = newest.map(({ saying }) => saying.statement.status)
  return statuses.some((one) => one === 'not_affected' || one === 'fixed') && !statuses.includes('affected')
}

function addWord(words: Map<string, Word>, saying: Saying, vulnerability: string, component: string): void {
  const name = JSON.stringify([saying.at, vulnerability])
  const known = words.get(name)
  if (known === undefined) words.set(name, { saying, vulnerability, components: new Set([component]) })
  else known.components.add(component)
}

function wordOf(
  { entry, signer, statement: { status, justification } }: Saying,
  vulnerability: string,
  components: ReadonlySet<string>,
): SearchVex {
  return { entry, signer, vulnerability, status, justification, components: [...components] }
}
