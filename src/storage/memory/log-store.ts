/** The log store (ports.ts) in memory. An append checks everything first, so that it cannot stop half way. */
import { treeSize, type AttestationId } from '../../brand.ts'
import type { Batch, LogEntry, LogStore, PublishedNote, StoredTile } from '../../ledger/ports.ts'
import { latin1 } from '../index-batch.ts'
import { checkBatch, checkStoredEntry, checkStoredTile, checkWidening, duplicateLeaf } from '../log-batch.ts'
import { isNewNote } from '../monotonic.ts'
import { checkBlob } from '../named-blob.ts'
import { keepBlobs } from './blob-store.ts'
import type { MemoryState } from './state.ts'

export function memoryLogStore(state: MemoryState): LogStore {
  const lookUps = newLookUps()
  for (const entry of state.entries) addTo(lookUps, entry)
  return {
    async size() {
      return sizeOf(state)
    },
    async append(batch) {
      checkAppend(state, lookUps, batch)
      keepBatch(state, lookUps, batch)
    },
    async entries(from, to) {
      return state.entries.slice(from, to).map(readEntry)
    },
    async leaves(from, to) {
      return state.entries.slice(from, to).map((entry) => readEntry(entry).leaf)
    },
    async find(attestation, key) {
      const entries = lookUps.byAttestation.get(attestation) ?? []
      return entries.filter((entry) => key === undefined || entry.key === key).map(readEntry)
    },
    async firstBy(keys, from, to) {
      const found = state.entries.slice(from, to).find((entry) => keys.includes(entry.key))
      return found && readEntry(found)
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

/** What follows from the entries. */
interface LookUps {
  readonly leafHashes: Set<string>
  readonly byAttestation: Map<AttestationId, LogEntry[]>
}

function newLookUps(): LookUps {
  return { leafHashes: new Set(), byAttestation: new Map() }
}

function addTo(lookUps: LookUps, entry: LogEntry): void {
  lookUps.leafHashes.add(latin1(entry.leafHash))
  const others = lookUps.byAttestation.get(entry.attestation)
  if (others === undefined) lookUps.byAttestation.set(entry.attestation, [entry])
  else others.push(entry)
}

function checkAppend(state: MemoryState, lookUps: LookUps, batch: Batch): void {
  checkBatch(batch, sizeOf(state))
  const seen = new Set<string>()
  for (const entry of batch.entries) {
    const hash = latin1(entry.leafHash)
    if (seen.has(hash) || lookUps.leafHashes.has(hash)) throw duplicateLeaf(entry)
    seen.add(hash)
  }
  for (const tile of batch.tiles) checkWidening(state.tiles.get(nameOf(tile)), tile)
  for (const blob of batch.blobs) checkBlob(blob)
}

function keepBatch(state: MemoryState, lookUps: LookUps, batch: Batch): void {
  keepBlobs(state, batch.blobs)
  for (const tile of batch.tiles) state.tiles.set(nameOf(tile), new Uint8Array(tile.hashes))
  for (const given of batch.entries) {
    const entry = copyOf(given)
    state.entries.push(entry)
    addTo(lookUps, entry)
  }
}

function sizeOf(state: MemoryState) {
  return treeSize(state.entries.length)
}

function nameOf({ level, index }: Pick<StoredTile, 'level' | 'index'>): string {
  return `${level}/${index}`
}

function readTile(state: MemoryState, place: Pick<StoredTile, 'level' | 'index'>): Uint8Array | undefined {
  const hashes = state.tiles.get(nameOf(place))
  return hashes && new Uint8Array(checkStoredTile({ ...place, hashes }))
}

function readEntry(entry: LogEntry): LogEntry {
  return copyOf(checkStoredEntry(entry))
}

function copyOf(entry: LogEntry): LogEntry {
  return { ...entry, leaf: new Uint8Array(entry.leaf), leafHash: new Uint8Array(entry.leafHash) }
}

function copyOfNote({ size, note }: PublishedNote): PublishedNote {
  return { size, note }
}
