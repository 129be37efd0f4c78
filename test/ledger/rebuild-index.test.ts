import { expect } from 'chai'
import { describe, it } from 'mocha'
import { rebuildIndex, type RebuildSource } from '../../src/ledger/rebuild-index.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { indexDump } from '../contracts/index-samples.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { STORY_SIZE, tellStory } from '../helpers/story.ts'
import { keys, ORIGIN } from '../helpers/test-ledger.ts'

const sourceOf = (storage: Storage): RebuildSource => ({
  ...storage,
  output: (map) => storage.outputs[map].store,
})

describe('rebuilding the index', () => {
  it('gives the index that was there, whatever stands in its place, and compares it with what was published', async () => {
    const { ledger, storage } = await tellStory()
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    const before = await indexDump(storage.index)
    const damaged = { ...storage, index: openMemoryStorage().index }
    const seen: number[] = []
    const log = { origin: ORIGIN, key: keys.log }
    const rebuilt = await rebuildIndex(sourceOf(damaged), log, (done) => seen.push(done))
    expect(rebuilt).to.deep.equal({ through: STORY_SIZE, comparedAt: STORY_SIZE })
    expect(seen.at(-1)).to.equal(STORY_SIZE)
    expect(await indexDump(damaged.index)).to.deep.equal(before)
    await expectSound(damaged)
  })

  it('says so if the log gives another map than was published', async () => {
    const { ledger, storage } = await tellStory()
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    const { components, status } = storage.outputs
    // The status map's roots in the place of the components'.
    const swapped = { ...storage, outputs: { status: components, components: status } }
    const log = { origin: ORIGIN, key: keys.log }
    expect((await asyncRefusal(rebuildIndex(sourceOf(swapped), log, () => undefined))).reason).to.equal(
      'map-differs',
    )
  })
})
