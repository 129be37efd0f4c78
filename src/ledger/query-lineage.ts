/** The index of an image, or the platform images of an index, with what they are called (verify/lineage.ts). */
import type { ImageDigest } from '../brand.ts'
import { relationKey } from '../map/keys.ts'
import type { RelatedImage } from '../verify/answer.ts'
import { relationsOf, withNames } from '../verify/lineage.ts'
import { readEntryRows } from './index-rows.ts'
import { factsAbout } from './scoped-images.ts'
import type { View } from './view.ts'

/** Absent if nobody relates the image to another. */
export async function readLineage(
  view: View,
  image: ImageDigest,
): Promise<{ readonly lineage?: readonly RelatedImage[] }> {
  const { reader, trust, through } = view
  const rows = await readEntryRows(reader, await reader.postings('components', relationKey(image)))
  const relations = relationsOf(
    image,
    rows.map((row) => row.facts),
    trust,
    through,
  )
  if (relations.length === 0) return {}
  const lineage: RelatedImage[] = []
  for (const one of relations) lineage.push(withNames(one, await factsAbout(view, one.image), trust, through))
  return { lineage }
}
