/**
 * Everything that a memory storage holds, as one plain object: what a disk is to the other backends.
 *
 * A test that simulates a crash drops the storage and opens another one with the same state; `structuredClone`
 * takes a backup. Look-ups that follow from it are not part of it.
 */
import { treeSize, type LogIndex, type Sha256Id } from '../../brand.ts'
import type {
  HeldCheckpoint,
  IndexPosition,
  LogEntry,
  LogLeaf,
  ManifestRoot,
  MapName,
  PublishedNote,
  RowTable,
  StoredCosignature,
} from '../../ledger/ports.ts'
import { emptySortedMap, type SortedMap } from './sorted-map.ts'

/** What is kept of one log. */
export interface MemoryLog<Leaf extends LogLeaf = LogLeaf> {
  signer: HeldCheckpoint | undefined
  readonly entries: Leaf[]
  /** By `level/index`. */
  readonly tiles: Map<string, Uint8Array>
  readonly published: PublishedNote[]
}

export interface MemoryOutput extends MemoryLog {
  readonly cosignatures: StoredCosignature[]
}

export interface MemoryState extends MemoryLog<LogEntry> {
  readonly blobs: Map<Sha256Id, Uint8Array>
  /** By the map and the version of its function, `status/v1`. */
  readonly outputs: Map<string, MemoryOutput>
  /** Replaced as a whole, never changed: so that a reader keeps the state it began with. */
  index: IndexState
}

export interface IndexState {
  readonly position: IndexPosition
  readonly postings: Readonly<Record<MapName, SortedMap<readonly LogIndex[]>>>
  readonly rows: Readonly<Record<RowTable, SortedMap<string>>>
  /** In the order of their entries. */
  readonly manifests: readonly ManifestRoot[]
}

/** The state of a storage that was just created. */
export function newMemoryState(): MemoryState {
  return {
    ...newLog(),
    blobs: new Map(),
    outputs: new Map(),
    index: emptyIndex(0),
  }
}

function newLog(): MemoryLog<never> {
  return { signer: undefined, entries: [], tiles: new Map(), published: [] }
}

export function newOutput(): MemoryOutput {
  return { ...newLog(), cosignatures: [] }
}

export function emptyIndex(rules: number): IndexState {
  return {
    position: { through: treeSize(0), rules },
    postings: { components: emptySortedMap(), status: emptySortedMap() },
    rows: {
      entry: emptySortedMap(),
      image: emptySortedMap(),
      total: emptySortedMap(),
      name: emptySortedMap(),
    },
    manifests: [],
  }
}
