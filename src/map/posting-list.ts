/**
 * Posting lists: the entries that are found under a key, as the map commits to them (index.md 5).
 *
 *     leaf i = SHA-256(00 ‖ u64be(log index of the i-th entry))      strictly increasing; each entry once
 *     value  = count ‖ root (counted-root.ts)
 *
 * A list is appended to by its right edge alone. The whole list proves itself; a page has a range proof. That the list
 * is sorted beyond the page is what auditors check.
 */
import { logIndex, type LogIndex } from '../brand.ts'
import { u64be } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import type { HashReader } from '../tlog/node.ts'
import { proveRange } from '../tlog/range.ts'
import { appendLeaves, edgeRoot, emptyEdge, type RightEdge } from '../tlog/right-edge.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { checkAllLeaves, checkLeaves, formatCountedRoot, parseCountedRoot } from './counted-root.ts'

/** What appending to a list needs of it. */
export interface PostingEdge {
  readonly edge: RightEdge
  /** The last posting; none in an empty list. */
  readonly last?: LogIndex
}

export const emptyPostings: PostingEdge = { edge: emptyEdge }

/** An entry is posted under hundreds of keys, and a batch has hundreds of entries, which come in the order of the keys. */
const RECENT_HASHES = 1_024
const recent: { readonly index: LogIndex; readonly hash: Uint8Array }[] = []

/** 32 bytes, which nobody may change: the leaf of an entry in a posting list. */
export function postingHash(index: LogIndex): Uint8Array {
  const place = index % RECENT_HASHES
  const known = recent[place]
  if (known?.index === index) return known.hash
  const hash = leafHash(u64be(index))
  recent[place] = { index, hash }
  return hash
}

/** The given one is left as it is. `added` continues the list: strictly increasing, all after the last. */
export function appendPostings({ edge, last }: PostingEdge, added: readonly LogIndex[]): PostingEdge {
  let before = last ?? -1
  for (const index of added) {
    if (index <= before) throw new Error(`postings: expected an index above ${before}, got ${index}`)
    before = index
  }
  const appended = appendLeaves(edge, added.map(postingHash))
  return before === -1 ? { edge: appended } : { edge: appended, last: logIndex(before) }
}

/** The value of the key, 40 bytes. */
export function postingValue({ edge }: PostingEdge): Uint8Array {
  return formatCountedRoot({ size: edge.size, root: edgeRoot(edge) })
}

/**
 * These are all postings of the key with this value, in order.
 * @throws Fault `bad-proof` (`map-proof-invalid`)
 */
export function checkPostings(value: Uint8Array, indexes: readonly LogIndex[]): void {
  checkIncreasing(indexes)
  checkAllLeaves(parseCountedRoot(value), indexes.map(postingHash))
}

/** A page of a list: what stands in it from place `from` on, at least one. */
export interface PostingPage {
  readonly from: number
  readonly indexes: readonly LogIndex[]
}

/**
 * The range proof of the postings at places from … to − 1, 32 bytes each.
 * @throws Fault `malformed` (`out-of-range`); whatever `read` throws
 */
export async function provePostingPage(
  { edge }: PostingEdge,
  from: number,
  to: number,
  read: HashReader,
): Promise<Uint8Array[]> {
  return proveRange({ from, to }, edge.size, read)
}

/**
 * These are the postings of the key with this value that stand there, and no other stands between them. Returns how
 * many the list has.
 * @throws Fault `bad-proof` (`map-proof-invalid`, `inclusion-proof-invalid`)
 */
export function checkPostingPage(value: Uint8Array, page: PostingPage, proof: readonly Uint8Array[]): number {
  checkIncreasing(page.indexes)
  const claimed = parseCountedRoot(value)
  checkLeaves(claimed, page.from, page.indexes.map(postingHash), proof)
  return claimed.size
}

function checkIncreasing(indexes: readonly LogIndex[]): void {
  if (indexes.every((index, i) => i === 0 || index > (indexes[i - 1] ?? index))) return
  throw new Fault('map-proof-invalid', 'postings: expected strictly increasing log indexes, got others')
}
