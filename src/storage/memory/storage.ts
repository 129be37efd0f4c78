/**
 * A ledger's storage in memory: a real implementation under the same contracts, for tests, demonstrations and
 * simulated crashes. It holds no lock: whoever opens one state twice plays two processes on one disk.
 */
import type { MapFunctionVersion, OutputLogs, OutputStorage, Storage } from '../../ledger/ports.ts'
import { memoryBlobStore } from './blob-store.ts'
import { memoryIndexStore } from './index-store.ts'
import { memoryLogStore } from './log-store.ts'
import { memorySignerState } from './signer-state.ts'
import { newOutput, newMemoryState, type MemoryState } from './state.ts'
import { memoryOutputStore } from './tree-store.ts'

/** Opens a storage on a state; on a new one if left out. */
export function openMemoryStorage(state: MemoryState = newMemoryState()): Storage {
  return {
    signer: memorySignerState(state),
    log: memoryLogStore(state),
    blobs: memoryBlobStore(state),
    index: memoryIndexStore(state),
    outputs: openOutputs(state, 'v1'),
    laterOutputs: (version) => openOutputs(state, version),
    async [Symbol.asyncDispose]() {},
  }
}

function openOutputs(state: MemoryState, version: MapFunctionVersion): OutputLogs {
  return {
    components: openOutput(state, `components/${version}`),
    status: openOutput(state, `status/${version}`),
  }
}

function openOutput({ outputs }: MemoryState, name: string): OutputStorage {
  const log = outputs.get(name) ?? newOutput()
  outputs.set(name, log)
  return { store: memoryOutputStore(log), signer: memorySignerState(log) }
}
