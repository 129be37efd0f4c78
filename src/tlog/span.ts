/**
 * Spans: the runs of leaves that RFC 6962's recursion names, such as D[k:n].
 *
 * A proof is a list of spans' hashes. A span that is no perfect subtree (there is one at the right edge) is
 * folded from the perfect subtrees it consists of. So proofs are planned as spans, read as node places, folded.
 */
import type { NodePlace } from './node.ts'
import { nodeHash } from './tree-hash.ts'

/** Leaves [from, to), not empty. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** RFC 6962's k: the largest power of two smaller than n, for n ≥ 2. Arithmetic, since `>>` works on 32 bits. */
export function splitPoint(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

/** The perfect subtrees of a span, leftmost (and largest) first. */
export function spanPlaces({ from, to }: Span): NodePlace[] {
  const places: NodePlace[] = []
  for (let at = from; at < to;) {
    const { level, width } = largestSubtree(to - at)
    if (at % width !== 0) throw new Error(`span ${from} to ${to}: not a node of the tree`)
    places.push({ level, index: at / width })
    at += width
  }
  return places
}

/** The largest perfect subtree with at most `leaves` leaves. Doubled: a power for each step took a tenth of a proof. */
function largestSubtree(leaves: number): { readonly level: number; readonly width: number } {
  let [level, width] = [0, 1]
  for (; width * 2 <= leaves; width *= 2) level++
  return { level, width }
}

/** The hash of each span; `hashes` are those of the spans' places, one after the other. */
export function foldSpans(spans: readonly Span[], hashes: readonly Uint8Array[]): Uint8Array[] {
  let at = 0
  const folded = spans.map((span) => {
    const from = at
    at += spanPlaces(span).length
    return foldHashes(hashes.slice(from, at))
  })
  if (at !== hashes.length) throw new Error(`spans: expected ${at} hashes, got ${hashes.length}`)
  return folded
}

/** The hash over a row of perfect subtrees, largest first, at least one: each joins all that is right of it. */
export function foldHashes(hashes: readonly Uint8Array[]): Uint8Array {
  let folded = hashes.at(-1)
  if (folded === undefined) throw new Error('hashes: expected at least one to fold')
  for (let i = hashes.length - 2; i >= 0; i--) folded = nodeHash(hashes[i] as Uint8Array, folded)
  return folded
}
