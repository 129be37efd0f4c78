/**
 * A ledger's storage in memory: a real implementation under the same contracts, for tests, demonstrations and
 * simulated crashes. It holds no lock: whoever opens one state twice plays two processes on one disk.
 */
import type { MapName, OutputStorage, Storage } from '../../ledger/ports.ts'
import { memoryBlobStore } from './blob-store.ts'
import { memoryIndexStore } from './index-store.ts'
import { memoryLogStore } from './log-store.ts'
import { memorySignerState } from './signer-state.ts'
import { newMemoryState, type MemoryState } from './state.ts'
import { memoryOutputStore } from './tree-store.ts'

/** Opens a storage on a state; on a new one if left out. */
export function openMemoryStorage(state: MemoryState = newMemoryState()): Storage {
  return {
    signer: memorySignerState(state),
    log: memoryLogStore(state),
    blobs: memoryBlobStore(state),
    index: memoryIndexStore(state),
    outputs: { components: openOutput(state, 'components'), status: openOutput(state, 'status') },
    async [Symbol.asyncDispose]() {},
  }
}

function openOutput({ outputs }: MemoryState, map: MapName): OutputStorage {
  return { store: memoryOutputStore(outputs[map]), signer: memorySignerState(outputs[map]) }
}
