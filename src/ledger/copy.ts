/** Copies of a log: whether one is whole, and whether the log may go on from it (robustness.md, F-09). */
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import { parseNote } from '../tlog/signed-note.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { rootFromTiles } from './commit.ts'
import type { HeldCheckpoint, LogStore, MapName, OutputStore } from './ports.ts'

/** Entries that are read at once. */
const PAGE = 256

export interface CopyFacts {
  readonly entries: TreeSize
  /** The newest checkpoint in it. */
  readonly published: { readonly size: TreeSize; readonly note: string }
}

/**
 * That every entry of a copy hashes to its leaf, and its tiles to the newest published checkpoint. Signatures and what was
 * signed are the business of `server check`.
 *
 * @throws Fault `bad-proof` (`integrity-error`); `conflict` (`partial-state`) if nothing was ever published
 */
export async function checkCopy(store: LogStore): Promise<CopyFacts> {
  const [entries, published] = [await store.size(), await store.published()]
  if (published === undefined) throw new Fault('partial-state', 'copy: it has no published checkpoint')
  const { root, size } = parseCheckpoint(parseNote(published.note).text)
  if (size > entries || !equalBytes(root, await rootFromTiles(store, size)))
    throw new Fault('integrity-error', `copy: its tree is not that of its checkpoint of size ${size}`)
  for (let at = 0; at < entries; at += PAGE) await checkPage(store, at, Math.min(at + PAGE, entries))
  return { entries, published }
}

async function checkPage(store: LogStore, from: number, to: number): Promise<void> {
  const [tile = new Uint8Array(0)] = await store.tiles([{ level: 0, index: Math.floor(from / PAGE) }])
  const read = await store.entries(logIndex(from), treeSize(to))
  for (const [at, entry] of read.entries()) {
    const hash = leafHash(entry.leaf)
    if (entry.index !== from + at || !equalBytes(hash, tile.subarray(at * 32, at * 32 + 32)))
      throw new Fault('integrity-error', `copy: entry ${from + at} is not the one that the tree has`)
  }
  if (read.length !== to - from)
    throw new Fault('integrity-error', `copy: entries from ${from} on are missing`)
}

/**
 * That a log can go on from this copy: everything that was ever signed is in it.
 *
 * @throws Fault `conflict`: `rollback` if the copy is older than what was signed, `fork` if it is of another tree
 */
export async function checkNotBehind(store: LogStore, held: HeldCheckpoint): Promise<void> {
  const entries = await store.size()
  if (entries < held.size) {
    throw new Fault(
      'rollback',
      `copy: it has ${entries} entries, but ${held.size} were signed: the last ${held.size - entries} were acknowledged to somebody and are not in it`,
      {
        hint: 'Look for a newer copy, above all the old ledger.db with its -wal file. With --for-reading this one is put in place to be served by server start --read-only; it must never be signed on. If no newer copy exists, a new ledger with another origin goes on.',
      },
    )
  }
  if (!equalBytes(await rootFromTiles(store, held.size), held.root))
    throw new Fault('fork', `copy: its first ${held.size} entries are not those that were signed`, {
      hint: 'It is of another ledger, or of another history of this one. Nothing was changed.',
    })
}

/**
 * How many roots of each map were signed that a copy does not have: its log may have every entry, and its output logs
 * not those that were published after it was made. They are made again when the ledger starts (lost-roots.ts).
 *
 * @throws Fault `conflict` (`fork`) if what it has is not what was signed
 */
export async function missingRoots(
  outputs: Readonly<Record<MapName, OutputStore>>,
  held: Partial<Record<MapName, HeldCheckpoint>>,
): Promise<Readonly<Record<MapName, number>>> {
  return {
    components: await missingOf('components', outputs.components, held.components),
    status: await missingOf('status', outputs.status, held.status),
  }
}

async function missingOf(
  map: MapName,
  store: OutputStore,
  held: HeldCheckpoint | undefined,
): Promise<number> {
  if (held === undefined) return 0
  const stored = await store.size()
  if (stored < held.size) return held.size - stored
  if (equalBytes(await rootFromTiles(store, held.size), held.root)) return 0
  throw new Fault(
    'fork',
    `copy: the first ${held.size} roots of the ${map} map are not those that were signed`,
    {
      hint: 'It is of another ledger, or of another history of this one. Nothing was changed.',
    },
  )
}
