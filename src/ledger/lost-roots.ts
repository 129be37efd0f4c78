/**
 * Entries of an output log that were signed and are not stored: a backup from before they were published has every
 * entry of the log, and not these. What they say follows from the log, and the signer state has the root of the tree
 * that they are in. So they are made again, and are either exactly what was signed or nothing: no signature is made for
 * them.
 */
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { appendLeaves, edgeRoot, type RightEdge } from '../tlog/right-edge.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { edgeFromTiles, grow } from './commit.ts'
import { leafOf, signingLogOf, type OutputLogOptions, type PublishedMap } from './output-log.ts'
import type { LogStore, MapName, OutputStorage, PublishedNote } from './ports.ts'

/** Sizes of the log that a lost root may be of, the newest: a backup is made seconds after what was published last. */
const MAX_LOST_NOTES = 1_000
/** Trees that are tried: a second's work, and all pairs of some hundred sizes. */
const MAX_TRIES = 100_000

/** How many entries were signed and are not stored. */
async function countLost({ store, signer }: OutputStorage): Promise<number> {
  const [stored, held] = [await store.size(), await signer.read()]
  return Math.max(0, (held?.size ?? 0) - stored)
}

/**
 * The published checkpoints of the log that lost entries may be of, smallest first; none if nothing is lost, or is to
 * be written.
 */
export async function notesOfLost(
  { storage, readOnly }: OutputLogOptions,
  last: PublishedMap | undefined,
  log: Pick<LogStore, 'notes' | 'published'>,
): Promise<readonly PublishedNote[]> {
  const newest = await log.published()
  if (readOnly || newest === undefined || (await countLost(storage)) === 0) return []
  const from = treeSize((last?.size ?? 0) + 1)
  return (await log.notes(from, treeSize(newest.size + 1))).slice(-MAX_LOST_NOTES)
}

/**
 * Stores the lost entries again, if there are any; signing and publishing are then as after any other interruption.
 *
 * @param made the map at the sizes of `notesOfLost`
 * @throws Fault `conflict` (`rollback`) if none of these make the tree that was signed
 */
export async function storeLost(options: OutputLogOptions, made: readonly PublishedMap[]): Promise<void> {
  const log = signingLogOf(options)
  const held = await log.signer.read()
  const stored = await log.store.size()
  if (options.readOnly || held === undefined || held.size <= stored) return
  const edge = await edgeFromTiles(log.store, stored)
  const leaves = made.map(leafOf)
  const found = findTree(edge, { root: held.root, missing: held.size - stored, hashes: leaves.map(leafHash) })
  if (found === undefined) throw notFound(options.map, held.size, stored)
  const entries = found.map((at, i) => {
    const leaf = leaves[at] ?? new Uint8Array(0)
    return { index: logIndex(stored + i), leaf, leafHash: leafHash(leaf) }
  })
  await grow(
    log,
    { edge, held, published: stored },
    entries.map((one) => one.leafHash),
    (grown) => log.store.append({ ...grown, entries }),
  )
}

/** What was made at a size. */
export function rootIn(roots: ReadonlyMap<TreeSize, Uint8Array>, size: TreeSize): Uint8Array {
  const root = roots.get(size)
  if (root === undefined) throw new Error(`map: it was not made at size ${size}`)
  return root
}

interface Wanted {
  readonly root: Uint8Array
  readonly missing: number
  readonly hashes: readonly Uint8Array[]
}

/**
 * Which of the leaves, in their order, make the tree that is wanted: newest first, since most often one is missing, the
 * newest.
 */
function findTree(edge: RightEdge, { root, missing, hashes }: Wanted): readonly number[] | undefined {
  let tries = 0
  const search = (grown: RightEdge, from: number, left: number): readonly number[] | undefined => {
    if (left === 0) return equalBytes(edgeRoot(grown), root) ? [] : undefined
    for (let at = hashes.length - left; at >= from && tries < MAX_TRIES; at--) {
      tries++
      const hash = hashes[at]
      const rest = hash && search(appendLeaves(grown, [hash]), at + 1, left - 1)
      if (rest !== undefined) return [at, ...rest]
    }
    return undefined
  }
  return search(edge, 0, missing)
}

function notFound(map: MapName, signed: number, stored: number): Fault {
  return new Fault(
    'rollback',
    `${map} map: ${signed} roots of it were signed, but only ${stored} are stored, and the others cannot be made again from the log: the data is older than the signer state`,
    {
      hint: `Nothing of this map is published any more, or it would be shown to go back; the log goes on. Restore a newer copy of the data (server restore says what is missing in one). If there is none, a new ledger with another origin publishes its maps from the beginning.`,
    },
  )
}
