/** Every image that the index knows, and what a scope makes of one: searches count them, query-unknown.ts lists some. */
import { imageDigest, type ImageDigest } from '../brand.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { environmentKey, subjectKey } from '../map/keys.ts'
import { isSha256, type EntryFacts } from '../verify/entry-facts.ts'
import { imageInScope, type ScopedImage, type SearchScope } from '../verify/search-scope.ts'
import { readEntryRows } from './index-rows.ts'
import type { IndexRow } from './ports.ts'
import type { View } from './view.ts'

/** As many as one read of a table takes well. */
const IMAGES_AT_ONCE = 1_000

/** As `imageInScope`, of everything that is in the index; in the past, images of later are in the table already. */
export async function scopedImage(
  view: View,
  scope: SearchScope,
  image: ImageDigest,
): Promise<ScopedImage | undefined> {
  return imageInScope(image, await factsAbout(view, image), scope, view.trust, view.through)
}

export async function factsAbout(view: View, image: ImageDigest): Promise<readonly EntryFacts[]> {
  const rows = await readEntryRows(view.reader, await view.reader.postings('components', subjectKey(image)))
  return rows.map((row) => row.facts)
}

/**
 * All that may be in the scope, by digest, those behind `after`, some at a time; in the past, images of later too. An environment
 * has few of them: the others are not looked at.
 */
export async function* imagesFor(
  view: View,
  scope: SearchScope,
  after?: ImageDigest,
): AsyncGenerator<readonly ImageDigest[]> {
  const placed = await imagesPlaced(view, scope)
  if (placed === undefined) yield* imageTable(view, after)
  else yield [...placed].filter((image) => after === undefined || image > after).sort()
}

/** Of which anybody said that it ran there, whenever; undefined if no environment is asked for. */
export async function imagesPlaced(
  { reader }: View,
  { environment }: SearchScope,
): Promise<ReadonlySet<ImageDigest> | undefined> {
  if (environment === undefined) return undefined
  const stating = await reader.postings('components', environmentKey(environment))
  const rows = await readEntryRows(reader, stating)
  return new Set(rows.flatMap(({ facts }) => facts.subjects.map((one) => one.digest)).filter(isSha256))
}

async function* imageTable(
  { reader }: View,
  after: ImageDigest | undefined,
): AsyncGenerator<readonly ImageDigest[]> {
  let last = after === undefined ? undefined : parseHex(after.slice('sha256:'.length))
  for (;;) {
    const page: readonly IndexRow[] = await reader.scan('image', {
      ...(last === undefined ? {} : { after: last }),
      limit: IMAGES_AT_ONCE,
    })
    last = page.at(-1)?.key
    if (last === undefined) return
    yield page.map(({ key }) => imageDigest(`sha256:${formatHex(key)}`))
  }
}
