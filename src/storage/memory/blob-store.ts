/** The blob store (ports.ts) in memory. */
import type { Blob, BlobStore } from '../../ledger/ports.ts'
import { checkBlob, checkStoredBlob } from '../named-blob.ts'
import type { MemoryState } from './state.ts'

export function memoryBlobStore(state: MemoryState): BlobStore {
  return {
    async get(digest) {
      const bytes = state.blobs.get(digest)
      return bytes && new Uint8Array(checkStoredBlob(digest, bytes))
    },
    async put(blobs) {
      for (const blob of blobs) checkBlob(blob)
      keepBlobs(state, blobs)
    },
  }
}

/** Stores checked blobs; one that is there already is left alone. */
export function keepBlobs(state: MemoryState, blobs: readonly Blob[]): void {
  for (const { digest, bytes } of blobs) {
    if (!state.blobs.has(digest)) state.blobs.set(digest, new Uint8Array(bytes))
  }
}
