/**
 * The commit protocol (robustness.md 7.2): the one part of Attestree that must not be wrong.
 *
 *     append  →  read back  →  sign (compare-and-swap)  →  publish
 *
 * Each step says what is true if the process stops right after it. Start-up (start-up.ts) goes on with the same
 * functions, so that recovery is the normal path.
 */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { signCheckpoint } from '../tlog/checkpoint.ts'
import { growTiles, rightmostPlaces } from '../tlog/grow.ts'
import { appendLeaves, edgePlaces, edgeRoot, type RightEdge } from '../tlog/right-edge.ts'
import { tileReader } from '../tlog/tile.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import type {
  Blob,
  HeldCheckpoint,
  LogEntry,
  LogLeaf,
  LogStore,
  SignerState,
  TreeBatch,
  TreeStore,
} from './ports.ts'

/** A log that this process may sign. */
export interface SigningLog<Store extends TreeStore = LogStore> {
  readonly origin: string
  readonly key: SigningKey
  readonly store: Store
  readonly signer: SignerState
}

/** How far the log has come. `edge` ≥ `held` ≥ `published` in size, and they are equal between two batches. */
export interface LogHead {
  /** Of all committed entries that were read back. */
  readonly edge: RightEdge
  /** What the signer state holds; nothing before the first batch. */
  readonly held: HeldCheckpoint | undefined
  /** The size of the newest published checkpoint. */
  readonly published: TreeSize
}

/**
 * Commits entries and what was signed, and reads them back.
 *
 * @throws as `grow`
 */
export function append(
  log: SigningLog,
  head: LogHead,
  entries: readonly LogEntry[],
  blobs: readonly Blob[],
): Promise<LogHead> {
  const hashes = entries.map((entry) => entry.leafHash)
  return grow(log, head, hashes, (grown) => log.store.append({ ...grown, entries, blobs }))
}

/**
 * Commits leaves and reads them back.
 *
 * @param write the append of the log's store, of a batch with these leaves
 * @throws Fault `storage-full` with nothing changed
 * @throws Fault `bad-proof` (`integrity-error`) if what was read back is not what was written: nothing may be signed then
 */
export async function grow(
  log: SigningLog<TreeStore>,
  head: LogHead,
  leafHashes: readonly Uint8Array[],
  write: (grown: Pick<TreeBatch, 'from' | 'tiles'>) => Promise<void>,
): Promise<LogHead> {
  const from = head.edge.size
  const rightmost = await log.store.tiles(rightmostPlaces(from))
  const { tiles } = growTiles(from, rightmost, leafHashes)
  await write({ from, tiles })
  // Stop here: the entries are durable but unsigned, and nobody knows their indexes. The next start signs them.
  return readBack(log, head, treeSize(from + leafHashes.length))
}

/**
 * Extends the edge by the stored entries up to `size`, from their bytes, and checks that the stored tiles have the same
 * root. The new tree extends the old one by construction: it is made from the old edge.
 */
export async function readBack(log: SigningLog<TreeStore>, head: LogHead, size: TreeSize): Promise<LogHead> {
  const from = head.edge.size
  const stored = await log.store.entries(from as number as LogIndex, size)
  if (stored.length !== size - from) {
    throw new Fault(
      'integrity-error',
      `log: expected entries ${from} to ${size - 1}, read back ${stored.length} of them`,
    )
  }
  const edge = appendLeaves(head.edge, stored.map(checkedLeafHash))
  const tileRoot = await rootFromTiles(log.store, size)
  if (!equalBytes(edgeRoot(edge), tileRoot)) {
    throw new Fault(
      'integrity-error',
      `log: the stored tiles of size ${size} have another root than its entries`,
    )
  }
  return { ...head, edge }
}

function checkedLeafHash(entry: LogLeaf): Uint8Array {
  const hash = leafHash(entry.leaf)
  if (!equalBytes(hash, entry.leafHash)) {
    throw new Fault(
      'integrity-error',
      `entry ${entry.index}: the stored bytes no longer hash to the stored leaf hash`,
    )
  }
  return hash
}

/** The right edge of the tree of that size, read from stored tiles. */
export async function edgeFromTiles(store: Pick<TreeStore, 'tiles'>, size: TreeSize): Promise<RightEdge> {
  const read = tileReader(size, (places) => store.tiles(places))
  return { size, hashes: await read(edgePlaces(size)) }
}

export async function rootFromTiles(store: Pick<TreeStore, 'tiles'>, size: TreeSize): Promise<Uint8Array> {
  return edgeRoot(await edgeFromTiles(store, size))
}

/**
 * Signs the committed tree. Doing it again changes nothing.
 *
 * @throws Fault `conflict` (`fork`) if the signer state is not what this process holds
 * @throws Fault `storage-full`; can be called again when there is space
 */
export async function sign(log: SigningLog<TreeStore>, head: LogHead): Promise<LogHead> {
  const { size } = head.edge
  if (head.held?.size === size) return head
  const root = edgeRoot(head.edge)
  const next = { size, root, note: signCheckpoint({ origin: log.origin, size, root }, log.key) }
  // The signature leaves this process only after the signer state holds it.
  await log.signer.replace(head.held, next)
  // Stop here: signed, not public. The next start publishes this very note and signs no other of this size.
  return { ...head, held: next }
}

/** Makes the signed checkpoint public. Doing it again changes nothing. @throws Fault `storage-full`, as `sign` */
export async function publish(log: SigningLog<TreeStore>, head: LogHead): Promise<LogHead> {
  const { held, published } = head
  if (held === undefined || held.size === published) return head
  await log.store.publish({ size: held.size, note: held.note })
  // Stop here: public; submitters were not told. They find their entry when they submit again.
  return { ...head, published: held.size }
}
