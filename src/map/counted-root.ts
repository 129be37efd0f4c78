/**
 * Counted roots: how the map commits to a list, of postings or of a manifest's lines (index.md 4 and 5).
 *
 *     value (40 bytes) = u64be(n) ‖ RFC 6962 root of the n leaves
 *
 * The count stands beside the root since proofs alone do not bind a tree's size. It makes counts provable as well.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { concatBytes, equalBytes, u64be } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { rootFromRange } from '../tlog/range.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../tlog/right-edge.ts'

const COUNTED_ROOT_BYTES = 40

export interface CountedRoot {
  readonly size: TreeSize
  /** 32 bytes. */
  readonly root: Uint8Array
}

export function formatCountedRoot({ size, root }: CountedRoot): Uint8Array {
  return concatBytes(u64be(size), root)
}

/** @throws Fault `bad-proof` (`map-proof-invalid`) */
export function parseCountedRoot(value: Uint8Array): CountedRoot {
  if (value.length !== COUNTED_ROOT_BYTES) throw invalid('40 bytes', `${value.length}`)
  const view = new DataView(value.buffer, value.byteOffset)
  const size = view.getUint32(0) * 2 ** 32 + view.getUint32(4)
  if (!Number.isSafeInteger(size)) throw invalid('a count below 2^53', `${size}`)
  return { size: treeSize(size), root: value.slice(8) }
}

export function countedRootOf(leafHashes: readonly Uint8Array[]): CountedRoot {
  const edge = appendLeaves(emptyEdge, leafHashes)
  return { size: edge.size, root: edgeRoot(edge) }
}

/** These are all leaves. @throws Fault `bad-proof` (`map-proof-invalid`) */
export function checkAllLeaves(claimed: CountedRoot, leafHashes: readonly Uint8Array[]): void {
  if (claimed.size !== leafHashes.length) throw invalid(`${claimed.size} in the list`, `${leafHashes.length}`)
  if (!equalBytes(countedRootOf(leafHashes).root, claimed.root)) throw invalid("the list's root", 'another')
}

/**
 * The leaves stand in the list from place `from` on.
 * @throws Fault `bad-proof` (`inclusion-proof-invalid`, `map-proof-invalid`)
 */
export function checkLeaves(
  claimed: CountedRoot,
  from: number,
  leafHashes: readonly Uint8Array[],
  proof: readonly Uint8Array[],
): void {
  const root = rootFromRange({ from, leafHashes, size: claimed.size }, proof)
  if (!equalBytes(root, claimed.root)) throw invalid("the list's root", 'another')
}

function invalid(expected: string, got: string): Fault {
  return new Fault('map-proof-invalid', `list: expected ${expected}, got ${got}`)
}
