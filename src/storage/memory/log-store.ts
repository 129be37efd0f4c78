/** The log store (ports.ts) in memory. An append checks everything first, so that it cannot stop half way. */
import type { AttestationId } from '../../brand.ts'
import type { Batch, LogEntry, LogStore } from '../../ledger/ports.ts'
import { latin1 } from '../index-batch.ts'
import { duplicateLeaf } from '../log-batch.ts'
import { checkBlob } from '../named-blob.ts'
import { keepBlobs } from './blob-store.ts'
import type { MemoryState } from './state.ts'
import { checkTreeBatch, keepTree, memoryTreeStore, readEntry } from './tree-store.ts'

export function memoryLogStore(state: MemoryState): LogStore {
  const lookUps = newLookUps()
  for (const entry of state.entries) addTo(lookUps, entry)
  return {
    ...memoryTreeStore(state),
    async append(batch) {
      checkAppend(state, lookUps, batch)
      keepBatch(state, lookUps, batch)
    },
    async find(attestation, key) {
      const entries = lookUps.byAttestation.get(attestation) ?? []
      return entries.filter((entry) => key === undefined || entry.key === key).map(readEntry)
    },
    async firstBy(keys, from, to) {
      const found = state.entries.slice(from, to).find((entry) => keys.includes(entry.key))
      return found && readEntry(found)
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
  checkTreeBatch(state, batch)
  const seen = new Set<string>()
  for (const entry of batch.entries) {
    const hash = latin1(entry.leafHash)
    if (seen.has(hash) || lookUps.leafHashes.has(hash)) throw duplicateLeaf(entry)
    seen.add(hash)
  }
  for (const blob of batch.blobs) checkBlob(blob)
}

function keepBatch(state: MemoryState, lookUps: LookUps, batch: Batch): void {
  keepBlobs(state, batch.blobs)
  keepTree(state, batch)
  for (const entry of state.entries.slice(-batch.entries.length)) addTo(lookUps, entry)
}
