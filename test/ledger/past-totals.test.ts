/** What a question as of an earlier size costs: anybody may ask it. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import { systemClock } from '../../src/cli/system-clock.ts'
import { formatCursor } from '../../src/ledger/cursor.ts'
import { createPastTotals } from '../../src/ledger/past-totals.ts'
import type { MapReader, Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { createTestLedger, digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

/** A storage that tells how many rows of entries were read from its index. */
function countingStorage(): Storage & { readonly read: { entries: number } } {
  const storage = openMemoryStorage()
  const read = { entries: 0 }
  const counting = (reader: MapReader): MapReader => ({
    ...reader,
    rows: (table, wanted) => {
      if (table === 'entry') read.entries += wanted.length
      return reader.rows(table, wanted)
    },
  })
  const index = {
    ...storage.index,
    read: <T>(use: (reader: MapReader) => Promise<T>) => storage.index.read((one) => use(counting(one))),
  }
  return { ...storage, index, read }
}

describe('a question as of an earlier size', () => {
  it('reads what its answer needs; what came since is counted once', async () => {
    const storage = countingStorage()
    await using ledger = await createTestLedger(storage, { batchWindowMs: 0 })
    const names = Array.from({ length: 60 }, (_, at) => `image-${at}`)
    await Promise.all(
      names.map((name) => ledger.submit(signEnvelope(sbomPayload(name, ['a@1.0.0']), keys.ci))),
    )
    const ask = async (at: number): Promise<number> => {
      const before = storage.read.entries
      const { coverage } = await ledger.images({ component: 'pkg:npm/b' }, { at: treeSize(at) })
      expect(coverage.images).to.equal(at - 1)
      return storage.read.entries - before
    }
    await ledger.images({ component: 'pkg:npm/b' })
    // The root's entry is shown by every answer, for each of two purposes.
    for (const at of [2, 30, 50]) {
      expect(await ask(at), `first at ${at}`).to.be.below(70)
      expect(await ask(at), `again at ${at}`).to.be.below(4)
    }
  })

  it('can be asked as of nothing, by a cursor that nobody was given', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(sbomPayload('shop', ['a@1.0.0']), keys.ci))
    const asked = { component: 'pkg:npm/a' }
    const place = { first: logIndex(0), image: imageDigest(digestOf('0')), through: treeSize(0) }
    const { items, coverage, next } = await ledger.images({ ...asked, cursor: formatCursor(asked, place) })
    expect([items, coverage.images, next]).to.deep.equal([[], 0, undefined])
  })
})

describe('totals of the past', () => {
  const totals = { images: 1, withSbom: 1 }

  it('are counted one at a time, once for each size, and no more wait than are allowed', async () => {
    const past = createPastTotals(systemClock)
    let [running, most, counts] = [0, 0, 0]
    const count = async (pause: () => Promise<void>) => {
      most = Math.max(most, ++running)
      counts++
      await pause()
      running--
      return totals
    }
    const sizes = Array.from({ length: 8 }, (_, at) => treeSize(at))
    const asked = [...sizes, ...sizes].map((at) => past.of(at, count))
    expect((await asyncRefusal(past.of(treeSize(99), count))).class).to.equal('busy')
    expect(await Promise.all(asked)).to.deep.equal(asked.map(() => totals))
    expect([most, counts]).to.deep.equal([1, sizes.length])
    expect(await past.of(treeSize(99), count)).to.equal(totals)
  })

  it('are asked for again after a failure', async () => {
    const past = createPastTotals(systemClock)
    const failing = past.of(treeSize(1), () => Promise.reject(new Error('no')))
    expect(await failing.catch(String)).to.equal('Error: no')
    expect(await past.of(treeSize(1), async () => totals)).to.equal(totals)
  })
})
