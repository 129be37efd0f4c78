/**
 * "Of which images does nobody know what is inside?": those without an SBOM that counts, which every answer counts as
 * `unknown` and none has rows of. That there are no others, nobody outside can check.
 */
import { logIndex, type ImageDigest } from '../brand.ts'
import { revocationsOf } from '../trust/trust-state.ts'
import { namesOf, provenanceRow } from '../verify/rows.ts'
import { formatScope } from '../verify/scope-wire.ts'
import type { ScopedImage, UnknownScope } from '../verify/search-scope.ts'
import type { UnknownImageRow, UnknownImagesAnswer } from '../verify/unknown-answer.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import { readImageRecords } from './index-rows.ts'
import { DEFAULT_PAGE_ROWS } from './limits.ts'
import type { Asked } from './moment.ts'
import { ENTRY_BYTES, MAX_PAGE_BYTES } from './page.ts'
import { imagesFor, scopedImage } from './scoped-images.ts'
import { asOf, coverageOf, provenEntries, trustRootEntries, type View } from './view.ts'

/** For one page: in a log where most images have SBOMs, the next thousand without may be far. */
const MAX_LOOKED_AT = 10_000

export interface UnknownAsked extends UnknownScope {
  readonly limit?: number
  readonly cursor?: string
}

/** @throws Fault `malformed` (`cursor-malformed`) */
export function askUnknown({
  limit = DEFAULT_PAGE_ROWS,
  cursor,
  ...scope
}: UnknownAsked): Asked<UnknownImagesAnswer> {
  const asked = `unknown ${JSON.stringify(formatScope(scope))}`
  const after = cursor === undefined ? undefined : parseCursor(asked, cursor)
  return {
    answer: (view) => queryUnknown(view, { scope, asked, limit, after: after?.image }),
    ...(after === undefined ? {} : { at: after.through }),
  }
}

interface Question {
  readonly scope: UnknownScope
  /** What cursors are bound to. */
  readonly asked: string
  readonly limit: number
  readonly after: ImageDigest | undefined
}

async function queryUnknown(view: View, question: Question): Promise<UnknownImagesAnswer> {
  const { items, last } = await findUnknown(view, question)
  const named = items.flatMap((row) => [row.entry, ...row.provenance.map((one) => one.entry)])
  const { through } = view
  // They are ordered by their digests alone.
  const place = last === undefined ? undefined : { first: logIndex(0), image: last, through }
  return {
    question: question.scope,
    items,
    ...(place === undefined ? {} : { next: formatCursor(question.asked, place) }),
    coverage: await coverageOf(view),
    entries: await provenEntries(view, [...(await trustRootEntries(view)), ...named]),
    asOf: asOf(view, through),
    assurance: 'rows',
    notEstablished: [
      'complete',
      'rows',
      'not-revoked',
      ...(question.scope.environment === undefined ? [] : ['times']),
    ],
  }
}

/** `last` is where to go on; undefined if all were looked at. */
async function findUnknown(
  view: View,
  { scope, limit, after }: Question,
): Promise<{ readonly items: readonly UnknownImageRow[]; readonly last?: ImageDigest }> {
  const items: UnknownImageRow[] = []
  let [bytes, lookedAt] = [0, 0]
  for await (const images of imagesFor(view, scope, after)) {
    const records = await readImageRecords(view.reader, images)
    for (const [at, image] of images.entries()) {
      lookedAt++
      const record = records[at]
      // Whoever asks of a platform means images too that have SBOMs of others alone.
      const mayBe = record !== undefined && (scope.platform !== undefined || record.sboms.length === 0)
      const found = mayBe ? await scopedImage(view, scope, image) : undefined
      if (found !== undefined && found.sboms.length === 0) {
        const row = rowOf(view, image, found)
        items.push(row)
        bytes += JSON.stringify(row).length + ENTRY_BYTES * (1 + row.provenance.length)
      }
      const isFull = items.length >= limit || bytes > MAX_PAGE_BYTES || lookedAt >= MAX_LOOKED_AT
      if (isFull) return { items, last: image }
    }
  }
  return { items }
}

function rowOf(
  { trust, through }: View,
  image: ImageDigest,
  { known, provenance }: ScopedImage,
): UnknownImageRow {
  const [first] = known
  if (first === undefined) throw new Error(`image ${image}: expected an entry by which it is known`)
  return {
    image,
    names: namesOf(image, known),
    revoked: revocationsOf(trust, through, `image:${image}`).length > 0,
    entry: first.index,
    sboms: known.filter((facts) => facts.sbom !== undefined).map((facts) => facts.index),
    provenance: provenance.map(provenanceRow),
  }
}
