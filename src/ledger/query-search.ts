/**
 * A search: many packages at once, as an advisory or a list names them (search.md 6.2).
 *
 * The index gives the versions of each name, and the entries that state them; those that may match are looked up in their
 * manifests, once each, whatever parts ask for them. What a line and a row amount to is decided by verify/search-rows.ts.
 */
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { imagesOf, isSha256 } from '../verify/entry-facts.ts'
import type { SearchAnswer, SearchMatch, SearchPart, SearchQuestion, SearchRow } from '../verify/search.ts'
import { keysOfPart } from '../verify/search-keys.ts'
import {
  componentsOf,
  matchesIn,
  planSearch,
  searchRow,
  type SearchPlan,
  type SearchStated,
} from '../verify/search-rows.ts'
import { vulnerabilitiesIn } from '../verify/search-vex.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import { restsOn } from '../verify/row-check.ts'
import { compareRows } from '../verify/rows.ts'
import { formatCursor, isAfter, parseCursor, type Cursor } from './cursor.ts'
import { readEntryRows, readKnownImages, readTotals, type EntryRow, type Totals } from './index-rows.ts'
import type { ProvableAsked } from './moment.ts'
import { fillPage, roomOf, type Room } from './page.ts'
import { proofMaterial, questionCoverage } from './query-images.ts'
import { readLineage } from './query-lineage.ts'
import { readVex, type SaidOfImage, type SaidOfImages } from './query-vex.ts'
import { linesOfSearch } from './search-lines.ts'
import { keysOfParts } from './search-keys-asked.ts'
import { listClaims, unregisteredRows } from './unregistered.ts'
import { factsAbout, imagesFor, imagesPlaced, scopedImage } from './scoped-images.ts'
import { asOf, type View } from './view.ts'
import { wantedLines } from './wanted-lines.ts'

export interface SearchAsked {
  readonly question: SearchQuestion
  readonly limit?: number
  /** All rows in one answer: `limit` says nothing then. */
  readonly whole?: boolean
  readonly cursor?: string
}

/** As sent: the question in its wire form. */
export type SearchAnswerSent = Omit<SearchAnswer, 'question'> & { readonly question: JsonObject }

/** @throws Fault `malformed` (`cursor-malformed`) */
export function askSearch({ question, cursor, ...asked }: SearchAsked): ProvableAsked<SearchAnswerSent> {
  const wire = formatSearchQuestion(question)
  const after = cursor === undefined ? undefined : parseCursor(JSON.stringify(wire), cursor)
  const plan = planSearch(question)
  return {
    answer: (view) => querySearch({ view, question, wire, plan }, roomOf(asked), after),
    keys: {
      ...keysOfParts(question.parts),
      byManifest: false,
      lines: (manifest) => linesOfSearch(plan, manifest),
    },
    ...(after === undefined ? {} : { at: after.through }),
  }
}

interface Search {
  readonly view: View
  readonly question: SearchQuestion
  readonly wire: JsonObject
  readonly plan: SearchPlan
}

/** For each entry that may match, what it lists of what was asked. */
type Listed = ReadonlyMap<LogIndex, readonly SearchMatch[]>

interface Hit {
  readonly image: ImageDigest
  readonly status: SearchRow['status']
  readonly first: LogIndex
}

async function querySearch(search: Search, room: Room, after: Cursor | undefined): Promise<SearchAnswerSent> {
  const { view, wire } = search
  const rows = await candidateRows(search)
  const listed = await readListed(search, rows)
  const hits = await findHits(search, rows, listed)
  const said = await readSaid(search, hits, listed)
  const rest = hits.filter((hit) => after === undefined || isAfter(hit, after))
  const { items, last, hasMore } = await fillPage(rest, room, async (hit) => {
    const made = await makeRow(search, listed, hit.image, said)
    const row = { ...made, ...(await readLineage(view, hit.image)) }
    return { row, entries: restsOn(row) }
  })
  const claims = after === undefined ? await findClaims(view, listed) : {}
  return {
    question: wire,
    items: [...items].sort(compareRows),
    ...(hasMore && last !== undefined
      ? { next: formatCursor(JSON.stringify(wire), { ...last, through: view.through }) }
      : {}),
    ...claims,
    coverage: {
      ...(await questionCoverage(view, hits, await totalsInScope(search))),
      lifted: await countLifted(search, listed, said),
    },
    entries: await proofMaterial(view, items, claims.unregistered),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    notEstablished: notEstablished(search, items),
  }
}

function notEstablished({ question }: Search, items: readonly SearchRow[]): readonly string[] {
  return [
    'complete',
    'not-revoked',
    ...(items.some((row) => row.vex) ? ['vex'] : []),
    // When it ran there is what its signers claim.
    ...(question.scope.environment === undefined ? [] : ['times']),
  ]
}

/** Of the entries that list a name of the question in a version that may be meant; of an environment's images alone. */
async function candidateRows({ view, question }: Search): Promise<readonly EntryRow[]> {
  const entries = new Set<LogIndex>()
  for (const part of question.parts) {
    for (const key of await keysOf(view, part)) {
      for (const index of await view.reader.postings('components', key)) entries.add(index)
    }
  }
  const rows = await readEntryRows(
    view.reader,
    [...entries].sort((a, b) => a - b),
  )
  const placed = await imagesPlaced(view, question.scope)
  if (placed === undefined) return rows
  return rows.filter(({ facts }) =>
    facts.subjects.some(({ digest }) => isSha256(digest) && placed.has(digest)),
  )
}

async function keysOf(view: View, part: SearchPart): Promise<readonly Uint8Array[]> {
  const { keys, prefixes } = keysOfPart(part)
  const found = await Promise.all(
    prefixes.map(async ({ prefix, mayBeMeant }) => {
      const rows = await view.reader.keys('components', prefix)
      return rows.map((row) => row.key).filter(mayBeMeant)
    }),
  )
  return [...keys, ...found.flat()]
}

async function readListed({ view, plan }: Search, rows: readonly EntryRow[]): Promise<Listed> {
  const listed = new Map<LogIndex, readonly SearchMatch[]>()
  for (const { facts, manifest } of rows) {
    if (facts.sbom === undefined) continue
    await view.pause()
    const bytes = await view.blobs.get(manifest)
    if (bytes === undefined)
      throw new Fault('integrity-error', `entry ${facts.index}: its manifest is missing`)
    const matches = matchesIn(plan, facts.index, wantedLines(plan, bytes))
    if (matches.length > 0) listed.set(facts.index, matches)
  }
  return listed
}

async function findHits(search: Search, rows: readonly EntryRow[], listed: Listed): Promise<readonly Hit[]> {
  const { view, question } = search
  const facts = new Map(rows.map((row) => [row.facts.index, row.facts]))
  const images = new Set(
    rows.flatMap((row) => (listed.has(row.facts.index) ? imagesOf(row.facts, view.trust) : [])),
  )
  const ordered = [...images]
  const records = await readKnownImages(view.reader, ordered)
  const isScoped = Object.keys(question.scope).length > 0
  const hits: Hit[] = []
  for (const [at, image] of ordered.entries()) {
    await view.pause()
    const counting = (records[at]?.sboms ?? []).flatMap((index) => facts.get(index) ?? [])
    const hit = isScoped
      ? await scopedHit(search, listed, image)
      : hitOf(
          image,
          counting.flatMap(({ index }) => listed.get(index) ?? []),
        )
    if (hit !== undefined) hits.push(hit)
  }
  return hits.sort((a, b) => a.first - b.first || (a.image < b.image ? -1 : 1))
}

function hitOf(image: ImageDigest, matches: readonly SearchMatch[]): Hit | undefined {
  const [first] = matches
  if (first === undefined) return undefined
  const status = matches.some((one) => one.status === 'affected') ? 'affected' : 'undetermined'
  return { image, status, first: first.entry }
}

async function scopedHit(search: Search, listed: Listed, image: ImageDigest): Promise<Hit | undefined> {
  const { question, view } = search
  const row = searchRow(question, image, await statedOf(search, listed, image), view.trust, view.through)
  return row === undefined ? undefined : hitOf(image, row.matches)
}

async function makeRow(
  search: Search,
  listed: Listed,
  image: ImageDigest,
  said: SaidOfImages,
): Promise<SearchRow> {
  const { question, view } = search
  const stated = await statedOf(search, listed, image, said.get(image))
  const row = searchRow(question, image, stated, view.trust, view.through)
  if (row === undefined) throw new Fault('integrity-error', `index: expected a row of ${image}, got none`)
  return row
}

async function statedOf(
  { view }: Search,
  listed: Listed,
  image: ImageDigest,
  said?: SaidOfImage,
): Promise<readonly SearchStated[]> {
  const about = await factsAbout(view, image)
  return about.map((facts) => ({
    facts,
    matches: listed.get(facts.index) ?? [],
    vex: said?.get(facts.index) ?? [],
  }))
}

/** Of what was found alone: a list of a thousand packages has as many names. */
function readSaid({ view, question }: Search, hits: readonly Hit[], listed: Listed): Promise<SaidOfImages> {
  return readVex(
    view,
    vulnerabilitiesIn(question.parts, [...listed.values()].flat()),
    hits.map((hit) => hit.image),
  )
}

async function countLifted(search: Search, listed: Listed, said: SaidOfImages): Promise<number> {
  let lifted = 0
  for (const image of said.keys()) if ((await makeRow(search, listed, image, said)).lifted === true) lifted++
  return lifted
}

/** What unregistered signers list of it: beside the rows, never in them. */
async function findClaims(view: View, listed: Listed) {
  const rows = await unregisteredRows(view, listed.keys())
  return listClaims(rows, ({ facts }) => componentsOf(listed.get(facts.index) ?? []))
}

/** Of a part of the images no totals are kept: each of them is looked at. */
async function totalsInScope({ view, question: { scope } }: Search): Promise<Totals> {
  if (Object.keys(scope).length === 0) return readTotals(view.reader)
  let [images, withSbom] = [0, 0]
  for await (const some of imagesFor(view, scope)) {
    for (const image of some) {
      const found = await scopedImage(view, scope, image)
      if (found === undefined) continue
      images++
      if (found.sboms.length > 0) withSbom++
    }
  }
  return { images, withSbom }
}
