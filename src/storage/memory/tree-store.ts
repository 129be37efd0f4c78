/** What every log keeps (ports.ts), in memory; and the output logs, which keep nothing else. */
import { treeSize, type TreeSize } from '../../brand.ts'
import type {
  LogLeaf,
  OutputStore,
  PublishedNote,
  StoredTile,
  TreeBatch,
  TreeStore,
} from '../../ledger/ports.ts'
import { checkBatch, checkStoredEntry, checkStoredTile, checkWidening } from '../log-batch.ts'
import { isNewNote } from '../monotonic.ts'
import type { MemoryLog, MemoryOutput } from './state.ts'

export function memoryOutputStore(state: MemoryOutput): OutputStore {
  return {
    ...memoryTreeStore(state),
    async append(batch) {
      checkTreeBatch(state, batch)
      keepTree(state, batch)
    },
    async cosign(next) {
      const isPublished = state.published.some(({ size }) => size === next.size)
      if (!isPublished)
        throw new Error(`memory: expected a cosignature of a published note, got one of ${next.size}`)
      const at = state.cosignatures.findIndex(
        (one) => one.size === next.size && one.cosigner === next.cosigner,
      )
      const before = state.cosignatures[at]
      if (before === undefined) state.cosignatures.push({ ...next })
      else if (before.signedAt < next.signedAt) state.cosignatures[at] = { ...next }
    },
    async cosignatures(size) {
      const found = state.cosignatures.filter((one) => one.size === size).map((one) => ({ ...one }))
      return found.sort((a, b) => (a.cosigner < b.cosigner ? -1 : 1))
    },
  }
}

interface MemoryTree<Leaf extends LogLeaf> extends TreeStore {
  entries(from: number, to: number): Promise<readonly Leaf[]>
}

export function memoryTreeStore<Leaf extends LogLeaf>(state: MemoryLog<Leaf>): MemoryTree<Leaf> {
  return {
    async size() {
      return sizeOf(state)
    },
    async entries(from, to) {
      return state.entries.slice(from, to).map(readEntry)
    },
    async leaves(from, to) {
      return state.entries.slice(from, to).map((entry) => readEntry(entry).leaf)
    },
    async tiles(places) {
      return places.map((place) => readTile(state, place))
    },
    async publish(note) {
      if (isNewNote(state.published.at(-1), note, sizeOf(state))) state.published.push(copyOfNote(note))
    },
    async published() {
      const newest = state.published.at(-1)
      return newest && copyOfNote(newest)
    },
    async notes(from, to) {
      return state.published.filter(({ size }) => size >= from && size < to).map(copyOfNote)
    },
  }
}

/** Everything is checked first, so that an append cannot stop half way. */
export function checkTreeBatch(state: MemoryLog, batch: TreeBatch): void {
  checkBatch(batch, sizeOf(state))
  for (const tile of batch.tiles) checkWidening(state.tiles.get(nameOf(tile)), tile)
}

export function keepTree<Leaf extends LogLeaf>(state: MemoryLog<Leaf>, batch: TreeBatch<Leaf>): void {
  for (const tile of batch.tiles) state.tiles.set(nameOf(tile), new Uint8Array(tile.hashes))
  for (const entry of batch.entries) state.entries.push(copyOf(entry))
}

/** A copy. @throws Fault `bad-proof` (`integrity-error`) if the bytes no longer hash to the leaf hash */
export function readEntry<Leaf extends LogLeaf>(entry: Leaf): Leaf {
  return copyOf(checkStoredEntry(entry))
}

function copyOf<Leaf extends LogLeaf>(entry: Leaf): Leaf {
  return { ...entry, leaf: new Uint8Array(entry.leaf), leafHash: new Uint8Array(entry.leafHash) }
}

function sizeOf(state: MemoryLog): TreeSize {
  return treeSize(state.entries.length)
}

function nameOf({ level, index }: Pick<StoredTile, 'level' | 'index'>): string {
  return `${level}/${index}`
}

function readTile(state: MemoryLog, place: Pick<StoredTile, 'level' | 'index'>): Uint8Array | undefined {
  const hashes = state.tiles.get(nameOf(place))
  return hashes && new Uint8Array(checkStoredTile({ ...place, hashes }))
}

function copyOfNote({ size, note }: PublishedNote): PublishedNote {
  return { size, note }
}
