/** The root over a manifest's lines, to which the component map commits (index.md 3); its proofs are map/manifest-tree.ts. */
import { MerkleTree } from 'merkletreejs'
import { byteLines } from '../encoding/byte-lines.ts'
import { emptyRoot, HASH_BYTES, leafHash, nodeHash } from '../tlog/tree-hash.ts'
import type { ManifestRoot } from './ports.ts'

/** The library keeps an object for each node of a tree: of a large manifest, those of one subtree at a time. */
const SUBTREE_LINES = 4_096

/** @param manifest as `formatManifest` writes it: each line ends with a line feed */
export function rootOfManifest(manifest: Uint8Array): Pick<ManifestRoot, 'lines' | 'root'> {
  const subtrees: Buffer[] = []
  let leaves: Buffer[] = []
  let lines = 0
  for (const line of byteLines(manifest, noEnd)) {
    lines++
    if (leaves.push(bufferOf(leafHash(line))) < SUBTREE_LINES) continue
    subtrees.push(rootOf(leaves))
    leaves = []
  }
  if (leaves.length > 0) subtrees.push(rootOf(leaves))
  // RFC 6962 says what an empty tree has; merkletreejs says something else.
  if (lines === 0) return { lines, root: emptyRoot }
  // It divides at powers of two, so that whole subtrees are as leaves to what is above them.
  return { lines, root: new Uint8Array(rootOf(subtrees)) }
}

function rootOf(nodes: Buffer[]): Buffer {
  return new MerkleTree(nodes, hashNode).getRoot()
}

/** Views, without line feeds. */
export function linesOf(manifest: Uint8Array): readonly Uint8Array[] {
  return [...byteLines(manifest, noEnd)]
}

function noEnd(): Error {
  return new Error('manifest: its last line has no end')
}

/** SHA-256(01 ‖ both children), which the library hands over in one piece. */
function hashNode(children: Uint8Array): Buffer {
  return bufferOf(nodeHash(children.subarray(0, HASH_BYTES), children.subarray(HASH_BYTES)))
}

/** A copy in Node's pool: to share the bytes, V8 would have to move each hash out of its heap. */
function bufferOf(hash: Uint8Array): Buffer {
  return Buffer.from(hash)
}
