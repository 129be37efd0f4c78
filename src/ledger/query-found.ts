/** "Which images were built from this commit, by this builder, signed with this key?" Rows are made by verify/found-rows.ts. */
import type { ImageDigest, LogIndex } from '../brand.ts'
import { builderKey, commitKey, signerKey, subjectKey } from '../map/keys.ts'
import type { FoundAnswer, FoundRow, StatedQuestion } from '../verify/answer.ts'
import { imagesOf } from '../verify/entry-facts.ts'
import { foundRow, parseStatedQuestion } from '../verify/found-rows.ts'
import { formatCursor, isAfter, parseCursor, type Cursor, type Place } from './cursor.ts'
import { readEntryRows, readImageRecords, readKnownImages } from './index-rows.ts'
import { DEFAULT_PAGE_ROWS } from './limits.ts'
import type { Asked } from './moment.ts'
import { fillPage } from './page.ts'
import { entriesOf, proofMaterial } from './query-images.ts'
import { asOf, coverageOf, type View } from './view.ts'

/** Exactly one of the first three. */
export interface FoundQuery {
  readonly commit?: string
  readonly builder?: string
  readonly signer?: string
  readonly limit?: number
  readonly cursor?: string
}

/** @throws Fault `malformed` */
export function askFound(query: FoundQuery): Asked<FoundAnswer> {
  const question = parseStatedQuestion(query)
  const after = query.cursor === undefined ? undefined : parseCursor(question, query.cursor)
  return {
    answer: (view) => queryFound(view, question, query.limit ?? DEFAULT_PAGE_ROWS, after),
    ...(after === undefined ? {} : { at: after.through }),
  }
}

async function queryFound(
  view: View,
  question: StatedQuestion,
  limit: number,
  after: Cursor | undefined,
): Promise<FoundAnswer> {
  const rest = (await findHits(view, question)).filter((hit) => after === undefined || isAfter(hit, after))
  const { items, last, hasMore } = await fillPage(rest, limit, async (hit) => {
    const row = await makeRow(view, question, hit.image)
    return { row, entries: entriesOf(row) }
  })
  return {
    question,
    items,
    ...(hasMore && last !== undefined
      ? { next: formatCursor(question, { ...last, through: view.through }) }
      : {}),
    coverage: await coverageOf(view),
    entries: await proofMaterial(view, items),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    notEstablished: ['complete', 'not-revoked'],
  }
}

/** The images among the subjects, by the first entry that states what was asked. */
async function findHits(view: View, question: StatedQuestion): Promise<readonly Place[]> {
  const firsts = new Map<ImageDigest, LogIndex>()
  const images = new Set<ImageDigest>()
  const stating = await view.reader.postings('components', keyOf(question))
  for (const { facts } of await readEntryRows(view.reader, stating)) {
    for (const { digest } of facts.subjects)
      if (isSha256(digest) && !firsts.has(digest)) firsts.set(digest, facts.index)
    for (const image of imagesOf(facts)) images.add(image)
  }
  await readKnownImages(view.reader, [...images])
  const others = await imagesByOthers(
    view,
    [...firsts.keys()].filter((digest) => !images.has(digest)),
  )
  for (const image of others) images.add(image)
  return [...firsts]
    .filter(([digest]) => images.has(digest))
    .map(([image, first]) => ({ image, first }))
    .sort((a, b) => a.first - b.first || (a.image < b.image ? -1 : 1))
}

/** Another entry may have made an image of a subject that these give no reference for; else it has no row: a binary, say. */
async function imagesByOthers(view: View, digests: readonly ImageDigest[]): Promise<readonly ImageDigest[]> {
  const records = await readImageRecords(view.reader, digests)
  return digests.filter((_, at) => records[at] !== undefined)
}

function keyOf(question: StatedQuestion): Uint8Array {
  if ('commit' in question) return commitKey(question.commit)
  return 'builder' in question ? builderKey(question.builder) : signerKey(question.signer)
}

function isSha256(digest: string): digest is ImageDigest {
  return digest.startsWith('sha256:')
}

async function makeRow(view: View, question: StatedQuestion, image: ImageDigest): Promise<FoundRow> {
  const about = await readEntryRows(view.reader, await view.reader.postings('components', subjectKey(image)))
  return foundRow(
    question,
    image,
    about.map((row) => row.facts),
    view.trust,
    view.through,
  )
}
