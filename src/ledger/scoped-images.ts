/** Every image that the index knows, and what a scope makes of one: searches count them, query-unknown.ts lists some. */
import { imageDigest, type ImageDigest } from '../brand.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { subjectKey } from '../map/keys.ts'
import { imagesOf, isProvenance, type EntryFacts } from '../verify/entry-facts.ts'
import { isGood, namesOf } from '../verify/rows.ts'
import type { SearchScope } from '../verify/search.ts'
import { isInRepo, sbomsInScope } from '../verify/search-rows.ts'
import { readEntryRows } from './index-rows.ts'
import type { IndexRow } from './ports.ts'
import type { View } from './view.ts'

/** As many as one read of a table takes well. */
const IMAGES_AT_ONCE = 1_000

export interface ScopedImage {
  /** What registered signers say by which it is known. */
  readonly known: readonly EntryFacts[]
  /** That count. */
  readonly sboms: readonly EntryFacts[]
  /** That is good. */
  readonly provenance: readonly EntryFacts[]
}

/** Undefined if the image was not known then, or is outside of the scope. */
export async function imageInScope(
  view: View,
  scope: SearchScope,
  image: ImageDigest,
): Promise<ScopedImage | undefined> {
  const { trust, through } = view
  const about = await factsAbout(view, image)
  // In the past, images of later are in the table already.
  const known = about.filter((facts) => imagesOf(facts, trust).includes(image))
  if (known.length === 0) return undefined
  const sboms = sbomsInScope(image, about, scope, trust, through)
  const provenance = about.filter((facts) => isProvenance(facts) && isGood(facts, trust, through))
  // Without an SBOM that counts, all that is known of it may say where it is kept: what is revoked too.
  const naming = sboms.length === 0 ? known : [...sboms, ...provenance]
  return isInRepo(scope, namesOf(image, naming)) ? { known, sboms, provenance } : undefined
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
