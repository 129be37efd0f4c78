/** The contract of `IndexStore` (ports.ts). */
import { expect } from 'chai'
import { describe } from 'mocha'
import { u64be } from '../../src/encoding/bytes.ts'
import type { IndexBatch, IndexReader, IndexRow } from '../../src/ledger/ports.ts'
import { describeKeys, describePostings } from './index-keys.ts'
import {
  anything,
  batch,
  express,
  indexDump,
  lodash,
  mapDump,
  posting,
  postingsOf,
  postingsUnder,
} from './index-samples.ts'
import { expectBug, reasonOf, testsOn, type OpenStorage } from './storage-under-test.ts'

export function describeIndexStore(name: string, open: OpenStorage): void {
  describe(`index store: ${name}`, () => {
    describePosition(open)
    describeKeys(open)
    describePostings(open)
    describeRows(open)
    describeSnapshots(open)
  })
}

function describePosition(open: OpenStorage): void {
  const test = testsOn(open)

  test('is at position 0 under no rules at first', async ({ index }) => {
    const position = await index.read((reader) => reader.position())
    expect(position).to.deep.equal({ through: 0, rules: 0 })
  })

  test('claims the position of the last batch, also one without postings', async ({ index }) => {
    await index.reset(1)
    await index.apply(batch(0, 3, { postings: [posting(lodash, 2)] }))
    await index.apply(batch(3, 10))
    const position = await index.read((reader) => reader.position())
    expect(position).to.deep.equal({ through: 10, rules: 1 })
  })

  const row: IndexRow = { table: 'total', key: anything, value: '{"refused":true}' }
  const refused: readonly [string, IndexBatch, (action: Promise<unknown>) => Promise<void>][] = [
    ['a batch that begins too late', batch(4, 6), stale],
    ['a batch that begins too early', batch(2, 6), stale],
    ['a batch that ends before it begins', batch(3, 2), (action) => expectBug(action, /before/)],
    [
      'a posting below the batch',
      batch(3, 6, { postings: [posting(lodash, 2)] }),
      (action) => expectBug(action, /outside/),
    ],
    [
      'a posting behind the batch',
      batch(3, 6, { postings: [posting(lodash, 6)] }),
      (action) => expectBug(action, /outside/),
    ],
    [
      'one entry twice under a key',
      batch(3, 6, { postings: [posting(express, 3), posting(lodash, 4), posting(lodash, 4)] }),
      (action) => expectBug(action, /ascend/),
    ],
    [
      'entries of a key in another order',
      batch(3, 6, { postings: [posting(lodash, 5), posting(express, 3), posting(lodash, 4)] }),
      (action) => expectBug(action, /ascend/),
    ],
    [
      'a key that is too long',
      batch(3, 6, { postings: [posting(new Uint8Array(1025), 4)] }),
      (action) => expectBug(action, /key/),
    ],
  ]
  for (const [title, given, expectRefusal] of refused) {
    test(`refuses ${title}, and leaves everything unchanged`, async ({ index }) => {
      await index.apply(batch(0, 3, { postings: [posting(lodash, 0)], rows: [{ ...row, value: '{}' }] }))
      const before = await indexDump(index)
      await expectRefusal(index.apply({ ...given, rows: [row] }))
      expect(await indexDump(index)).to.deep.equal(before)
    })
  }

  test('keeps everything when it is opened again', async ({ index }, reopen) => {
    await index.reset(4)
    await index.apply(batch(0, 600, { postings: postingsOf(lodash, 0, 600), rows: [row] }))
    const before = await indexDump(index)
    const again = await reopen()
    expect(await indexDump(again.index)).to.deep.equal(before)
    await again.index.apply(batch(600, 601, { postings: postingsOf(lodash, 600, 601) }))
  })

  test('is empty after a reset, at position 0 under the new rules', async ({ index }) => {
    await index.apply(
      batch(0, 600, {
        postings: [...postingsOf(lodash, 0, 600), posting(express, 1, 'status')],
        rows: [row],
      }),
    )
    await index.reset(2)
    const empty = {
      position: { through: 0, rules: 2 },
      components: [],
      status: [],
      rows: [[], [], [], []],
      values: [[], []],
      manifests: [],
    }
    expect(await indexDump(index)).to.deep.equal(empty)
    await index.apply(batch(0, 1, { postings: [posting(lodash, 0)] }))
    expect(await postingsUnder(index, lodash)).to.deep.equal([0])
  })
}

async function stale(action: Promise<unknown>): Promise<void> {
  expect(await reasonOf(action)).to.equal('stale-version')
}

function describeRows(open: OpenStorage): void {
  const test = testsOn(open)
  const row = (at: number, value: string): IndexRow => ({ table: 'entry', key: u64be(at), value })

  test('returns one result for each key asked for, in order', async ({ index }) => {
    await index.apply(
      batch(0, 3, { rows: [row(2, '"two"'), row(0, '"zero é"'), { ...row(0, '"image"'), table: 'image' }] }),
    )
    const found = await index.read((reader) => reader.rows('entry', [u64be(2), u64be(1), u64be(0), u64be(2)]))
    expect(found).to.deep.equal(['"two"', undefined, '"zero é"', '"two"'])
    expect(await index.read((reader) => reader.rows('image', [u64be(0), u64be(2)]))).to.deep.equal([
      '"image"',
      undefined,
    ])
    expect(await index.read((reader) => reader.rows('total', [u64be(0)]))).to.deep.equal([undefined])
  })

  test('puts a row in the place of the one with the same table and key, the last of a batch wins', async ({
    index,
  }) => {
    await index.apply(batch(0, 1, { rows: [row(0, '1')] }))
    await index.apply(batch(1, 2, { rows: [row(0, '2'), row(1, '3'), row(0, '4')] }))
    expect(await index.read((reader) => reader.scan('entry', { limit: 10 }))).to.deep.equal([
      row(0, '4'),
      row(1, '3'),
    ])
  })

  test('scans a table in byte order of its keys, page by page', async ({ index }) => {
    const numbers = [0, 1, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
    const rows = numbers.map((at) => row(at, String(at)))
    await index.apply(batch(0, 1, { rows: [...rows.toReversed(), { ...row(5, '5'), table: 'total' }] }))
    const scanned: IndexRow[] = []
    for (let limit = 2; limit === 2;) {
      const last = scanned.at(-1)
      const page = await index.read((reader) =>
        reader.scan('entry', { limit, ...(last && { after: last.key }) }),
      )
      scanned.push(...page)
      if (page.length < limit) limit = 0
    }
    expect(scanned).to.deep.equal(rows)
  })
}

function describeSnapshots(open: OpenStorage): void {
  const test = testsOn(open)
  const first = batch(0, 2, {
    postings: [posting(lodash, 0), posting(express, 1)],
    rows: [{ table: 'total', key: anything, value: '1' }],
  })
  const second = batch(2, 3, {
    postings: [posting(lodash, 2), posting(anything, 2)],
    rows: [{ table: 'total', key: anything, value: '2' }],
  })

  async function see(reader: IndexReader): Promise<unknown> {
    return {
      position: await reader.position(),
      keys: await mapDump(reader, 'components'),
      rows: await reader.rows('total', [anything]),
    }
  }

  test('shows one state to a reader while batches are applied and the index is emptied', async ({
    index,
  }) => {
    await index.apply(first)
    await index.read(async (reader) => {
      const before = await see(reader)
      await index.apply(second)
      expect(await see(reader)).to.deep.equal(before)
      await index.reset(9)
      expect(await see(reader)).to.deep.equal(before)
      expect(await postingsUnder(index, lodash), 'a reader that begins now').to.deep.equal([])
    })
    expect(await index.read((reader) => reader.position())).to.deep.equal({ through: 0, rules: 9 })
  })

  test('shows the state at which a read began, even if its first question comes later', async ({ index }) => {
    await index.apply(first)
    const seen = await index.read(async (reader) => {
      await index.apply(second)
      return reader.postings('components', lodash)
    })
    expect(seen).to.deep.equal([0])
    expect(await postingsUnder(index, lodash)).to.deep.equal([0, 2])
  })

  test('lets many reads stand open at once, each with its own state', async ({ index }) => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const reads: Promise<number>[] = []
    for (let size = 0; size < 12; size++) {
      const begun = new Promise<void>((resolve) => {
        const read = index.read(async (reader) => {
          resolve()
          await released
          return (await reader.postings('components', lodash)).length
        })
        reads.push(read)
      })
      await begun
      await index.apply(batch(size, size + 1, { postings: [posting(lodash, size)] }))
    }
    release()
    expect(await Promise.all(reads)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  test('hands on what a reader throws, and can be read and written afterwards', async ({ index }) => {
    const thrown = new Error('by the reader')
    const caught = await index.read(() => Promise.reject(thrown)).catch((cause: unknown) => cause)
    expect(caught).to.equal(thrown)
    await index.apply(first)
    expect(await postingsUnder(index, lodash)).to.deep.equal([0])
  })

  test('refuses a reader that is used after its read has ended', async ({ index }) => {
    await index.apply(first)
    const kept = await index.read(async (reader) => reader)
    await expectBug(kept.position(), /after its read had ended/)
    await index.read(() => expectBug(kept.postings('components', lodash), /after its read had ended/))
  })
}
