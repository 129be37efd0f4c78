/** Every image that the index knows, and what a scope makes of one: searches count them, query-unknown.ts lists some. */
import { imageDigest, type ImageDigest } from '../brand.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { subjectKey } from '../map/keys.ts'
import type { EntryFacts } from '../verify/entry-facts.ts'
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

/** By digest, those behind `after`, some at a time; in the past, those of later too. */
export async function* imageTable(
  { reader }: View,
  after?: ImageDigest,
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
