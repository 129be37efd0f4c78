/** The right edge of a posting list as it stands in a column: its hashes one after the other, the largest subtree first. */
import { logIndex, treeSize } from '../../brand.ts'
import { setBits } from '../../encoding/bits.ts'
import { Fault } from '../../errors.ts'
import type { PostingEdge } from '../../map/posting-list.ts'
import { piecesOf } from './packed-rows.ts'

const HASH_BYTES = 32

/** @throws Fault `bad-proof` (`integrity-error`) if a list of `count` postings cannot have this edge */
export function storedEdge(count: number, last: number, column: Uint8Array): PostingEdge {
  if (column.length !== HASH_BYTES * setBits(count)) {
    throw notAnEdge(`${column.length} bytes are no edge of ${count} postings`)
  }
  const hashes: Uint8Array[] = []
  for (let at = 0; at < column.length; at += HASH_BYTES) hashes.push(column.subarray(at, at + HASH_BYTES))
  return { edge: { size: treeSize(count), hashes }, last: logIndex(last) }
}

/**
 * The edges of lists of so many postings, which stand one after the other; views.
 *
 * @throws Fault `bad-proof` (`integrity-error`) if there is more or less of them
 */
export function cutEdges(counts: readonly number[], edges: Uint8Array): readonly Uint8Array[] {
  const lengths = counts.map((count) => HASH_BYTES * setBits(count))
  if (edges.length === lengths.reduce((sum, length) => sum + length, 0)) return piecesOf(edges, lengths)
  throw notAnEdge(`${edges.length} bytes are no edges of ${counts.length} lists`)
}

function notAnEdge(what: string): Fault {
  return new Fault('integrity-error', `index: ${what}`, {
    hint: 'The index can be deleted (index.db); it is rebuilt from the log.',
  })
}
