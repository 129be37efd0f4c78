/**
 * The right edge: the hashes that decide a tree's root, now and after any append.
 *
 * They are the roots of the perfect subtrees that the tree consists of, one for each bit that is set in its
 * size; so they are at most 53, and appending needs nothing else. Tiles are the business of grow.ts.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { setBits } from '../encoding/bits.ts'
import type { NodePlace } from './node.ts'
import { foldHashes, spanPlaces } from './span.ts'
import { emptyRoot, HASH_BYTES, nodeHash } from './tree-hash.ts'

export interface RightEdge {
  readonly size: TreeSize
  /** 32 bytes each, largest subtree first. */
  readonly hashes: readonly Uint8Array[]
}

export const emptyEdge: RightEdge = { size: treeSize(0), hashes: [] }

/** Where the edge's hashes stand, in its order; none for size 0. */
export function edgePlaces(size: TreeSize): NodePlace[] {
  return spanPlaces({ from: 0, to: size })
}

/**
 * The edge after appending; the given one is left as it is.
 * @throws Fault `malformed` (`out-of-range`) if the size would pass 2^53 − 1.
 */
export function appendLeaves(edge: RightEdge, leafHashes: readonly Uint8Array[]): RightEdge {
  const grown = treeSize(edge.size + leafHashes.length)
  const hashes = [...edge.hashes]
  let size: number = edge.size
  for (const leaf of leafHashes) {
    hashes.push(carry(hashes, leaf, size))
    size++
  }
  return { size: grown, hashes }
}

/** Like adding one to a binary number: each subtree as large as the new one joins it. Takes these off `hashes`. */
function carry(hashes: Uint8Array[], leaf: Uint8Array, size: number): Uint8Array {
  if (leaf.length !== HASH_BYTES) throw new Error(`leaf hash: expected 32 bytes, got ${leaf.length}`)
  let subtree = leaf
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = hashes.pop()
    if (left === undefined) throw new Error(`right edge of size ${size}: hashes are missing`)
    subtree = nodeHash(left, subtree)
  }
  return subtree
}

/** The root of the tree, 32 bytes. */
export function edgeRoot({ size, hashes }: RightEdge): Uint8Array {
  const expected = setBits(size)
  if (hashes.length !== expected) {
    throw new Error(`right edge of size ${size}: expected ${expected} hashes, got ${hashes.length}`)
  }
  return size === 0 ? emptyRoot : foldHashes(hashes)
}
