/**
 * "Which images have this commit, builder, signer, type of statement, base image, licence, component hash?" The index
 * has a key for each; rows are made by verify/found-rows.ts.
 */
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { subjectKey } from '../map/keys.ts'
import { listedLicence } from '../sbom/licence-list.ts'
import { isRegistered } from '../trust/trust-state.ts'
import type { FoundAnswer, FoundRow, StatedKind, StatedQuestion } from '../verify/answer.ts'
import { imagesOf, isSha256 } from '../verify/entry-facts.ts'
import { foundRow, isOfSboms, keyOfQuestion, parseStatedQuestion } from '../verify/found-rows.ts'
import { formatCursor, isAfter, parseCursor, type Cursor, type Place } from './cursor.ts'
import { restsOn } from '../verify/row-check.ts'
import { readEntryRows, readImageRecords, readKnownImages } from './index-rows.ts'
import type { ProvableAsked } from './moment.ts'
import { linesProving } from './manifest-lines.ts'
import { fillPage, roomOf, type Room } from './page.ts'
import { proofMaterial } from './query-images.ts'
import { listClaims, unregisteredRows } from './unregistered.ts'
import { asOf, coverageOf, type View } from './view.ts'

/** Exactly one of the kinds. */
export interface FoundQuery extends Readonly<Partial<Record<StatedKind, string>>> {
  readonly limit?: number
  /** All rows in one answer: `limit` says nothing then. */
  readonly whole?: boolean
  readonly cursor?: string
}

/** @throws Fault `malformed` */
export function askFound(query: FoundQuery): ProvableAsked<FoundAnswer> {
  const question = inSpellingOfList(parseStatedQuestion(query))
  const after = query.cursor === undefined ? undefined : parseCursor(question, query.cursor)
  return {
    answer: (view) => queryFound(view, question, roomOf(query), after),
    keys: {
      prefixes: [],
      keys: [keyOfQuestion(question)],
      meant: () => 'yes',
      byManifest: true,
      lines: linesProving,
    },
    ...(after === undefined ? {} : { at: after.through }),
  }
}

/** Licences are indexed as the SPDX list spells them, and no others are. */
function inSpellingOfList(question: StatedQuestion): StatedQuestion {
  if (!('licence' in question)) return question
  const licence = listedLicence(question.licence)
  if (licence !== undefined) return { licence }
  throw new Fault(
    'parameter-malformed',
    `licence: expected an id of the SPDX list, got ${question.licence}`,
    {
      hint: 'The ids stand at https://spdx.org/licenses/, for example Apache-2.0.',
      facts: { parameter: 'licence' },
    },
  )
}

async function queryFound(
  view: View,
  question: StatedQuestion,
  room: Room,
  after: Cursor | undefined,
): Promise<FoundAnswer> {
  const stating = new Set(await view.reader.postings('components', keyOfQuestion(question)))
  const find = isOfSboms(question) ? findByCounting : findHits
  const hits = [...(await find(view, stating))].sort(
    (a, b) => a.first - b.first || (a.image < b.image ? -1 : 1),
  )
  const rest = hits.filter((hit) => after === undefined || isAfter(hit, after))
  const { items, last, hasMore } = await fillPage(rest, room, async (hit) => {
    const row = await makeRow(view, question, stating, hit.image)
    return { row, entries: restsOn(row) }
  })
  const claims = after === undefined ? listClaims(await unregisteredRows(view, stating)) : {}
  return {
    question,
    items,
    ...(hasMore && last !== undefined
      ? { next: formatCursor(question, { ...last, through: view.through }) }
      : {}),
    ...claims,
    coverage: await coverageOf(view),
    entries: await proofMaterial(view, items, claims.unregistered),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    notEstablished: ['complete', 'not-revoked'],
  }
}

type Stating = ReadonlySet<LogIndex>

/** The images among the subjects, by the first entry that states what was asked. */
async function findHits(view: View, stating: Stating): Promise<readonly Place[]> {
  const firsts = new Map<ImageDigest, LogIndex>()
  const images = new Set<ImageDigest>()
  for (const { facts } of await readEntryRows(view.reader, [...stating])) {
    if (!isRegistered(view.trust, facts.index, facts.key)) continue
    for (const { digest } of facts.subjects)
      if (isSha256(digest) && !firsts.has(digest)) firsts.set(digest, facts.index)
    for (const image of imagesOf(facts, view.trust)) images.add(image)
  }
  await readKnownImages(view.reader, [...images])
  const others = await imagesByOthers(
    view,
    [...firsts.keys()].filter((digest) => !images.has(digest)),
  )
  for (const image of others) images.add(image)
  return [...firsts].filter(([digest]) => images.has(digest)).map(([image, first]) => ({ image, first }))
}

/** The images of which an SBOM that counts states it, by the first of these. */
async function findByCounting(view: View, stating: Stating): Promise<readonly Place[]> {
  const rows = await readEntryRows(view.reader, [...stating])
  const images = [...new Set(rows.flatMap(({ facts }) => imagesOf(facts, view.trust)))]
  const records = await readKnownImages(view.reader, images)
  return images.flatMap((image, at) => {
    const first = records[at]?.sboms.find((entry) => stating.has(entry))
    return first === undefined ? [] : [{ image, first }]
  })
}

/** Another entry may have made an image of a subject that these give no reference for; else it has no row: a binary, say. */
async function imagesByOthers(view: View, digests: readonly ImageDigest[]): Promise<readonly ImageDigest[]> {
  const records = await readImageRecords(view.reader, digests)
  return digests.filter((_, at) => records[at] !== undefined)
}

async function makeRow(
  view: View,
  question: StatedQuestion,
  stating: Stating,
  image: ImageDigest,
): Promise<FoundRow> {
  const about = await readEntryRows(view.reader, await view.reader.postings('components', subjectKey(image)))
  return foundRow(
    question,
    image,
    about.map(({ facts }) => ({ facts, states: stating.has(facts.index) })),
    view.trust,
    view.through,
  )
}
