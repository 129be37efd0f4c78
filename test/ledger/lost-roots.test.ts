/** A backup from before the last roots were published: they are made again exactly as they were signed, or nothing is published. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import type { MapName, Storage } from '../../src/ledger/ports.ts'
import {
  emptyIndex,
  newMemoryState,
  type MemoryOutput,
  type MemoryState,
} from '../../src/storage/memory/state.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { createTestLedger, keys, openTestLedger, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const maps = ['components', 'status'] as const

const sbomOf = (name: string): Uint8Array => signEnvelope(sbomPayload(name, ['lodash@4.17.20']), keys.ci)

/** A closed ledger in which each entry had its roots published. */
async function published(): Promise<MemoryState> {
  const state = newMemoryState()
  const ledger = await createTestLedger(openMemoryStorage(state))
  for (const name of ['shop', 'api', 'web', 'old']) {
    await ledger.submit(sbomOf(name))
    await ledger.images({ component: 'pkg:npm/lodash' })
    await ledger.proofs.images({ component: 'pkg:npm/lodash' })
  }
  await ledger[Symbol.asyncDispose]()
  return state
}

/** What a restored backup has that was made `missing` roots ago: every entry of the log, no index, and the signer state of now. */
function restored(state: MemoryState, missing: number): MemoryState {
  const outputs = [...state.outputs].map(([name, log]) => [name, shortened(log, missing)] as const)
  return { ...structuredClone(state), outputs: new Map(outputs), index: emptyIndex(0) }
}

function shortened(log: MemoryOutput, missing: number): MemoryOutput {
  const { signer, entries, tiles, published: notes, cosignatures } = structuredClone(log)
  const size = entries.length - missing
  return {
    signer,
    entries: entries.slice(0, size),
    tiles: new Map([...tiles].map(([place, hashes]) => [place, hashes.slice(0, 32 * size)])),
    published: notes.filter((note) => note.size <= size),
    cosignatures: cosignatures.filter((one) => one.size <= size),
  }
}

async function leavesOf(storage: Storage, map: MapName): Promise<readonly Uint8Array[]> {
  const { store } = storage.outputs[map]
  return store.leaves(logIndex(0), await store.size())
}

describe('roots that were signed after a backup was made', () => {
  for (const missing of [1, 2]) {
    it(`are made again from the log, byte for byte, where ${missing} of each map ${missing === 1 ? 'is' : 'are'} missing`, async () => {
      const state = await published()
      const before = openMemoryStorage(state)
      const storage = openMemoryStorage(restored(state, missing))
      const ledger = await openTestLedger(storage)
      expect((await ledger.proofs.images({ component: 'pkg:npm/lodash' })).items).to.have.length(4)
      for (const map of maps) {
        expect(await leavesOf(storage, map)).to.deep.equal(await leavesOf(before, map))
        expect(await storage.outputs[map].store.published()).to.deep.equal(
          await before.outputs[map].store.published(),
        )
      }
      expect(ledger.notReady()).to.equal(undefined)
      await ledger.submit(sbomOf('next'))
      await ledger.proofs.images({ component: 'pkg:npm/lodash' })
      await ledger[Symbol.asyncDispose]()
      await expectSound(storage)
    })
  }

  it('are not replaced by others: where they cannot be made again the map stops, the log goes on, and it says what to do', async () => {
    const state = restored(await published(), 1)
    const components = state.outputs.get('components/v1')
    if (components?.signer === undefined) throw new Error('nothing was signed')
    components.signer = { ...components.signer, root: new Uint8Array(32) }
    const storage = openMemoryStorage(state)
    const stopped: unknown[] = []
    const ledger = await openTestLedger(storage, { onMapStopped: (map, cause) => stopped.push([map, cause]) })
    const before = await leavesOf(storage, 'components')
    await ledger.submit(sbomOf('next'))
    expect((await ledger.images({ component: 'pkg:npm/lodash' })).items).to.have.length(5)
    expect(stopped).to.have.nested.property('0.1.reason', 'rollback')
    expect(ledger.notReady()?.hint).to.match(/newer copy[^]*another origin/)
    expect(await leavesOf(storage, 'components')).to.deep.equal(before)
    await ledger[Symbol.asyncDispose]()
  })
})
