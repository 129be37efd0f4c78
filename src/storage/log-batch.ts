/**
 * What every backend checks about log entries and tiles, before it stores them and when it has read them.
 *
 * A batch that does not fit is a bug of the caller and a plain `Error`, except where ports.ts names a fault. Stored
 * rows that are impossible are `integrity-error`. Whether tiles and entries fit together is the business of the ledger.
 */
import type { TreeSize } from '../brand.ts'
import { sha256 } from '../crypto/sha256.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import type { LogEntry, LogLeaf, StoredTile, TreeBatch } from '../ledger/ports.ts'

/** tlog-tiles stores entry lengths in 16 bits. */
const MAX_LEAF_BYTES = 65_535
const HASH_BYTES = 32
/** tlog-tiles: a tile has at most 256 hashes. */
const MAX_TILE_BYTES = 256 * HASH_BYTES
/**
 * RFC 6962 2.1: a zero byte stands before an entry when it is hashed into a leaf. One buffer for all: hashing is synchronous
 * and keeps nothing.
 */
const leafInput = new Uint8Array(1 + MAX_LEAF_BYTES)

/** @throws Fault `conflict` (`stale-version`) if the batch does not begin at `size` */
export function checkBatch(batch: TreeBatch, size: TreeSize): void {
  if (batch.from !== size) {
    throw new Fault('stale-version', `log: expected a batch from entry ${size}, got one from ${batch.from}`)
  }
  let next: number = size
  for (const entry of batch.entries) checkEntry(entry, next++)
  for (const tile of batch.tiles) {
    if (!isTile(tile.hashes))
      throw new Error(`tile ${tile.level}/${tile.index}: ${tile.hashes.length} bytes are no tile`)
  }
}

function checkEntry(entry: LogLeaf, expected: number): void {
  if (entry.index !== expected) throw new Error(`batch: expected entry ${expected}, got ${entry.index}`)
  if (entry.leaf.length > MAX_LEAF_BYTES)
    throw new Error(`entry ${expected}: ${entry.leaf.length} bytes are too many`)
  // A wrong hash would be stored for ever, and every later read would refuse it.
  if (!isLeafHash(entry.leafHash, entry.leaf))
    throw new Error(`entry ${expected}: its leaf hash is another one`)
}

function isLeafHash(hash: Uint8Array, leaf: Uint8Array): boolean {
  // Nothing longer was ever stored by this program.
  if (leaf.length > MAX_LEAF_BYTES) return false
  const input = leafInput.subarray(0, 1 + leaf.length)
  input.set(leaf, 1)
  return equalBytes(hash, sha256(input))
}

function isTile(hashes: Uint8Array): boolean {
  return hashes.length > 0 && hashes.length % HASH_BYTES === 0 && hashes.length <= MAX_TILE_BYTES
}

/** Checks that `tile` begins with all that is stored in its place. */
export function checkWidening(stored: Uint8Array | undefined, tile: StoredTile): void {
  if (stored === undefined) return
  if (!equalBytes(stored, tile.hashes.subarray(0, stored.length))) {
    throw new Error(`tile ${tile.level}/${tile.index}: does not begin with what is stored`)
  }
}

/** @throws Fault `bad-proof` (`integrity-error`) if the stored bytes no longer hash to the stored leaf hash */
export function checkStoredEntry<Leaf extends LogLeaf>(entry: Leaf): Leaf {
  checkStoredLeaf(entry.index, entry.leaf, entry.leafHash)
  return entry
}

/** The leaf. @throws Fault as `checkStoredEntry` */
export function checkStoredLeaf(index: number, leaf: Uint8Array, hash: Uint8Array): Uint8Array {
  if (isLeafHash(hash, leaf)) return leaf
  throw new Fault(
    'integrity-error',
    `entry ${index}: the stored bytes no longer hash to the stored leaf hash`,
  )
}

/** @throws Fault `bad-proof` (`integrity-error`) if this cannot be a tile */
export function checkStoredTile(tile: StoredTile): Uint8Array {
  if (isTile(tile.hashes)) return tile.hashes
  const { level, index, hashes } = tile
  throw new Fault(
    'integrity-error',
    `tile ${level}/${index}: expected 1 to 256 hashes of 32 bytes, got ${hashes.length} bytes`,
  )
}

/** The refusal of an entry whose leaf is in the log already. */
export function duplicateLeaf(entry: LogEntry, cause?: unknown): Fault {
  return new Fault('already-exists', `entry ${entry.index}: its leaf hash is in the log already`, { cause })
}

/** @throws Fault `bad-proof` (`integrity-error`) unless these are `from` … `to` − 1 */
export function checkContiguous(indexes: readonly number[], from: number, to: number): void {
  const wrong = indexes.findIndex((index, i) => index !== from + i)
  if (indexes.length === Math.max(0, to - from) && wrong < 0) return
  const missing = from + (wrong < 0 ? indexes.length : wrong)
  throw new Fault(
    'integrity-error',
    `log: entry ${missing} is missing, but the log has more than ${missing} entries`,
  )
}
