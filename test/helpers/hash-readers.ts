/** Hash readers for tests that have no tiles. */
import type { HashReader, NodePlace } from '../../src/tlog/node.ts'
import { nodeHash } from '../../src/tlog/tree-hash.ts'
import type { ReferenceTree } from './reference-tree.ts'

export function referenceReader(tree: ReferenceTree): HashReader {
  return async (places) =>
    places.map(({ level, index }) => tree.root(index * 2 ** level, (index + 1) * 2 ** level))
}

/** A tree of any size whose leaves are all the same: one hash a level. */
export function uniformReader(): {
  leafHash: Uint8Array
  read: (places: readonly NodePlace[]) => Uint8Array[]
} {
  const leafHash = new Uint8Array(32).fill(7)
  const levels: Uint8Array[] = [leafHash]
  const hashAt = (level: number): Uint8Array => {
    const known = levels[level]
    if (known !== undefined) return known
    const below = hashAt(level - 1)
    return (levels[level] = nodeHash(below, below))
  }
  return { leafHash, read: (places) => places.map(({ level }) => hashAt(level)) }
}
