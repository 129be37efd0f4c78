/**
 * "Which images contain component X, in these versions?" (contracts.md 2 and 7).
 *
 * The index gives the versions of a name, for each version the entries that state it, and for each entry its images.
 * Versions are compared here, in JavaScript, over the distinct versions of one name; what an image's SBOMs amount to is
 * decided by verify/rows.ts, the same code that checks the row offline.
 */
import { logIndex, type ImageDigest, type LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { componentKey, componentPrefix, parseComponentKey, subjectKey } from '../map/keys.ts'
import { parseManifest } from '../sbom/manifest.ts'
import { parseRange } from '../sbom/range.ts'
import { targetsOf } from '../trust/status.ts'
import type {
  ImageRow,
  ImagesAnswer,
  ImageStatus,
  QuestionCoverage,
  UnregisteredClaims,
} from '../verify/answer.ts'
import { imagesOf, isProvenance } from '../verify/entry-facts.ts'
import { restsOn, type RestingRow } from '../verify/row-check.ts'
import {
  compareRows,
  decide,
  matchVersion,
  parseQuestion,
  rowOf,
  type ComponentQuestion,
  type Listed,
  type Stated,
} from '../verify/rows.ts'
import { formatCursor, isAfter, parseCursor, type Cursor } from './cursor.ts'
import { readEntryRows, readKnownImages, readTotals, type EntryRow, type Totals } from './index-rows.ts'
import type { KeysAsked } from './complete.ts'
import type { ProvableAsked } from './moment.ts'
import { fillPage, roomOf, type Room } from './page.ts'
import { linesProving } from './manifest-lines.ts'
import { listClaims, unregisteredRows } from './unregistered.ts'
import {
  asOf,
  provenEntries,
  revocationEntries,
  trustRootEntries,
  unreadableEntries,
  type View,
} from './view.ts'

/** For each entry, the versions of the asked name that it lists and that do not miss the question. */
type Occurrences = ReadonlyMap<LogIndex, readonly string[]>

interface Hit {
  readonly image: ImageDigest
  readonly status: 'affected' | 'undetermined'
  /** The lowest entry that the status rests on: what rows are ordered by. */
  readonly first: LogIndex
}

export interface ImagesAsked {
  readonly component: string
  readonly range?: string
  readonly limit?: number
  /** All rows in one answer: `limit` says nothing then. */
  readonly whole?: boolean
  readonly cursor?: string
}

/** @throws Fault `malformed`, `unsupported` */
export function askImages(asked: ImagesAsked): ProvableAsked<ImagesAnswer> {
  const question = parseQuestion(asked.component, asked.range, parseRange)
  const after = asked.cursor === undefined ? undefined : parseCursor(question.asked, asked.cursor)
  const page = { room: roomOf(asked), ...(after === undefined ? {} : { after }) }
  return {
    answer: (view) => queryImages(view, question, page),
    keys: keysOf(question),
    ...(after === undefined ? {} : { at: after.through }),
  }
}

/** An exact version needs two look-ups; anything else all versions of the name. */
function keysOf(question: ComponentQuestion): KeysAsked {
  const { name, version } = question
  if (version !== undefined)
    return {
      prefixes: [],
      keys: [componentKey(name, version), componentKey(name, '')],
      meant: () => 'yes',
      byManifest: true,
      lines: linesProving,
    }
  const meant: KeysAsked['meant'] = (key) => {
    const parsed = parseComponentKey(key)
    // A key that was cut at its length limit does not tell the version.
    if (parsed === undefined) return 'unclear'
    return parsed.name === name && matchVersion(question, parsed.version) !== 'out' ? 'yes' : 'no'
  }
  return { prefixes: [componentPrefix(name)], keys: [], meant, byManifest: true, lines: linesProving }
}

async function queryImages(
  view: View,
  question: ComponentQuestion,
  page: { readonly room: Room; readonly after?: Cursor },
): Promise<ImagesAnswer> {
  const occurrences = await findOccurrences(view, question)
  const hits = await findHits(view, question, occurrences)
  const rest = hits.filter((hit) => page.after === undefined || isAfter(hit, page.after))
  const { items, last, hasMore } = await fillPage(rest, page.room, async (hit) => {
    const row = await makeRow(view, question, occurrences, hit.image)
    return { row, entries: restsOn(row) }
  })
  const claims = page.after === undefined ? await findClaims(view, question, occurrences) : {}
  return {
    question: question.asked,
    items: [...items].sort(compareRows),
    ...(hasMore && last !== undefined
      ? { next: formatCursor(question.asked, { ...last, through: view.through }) }
      : {}),
    ...claims,
    coverage: await questionCoverage(view, hits),
    entries: await proofMaterial(view, items, claims.unregistered),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    notEstablished: ['complete', 'not-revoked'],
  }
}

async function findOccurrences(view: View, question: ComponentQuestion): Promise<Occurrences> {
  const found = new Map<LogIndex, string[]>()
  for (const key of await candidateKeys(view, question)) {
    const version = parseComponentKey(key)?.version
    if (version !== undefined && matchVersion(question, version) === 'out') continue
    for (const index of await view.reader.postings('components', key)) {
      // Thousands of entries list one version, which was compared.
      const kept = version === undefined ? await versionsCut(view, question, key, index) : [version]
      found.set(index, [...(found.get(index) ?? []), ...kept])
    }
  }
  return found
}

async function versionsCut(
  view: View,
  question: ComponentQuestion,
  key: Uint8Array,
  index: LogIndex,
): Promise<readonly string[]> {
  const listed = await versionsBehind(view, key, index)
  return listed.filter((one) => matchVersion(question, one) !== 'out')
}

/** A key that was cut at its length limit does not tell the version: the entry's manifest does. */
export async function versionsBehind(
  view: View,
  key: Uint8Array,
  index: LogIndex,
): Promise<readonly string[]> {
  const [row] = await readEntryRows(view.reader, [index])
  const manifest = row === undefined ? undefined : await view.blobs.get(row.manifest)
  if (manifest === undefined) throw new Fault('integrity-error', `entry ${index}: its manifest is missing`)
  return parseManifest(manifest)
    .filter((line) => line.kind === 'p' && equalBytes(componentKey(line.name, line.version), key))
    .map((line) => line.version)
}

/** An exact version needs two look-ups; anything else all versions of the name. */
async function candidateKeys(view: View, question: ComponentQuestion): Promise<readonly Uint8Array[]> {
  if (question.version !== undefined)
    return [componentKey(question.name, question.version), componentKey(question.name, '')]
  const rows = await view.reader.keys('components', componentPrefix(question.name))
  return rows.map((row) => row.key)
}

async function findHits(
  view: View,
  question: ComponentQuestion,
  occurrences: Occurrences,
): Promise<readonly Hit[]> {
  const images = new Set<ImageDigest>()
  for (const row of await readEntryRows(view.reader, [...occurrences.keys()])) {
    for (const image of imagesOf(row.facts, view.trust)) images.add(image)
  }
  const ordered = [...images]
  const records = await readKnownImages(view.reader, ordered)
  const hits: Hit[] = []
  const decideOnce = createDecider(question)
  for (const [at, image] of ordered.entries()) {
    const listed = (records[at]?.sboms ?? []).map((entry) => ({
      entry,
      versions: occurrences.get(entry) ?? [],
    }))
    const { status, first } = decideOnce(listed)
    if (first !== undefined && (status === 'affected' || status === 'undetermined'))
      hits.push({ image, status, first })
  }
  return hits.sort((a, b) => a.first - b.first || (a.image < b.image ? -1 : 1))
}

/** As `decide`, but for purls. Of thousands of images, nearly all list one of some dozen versions. */
function createDecider(question: ComponentQuestion) {
  const known = new Map<string, { readonly status: ImageStatus; readonly place: LogIndex | undefined }>()
  return (
    listed: readonly Listed[],
  ): { readonly status: ImageStatus; readonly first: LogIndex | undefined } => {
    const said = JSON.stringify(listed.map(({ versions }) => versions))
    const { status, place } = known.get(said) ?? decidePlaces(question, listed)
    known.set(said, { status, place })
    return { status, first: place === undefined ? undefined : listed[place]?.entry }
  }
}

/** With places in `listed` for entries. */
function decidePlaces(question: ComponentQuestion, listed: readonly Listed[]) {
  const places = listed.map(({ versions }, place) => ({ entry: logIndex(place), versions }))
  const { status, matches } = decide(question, places)
  return { status, place: matches[0]?.entry }
}

/** What unregistered signers say of the component: beside the rows, never in them. */
async function findClaims(
  view: View,
  question: ComponentQuestion,
  occurrences: Occurrences,
): Promise<{ readonly unregistered?: UnregisteredClaims }> {
  const matchesOf = ({ facts: { index } }: EntryRow): readonly string[] =>
    decide(question, [{ entry: index, versions: occurrences.get(index) ?? [] }]).matches.map(
      (one) => one.purl,
    )
  const rows = await unregisteredRows(view, occurrences.keys())
  return listClaims(
    rows.filter((row) => matchesOf(row).length > 0),
    matchesOf,
  )
}

async function makeRow(
  view: View,
  question: ComponentQuestion,
  occurrences: Occurrences,
  image: ImageDigest,
): Promise<ImageRow> {
  const about = await readEntryRows(view.reader, await view.reader.postings('components', subjectKey(image)))
  const stated: readonly Stated[] = about
    .map((row) => row.facts)
    .filter((facts) => facts.sbom !== undefined || isProvenance(facts))
    .map((facts) => ({ facts, versions: occurrences.get(facts.index) ?? [] }))
  return rowOf(question, image, stated, view.trust, view.through)
}

/** @param totals of the images that are asked about; all of them if left out */
export async function questionCoverage(
  view: View,
  hits: readonly Pick<Hit, 'status'>[],
  totals?: Totals,
): Promise<QuestionCoverage> {
  const { images, withSbom } = totals ?? (await readTotals(view.reader))
  const affected = hits.filter((hit) => hit.status === 'affected').length
  const undetermined = hits.length - affected
  return {
    images,
    affected,
    notAffected: withSbom - affected - undetermined,
    undetermined,
    unknown: images - withSbom,
    unreadableEntries: await unreadableEntries(view),
  }
}

/** The rows' entries, all trust roots, and the revocations known of anything the rows rest on. */
export async function proofMaterial(
  view: View,
  items: readonly RestingRow[],
  claims?: UnregisteredClaims,
): Promise<ImagesAnswer['entries']> {
  const stated = new Set(items.flatMap(restsOn))
  const facts = (await readEntryRows(view.reader, [...stated])).map((row) => row.facts)
  const targets = [...facts.flatMap(targetsOf), ...items.map((row) => `image:${row.image}`)]
  const roots = await trustRootEntries(view)
  const apart = (claims?.items ?? []).map((claim) => claim.entry)
  return provenEntries(view, [...roots, ...stated, ...apart, ...(await revocationEntries(view, targets))])
}
