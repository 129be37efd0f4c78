/**
 * The index of a platform image with its names, and the platform images of an index, as signers state them (image-relations.ts).
 * Pure, and shared by the server that answers and the client that makes it again: whoever finds one learns of the others.
 */
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type { RelatedImage } from './answer.ts'
import { isProvenance, isSha256, type EntryFacts } from './entry-facts.ts'
import { isGood } from './rows.ts'

/** An index has a dozen images; who states more is not listened to. */
const MAX_RELATED = 50
/** Each is a statement that has to be proven. */
const MAX_NAMES = 20

/** Another image, before its names are known. */
export type Relation = Omit<RelatedImage, 'names'>

/** The index first, then by digest. @param relating everything that relates the image to another; more changes nothing */
export function relationsOf(
  image: ImageDigest,
  relating: readonly EntryFacts[],
  trust: TrustState,
  asOf: TreeSize,
): readonly Relation[] {
  const found = new Map<string, Relation>()
  for (const { index: entry, relations = [] } of goodOnes(relating, trust, asOf)) {
    for (const { index, image: part, platform } of relations) {
      const is = part === image ? 'index' : 'platform-image'
      const other = is === 'index' ? index : part
      if ((part !== image && index !== image) || !isSha256(other) || found.has(`${is} ${other}`)) continue
      found.set(`${is} ${other}`, { is, image: other, platform, entries: [entry] })
    }
  }
  return [...found.values()]
    .sort((a, b) => compareText(a.is, b.is) || compareText(a.image, b.image))
    .slice(0, MAX_RELATED)
}

/** @param about everything that speaks of the related image; more changes nothing */
export function withNames(
  relation: Relation,
  about: readonly EntryFacts[],
  trust: TrustState,
  asOf: TreeSize,
): RelatedImage {
  const names = firstNames(relation.image, goodOnes(about, trust, asOf))
  return {
    ...relation,
    names: [...names.keys()].sort(),
    entries: [...new Set([...relation.entries, ...names.values()])].sort((a, b) => a - b),
  }
}

function goodOnes(facts: readonly EntryFacts[], trust: TrustState, asOf: TreeSize): readonly EntryFacts[] {
  return facts.filter((one) => isGood(one, trust, asOf)).toSorted((a, b) => a.index - b.index)
}

/** By SBOMs and provenance, as the names of rows: a deployment that is not shown as one must not stand among the proofs. */
function firstNames(image: ImageDigest, about: readonly EntryFacts[]): ReadonlyMap<string, LogIndex> {
  const names = new Map<string, LogIndex>()
  for (const { index, subjects } of about.filter((one) => one.sbom !== undefined || isProvenance(one))) {
    for (const { digest, name } of subjects) {
      if (names.size >= MAX_NAMES) return names
      if (digest === image && name !== '' && !names.has(name)) names.set(name, index)
    }
  }
  return names
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The facts among these that relate an image to another, by each of the two. */
export function relatingFacts(facts: readonly EntryFacts[]): ReadonlyMap<string, readonly EntryFacts[]> {
  const found = new Map<string, Set<EntryFacts>>()
  for (const one of facts) {
    for (const digest of (one.relations ?? []).flatMap(({ index, image }) => [index, image]))
      found.set(digest, (found.get(digest) ?? new Set()).add(one))
  }
  return new Map([...found].map(([digest, relating]) => [digest, [...relating]]))
}

/** As a server has it from its index; absent if nothing relates the image to another. @param about what speaks of each image */
export function lineageIn(
  image: ImageDigest,
  relating: ReadonlyMap<string, readonly EntryFacts[]>,
  about: (image: ImageDigest) => readonly EntryFacts[],
  trust: TrustState,
  asOf: TreeSize,
): { readonly lineage?: readonly RelatedImage[] } {
  const relations = relationsOf(image, relating.get(image) ?? [], trust, asOf)
  if (relations.length === 0) return {}
  return { lineage: relations.map((one) => withNames(one, about(one.image), trust, asOf)) }
}
