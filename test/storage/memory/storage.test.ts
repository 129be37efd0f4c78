/** The memory backend under the contracts, and what only it can show. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { newMemoryState } from '../../../src/storage/memory/state.ts'
import { openMemoryStorage } from '../../../src/storage/memory/storage.ts'
import { describeBlobStore } from '../../contracts/blob-store.ts'
import { describeIndexStore } from '../../contracts/index-store.ts'
import { allEntries, batchAt, blobOf, entriesAt, noise } from '../../contracts/log-samples.ts'
import { describeLogStore } from '../../contracts/log-store.ts'
import { describeOutputStorage } from '../../contracts/output-store.ts'
import { describeSignerState } from '../../contracts/signer-state.ts'
import { reasonOf, type StorageUnderTest } from '../../contracts/storage-under-test.ts'

async function openMemory(): Promise<StorageUnderTest> {
  const state = newMemoryState()
  return {
    storage: openMemoryStorage(state),
    reopen: async () => openMemoryStorage(state),
    discard: async () => {},
  }
}

describeSignerState('memory', openMemory)
describeLogStore('memory', openMemory)
describeBlobStore('memory', openMemory)
describeIndexStore('memory', openMemory)
describeOutputStorage('memory', openMemory)

describe('memory storage', () => {
  it('goes on from a copy of its state as from a backup, and leaves the original alone', async () => {
    const state = newMemoryState()
    await openMemoryStorage(state).log.append(batchAt(0, 3))
    const backup = structuredClone(state)
    await openMemoryStorage(backup).log.append(batchAt(3, 5))
    expect(await allEntries(openMemoryStorage(backup).log)).to.deep.equal(entriesAt(0, 5))
    expect(await allEntries(openMemoryStorage(state).log)).to.deep.equal(entriesAt(0, 3))
  })

  it('refuses an entry, a tile and a blob whose bytes were changed', async () => {
    const state = newMemoryState()
    const storage = openMemoryStorage(state)
    const blob = blobOf(noise(100))
    await storage.log.append(batchAt(0, 3, { blobs: [blob] }))
    state.entries[1]?.leaf.fill(0)
    state.tiles.set('0/0', new Uint8Array(33))
    state.blobs.set(blob.digest, noise(100, 'another seed'))
    expect(await reasonOf(allEntries(storage.log))).to.equal('integrity-error')
    expect(await reasonOf(storage.log.tiles([{ level: 0, index: 0 }]))).to.equal('integrity-error')
    expect(await reasonOf(storage.blobs.get(blob.digest))).to.equal('integrity-error')
  })
})
