/** The root over a manifest's lines, to which the component map commits (index.md 3); its proofs are map/manifest-tree.ts. */
import { MerkleTree } from 'merkletreejs'
import { emptyRoot, HASH_BYTES, leafHash, nodeHash } from '../tlog/tree-hash.ts'
import type { ManifestRoot } from './ports.ts'

const LINE_FEED = 0x0a

/** @param manifest as `formatManifest` writes it: each line ends with a line feed */
export function rootOfManifest(manifest: Uint8Array): Pick<ManifestRoot, 'lines' | 'root'> {
  const leaves = linesOf(manifest).map((line) => bufferOf(leafHash(line)))
  // RFC 6962 says what an empty tree has; merkletreejs says something else.
  if (leaves.length === 0) return { lines: 0, root: emptyRoot }
  const root = new MerkleTree(leaves, hashNode).getRoot()
  return { lines: leaves.length, root: new Uint8Array(root) }
}

/** Views of the lines, without their line feeds. */
export function linesOf(manifest: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let at = 0; at < manifest.length;) {
    const end = manifest.indexOf(LINE_FEED, at)
    if (end < 0) throw new Error('manifest: its last line has no end')
    lines.push(manifest.subarray(at, end))
    at = end + 1
  }
  return lines
}

/** SHA-256(01 ‖ both children), which the library hands over in one piece. */
function hashNode(children: Uint8Array): Buffer {
  return bufferOf(nodeHash(children.subarray(0, HASH_BYTES), children.subarray(HASH_BYTES)))
}

/** The same bytes, not a copy. */
function bufferOf(hash: Uint8Array): Buffer {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length)
}
