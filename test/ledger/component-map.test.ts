/** What the component map is does not depend on how its entries came in, nor on what keeps them. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { loadComponentMap } from '../../src/ledger/component-map.ts'
import { followOnce } from '../../src/ledger/follow-once.ts'
import { INDEX_RULES } from '../../src/ledger/index-rows.ts'
import { MapVersions } from '../../src/ledger/map-versions.ts'
import type { IndexStore } from '../../src/ledger/ports.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTrustState, type TrustState } from '../../src/trust/trust-state.ts'
import { openSqlite } from '../storage/sqlite/folders.ts'
import { STORY_SIZE, tellStory, type Story } from '../helpers/story.ts'
import { ORIGIN } from '../helpers/test-ledger.ts'

describe('the component map', () => {
  let story: Story
  let trust: TrustState
  before(async () => {
    story = await tellStory()
    trust = createTrustState(ORIGIN)
    await foldLog(trust, story.storage.log, story.storage.blobs, logIndex(0), STORY_SIZE)
  })
  after(() => story.ledger[Symbol.asyncDispose]())

  /** The root at each size that a step ended at. */
  async function roots(index: IndexStore, most: number): Promise<ReadonlyMap<number, string>> {
    const { log, blobs } = story.storage
    const map = new MapVersions()
    const found = new Map<number, string>()
    await index.reset(INDEX_RULES)
    for (let at = treeSize(0); at < STORY_SIZE;) {
      at = await followOnce({ storage: { log, blobs, index }, trust, most, map }, at, STORY_SIZE)
      found.set(at, formatHex(map.latest.root))
      // As after a restart: from the rows alone.
      expect(formatHex((await loadComponentMap(index)).latest.root)).to.equal(found.get(at))
    }
    return found
  }

  it('has the same root at every size in batches of any size, in memory and in SQLite, kept or loaded', async () => {
    const { index } = openMemoryStorage()
    const singly = await roots(index, 1)
    expect(new Set(singly.values()).size, 'each entry changes it').to.equal(STORY_SIZE)
    const sqlite = await openSqlite()
    for (const store of [index, sqlite.storage.index]) {
      for (const most of [1, 2, 3, 5, 8])
        for (const [size, root] of await roots(store, most))
          expect(root, `size ${size}, batches of ${most}`).to.equal(singly.get(size))
    }
    await sqlite.discard()
  })
})
