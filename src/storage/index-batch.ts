/**
 * An index batch in the order in which it is stored: by map, then by the bytes of the key (index.md 8).
 * The same for every backend. A batch that breaks its promises is a bug of the caller and a plain `Error`.
 */
import type { LogIndex } from '../brand.ts'
import { compareBytes } from '../encoding/bytes.ts'
import { inPieces } from '../encoding/pieces.ts'
import { Fault } from '../errors.ts'
import type { IndexBatch, IndexPosition, MapName, Posting } from '../ledger/ports.ts'

/** mpt-v1 (index.md 2) has no longer keys. */
const MAX_KEY_BYTES = 1024

/** Of postings that are no array, so many are in memory at once: some ten megabytes, with what is made of them. */
const POSTINGS_AT_ONCE = 16_384

/** What a batch adds to one key; indexes strictly ascend. */
export interface PostingGroup {
  readonly map: MapName
  readonly key: Uint8Array
  readonly indexes: LogIndex[]
}

/** @throws Fault `conflict` (`stale-version`) if the batch does not begin at the position */
export function checkIndexBatch(batch: IndexBatch, position: IndexPosition): void {
  if (batch.from !== position.through) {
    throw new Fault(
      'stale-version',
      `index: expected a batch from entry ${position.through}, got one from ${batch.from}`,
    )
  }
  if (batch.through < batch.from)
    throw new Error(`index batch: ends at ${batch.through}, before ${batch.from}`)
}

/** Whether the postings are in memory, all of them. */
export function isInMemory(postings: Iterable<Posting>): postings is readonly Posting[] {
  return Array.isArray(postings)
}

/** All that are in memory; else pieces. */
export function postingPieces({ postings }: IndexBatch): Iterable<readonly Posting[]> {
  return isInMemory(postings) ? [postings] : inPieces(postings, POSTINGS_AT_ONCE)
}

/**
 * One group for each key, in the order of map and key. The keys of each entry come sorted, so that what there is to do is
 * to merge them: no text is made of a key.
 */
export function groupPostings(postings: Iterable<Posting>, batch: IndexBatch): PostingGroup[] {
  const groups: PostingGroup[] = []
  let group: PostingGroup | undefined
  // Stable: under each key, entries keep their order.
  for (const posting of [...postings].sort(comparePostings)) {
    checkPosting(posting, batch)
    if (group !== undefined && comparePostings(group, posting) === 0) addTo(group, posting)
    else groups.push((group = { map: posting.map, key: posting.key, indexes: [posting.index] }))
  }
  return groups
}

function checkPosting({ key, index }: Posting, batch: IndexBatch): void {
  if (key.length > MAX_KEY_BYTES) throw new Error(`posting: a key of ${key.length} bytes`)
  if (index < batch.from || index >= batch.through) {
    throw new Error(`posting: entry ${index} is outside ${batch.from} to ${batch.through}`)
  }
}

function addTo(group: PostingGroup, posting: Posting): void {
  if (posting.index <= (group.indexes.at(-1) ?? -1))
    throw new Error(`posting: entry ${posting.index} does not ascend`)
  group.indexes.push(posting.index)
}

function comparePostings(a: Pick<Posting, 'map' | 'key'>, b: Pick<Posting, 'map' | 'key'>): number {
  return a.map === b.map ? compareBytes(a.key, b.key) : a.map === 'components' ? -1 : 1
}

/** One character for each byte, so that text compares as the bytes do. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
