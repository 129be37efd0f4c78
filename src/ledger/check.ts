/**
 * The checker: verifies everything that a stored ledger holds, from the bytes, trusting nothing that is derived.
 *
 * Signer state, published checkpoint, every entry, blob, signature, admission decision and tile, then the output logs
 * and the index: it is built again beside the stored one and both are compared, key by key, as are the roots of the
 * maps. `attestree server check` prints what it finds, and every scenario in the tests ends with it.
 */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { openCheckpoint } from '../tlog/checkpoint.ts'
import { growTiles, rightmostPlaces } from '../tlog/grow.ts'
import { appendLeaves, edgeRoot, emptyEdge, type RightEdge } from '../tlog/right-edge.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import { tilesOfSize } from '../tlog/tile.ts'
import { createTrustState, type TrustState } from '../trust/trust-state.ts'
import { checkEntry } from './check-entry.ts'
import { checkIndex } from './check-index.ts'
import { checkOutputs } from './check-outputs.ts'
import { reasonOf, type Finding } from './finding.ts'
import type { IndexStore, LogEntry, Storage } from './ports.ts'

/** Entries read and checked at once. */
const CHECK_ENTRIES = 256

export interface LedgerCheck {
  readonly entries: number
  readonly published: number
  readonly signed: number
  readonly indexedThrough: number
  readonly tiles: number
  readonly keys: number
  readonly problems: readonly Finding[]
}

export interface CheckOptions {
  readonly key: VerifierKey
  /** An empty index to build beside the stored one. */
  readonly scratch: IndexStore
  readonly onProgress?: (done: number, total: number) => void
}

/** What the checks share: the tree and the trust state as they grow, and what was found wrong. */
interface Walk {
  readonly storage: Storage
  readonly options: CheckOptions
  readonly trust: TrustState
  readonly problems: Finding[]
  readonly rightmost: Map<number, Uint8Array>
  readonly expectedTiles: Map<string, Uint8Array>
  readonly roots: Map<number, Uint8Array>
  edge: RightEdge
}

/** Never throws for what is wrong with the ledger: every problem is in the report. */
export async function checkLedger(storage: Storage, options: CheckOptions): Promise<LedgerCheck> {
  const walk = startWalk(storage, options)
  const sizes = await signedSizes(walk)
  const stored = await storage.log.size()
  await walkEntries(walk, stored, sizes)
  const tiles = await checkTiles(walk, stored)
  checkRoots(walk, sizes, stored)
  const outputs = await checkOutputs(storage, options.key, walk.trust)
  const index = await checkIndex(storage, options.scratch, walk.trust, {
    published: sizes.published,
    said: outputs.components.filter(({ size }) => size <= sizes.published),
  })
  return {
    entries: stored,
    published: sizes.published,
    signed: sizes.signed,
    tiles,
    ...index,
    problems: [...walk.problems, ...outputs.problems, ...index.problems],
  }
}

function startWalk(storage: Storage, options: CheckOptions): Walk {
  return {
    storage,
    options,
    trust: createTrustState(options.key.name),
    problems: [],
    rightmost: new Map(),
    expectedTiles: new Map(),
    roots: new Map(),
    edge: emptyEdge,
  }
}

interface SignedRoot {
  readonly where: string
  readonly size: TreeSize
  readonly root: Uint8Array
}

interface SignedSizes {
  readonly signed: TreeSize
  readonly published: TreeSize
  readonly roots: readonly SignedRoot[]
}

async function signedSizes(walk: Walk): Promise<SignedSizes> {
  const held = await walk.storage.signer.read()
  const published = await walk.storage.log.published()
  const roots = [
    ...openNote(walk, 'signer state', held),
    ...openNote(walk, 'published checkpoint', published),
  ]
  const [signed, shown] = [held?.size ?? treeSize(0), published?.size ?? treeSize(0)]
  if (shown > signed)
    walk.problems.push({
      where: 'signer state',
      what: `rollback: holds size ${signed}, but size ${shown} was published`,
    })
  return { signed, published: shown, roots }
}

/** What stands beside a note, as far as it does, must be what the note says. */
function openNote(
  walk: Walk,
  where: string,
  stored: { readonly note: string; readonly size: TreeSize; readonly root?: Uint8Array } | undefined,
): readonly SignedRoot[] {
  if (stored === undefined) {
    walk.problems.push({ where, what: 'missing' })
    return []
  }
  try {
    const { size, root } = openCheckpoint(stored.note, walk.options.key)
    if (size !== stored.size || !equalBytes(root, stored.root ?? root))
      walk.problems.push({
        where,
        what: `stored as of size ${stored.size}, or of a root, that its note is not of`,
      })
    return [{ where, size, root }]
  } catch (cause) {
    walk.problems.push({ where, what: reasonOf(cause) })
    return []
  }
}

async function walkEntries(walk: Walk, stored: TreeSize, sizes: SignedSizes): Promise<void> {
  let recordedAt = ''
  for (let at = 0; at < stored; at += CHECK_ENTRIES) {
    const entries = await readStored(walk, at as LogIndex, treeSize(Math.min(at + CHECK_ENTRIES, stored)))
    const older = await olderNotes(walk, at, sizes.published)
    checkOlder(walk, older.get(walk.edge.size))
    for (const entry of entries) {
      if (entry.recordedAt < recordedAt)
        walk.problems.push({ where: `entry ${entry.index}`, what: 'recorded before the entry before it' })
      recordedAt = entry.recordedAt
      for (const what of await checkEntry(entry, walk.storage, walk.trust))
        walk.problems.push({ where: `entry ${entry.index}`, what })
      noteRoot(walk, entry, sizes)
      checkOlder(walk, older.get(walk.edge.size))
    }
    growExpected(walk, entries)
    walk.options.onProgress?.(Math.min(at + CHECK_ENTRIES, stored), stored)
  }
}

async function readStored(walk: Walk, from: LogIndex, to: TreeSize): Promise<readonly LogEntry[]> {
  try {
    const entries = await walk.storage.log.entries(from, to)
    if (entries.length !== to - from)
      walk.problems.push({
        where: `entries ${from} to ${to - 1}`,
        what: `only ${entries.length} of them are there`,
      })
    return entries
  } catch (cause) {
    walk.problems.push({ where: `entries ${from} to ${to - 1}`, what: reasonOf(cause) })
    return []
  }
}

/** The published notes that end among these entries, by size; the newest is checked with the signer state. */
async function olderNotes(walk: Walk, at: number, newest: TreeSize): Promise<Map<number, SignedRoot>> {
  const from = treeSize(at === 0 ? 0 : at + 1)
  const notes = await walk.storage.log.notes(from, treeSize(at + CHECK_ENTRIES + 1))
  const roots = notes
    .filter(({ size }) => size !== newest)
    .flatMap((note) => openNote(walk, `published checkpoint of size ${note.size}`, note))
  return new Map(roots.map((one) => [one.size, one]))
}

function checkOlder(walk: Walk, note: SignedRoot | undefined): void {
  if (note !== undefined && !equalBytes(edgeRoot(walk.edge), note.root))
    walk.problems.push({ where: note.where, what: 'fork: another root than the stored entries have there' })
}

/** Remembers the root at each size that was signed. */
function noteRoot(walk: Walk, entry: LogEntry, sizes: SignedSizes): void {
  walk.edge = appendLeaves(walk.edge, [entry.leafHash])
  if (sizes.roots.some((one) => one.size === walk.edge.size))
    walk.roots.set(walk.edge.size, edgeRoot(walk.edge))
}

function growExpected(walk: Walk, entries: readonly LogEntry[]): void {
  const from = treeSize(walk.edge.size - entries.length)
  const rightmost = rightmostPlaces(from).map(({ level, index }) =>
    walk.expectedTiles.get(`${level}/${index}`),
  )
  const { tiles } = growTiles(
    from,
    rightmost,
    entries.map((entry) => entry.leafHash),
  )
  for (const tile of tiles) walk.expectedTiles.set(`${tile.level}/${tile.index}`, tile.hashes)
}

async function checkTiles(walk: Walk, stored: TreeSize): Promise<number> {
  const places = tilesOfSize(stored)
  for (const place of places) {
    const name = `${place.level}/${place.index}`
    const expected = walk.expectedTiles.get(name)
    const [found] = await walk.storage.log.tiles([place])
    if (found === undefined) walk.problems.push({ where: `tile ${name}`, what: 'missing' })
    else if (expected === undefined || !equalBytes(found, expected)) {
      walk.problems.push({ where: `tile ${name}`, what: 'differs from the hashes of the stored entries' })
    }
  }
  return places.length
}

function checkRoots(walk: Walk, sizes: SignedSizes, stored: TreeSize): void {
  for (const { where, size, root } of sizes.roots) {
    const expected = size === 0 ? edgeRoot(emptyEdge) : walk.roots.get(size)
    if (expected === undefined)
      walk.problems.push({ where, what: `rollback: of size ${size}, but ${stored} entries are stored` })
    else if (!equalBytes(expected, root))
      walk.problems.push({ where, what: `fork: another root than the stored entries have at size ${size}` })
  }
}
