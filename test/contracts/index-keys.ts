/** The contract of `IndexStore` (ports.ts): keys under a prefix, and posting lists. */
import { expect } from 'chai'
import fc from 'fast-check'
import { logIndex, treeSize, type LogIndex } from '../../src/brand.ts'
import { compareBytes } from '../../src/encoding/bytes.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import type { IndexStore } from '../../src/ledger/ports.ts'
import { appendPostings, emptyPostings, postingValue } from '../../src/map/posting-list.ts'
import {
  anything,
  batch,
  express,
  indexDump,
  keysUnder,
  lodash,
  posting,
  postingsOf,
  postingsUnder,
} from './index-samples.ts'
import { testsOn, type OpenStorage } from './storage-under-test.ts'

export function describeKeys(open: OpenStorage): void {
  const test = testsOn(open)
  /** In byte order. */
  const keys = [
    [],
    [0],
    [0, 0],
    [0, 1],
    [1],
    [1, 0xfe, 0xff],
    [1, 0xff],
    [1, 0xff, 0],
    [1, 0xff, 0xff],
    [1, 0xff, 0xff, 7],
    [2],
    [0x7f],
    [0x80, 0],
    [0xc3, 0xa9],
    [0xff],
    [0xff, 0],
    [0xff, 0xff],
    [0xff, 0xff, 0xff],
  ]
  const given = keys.toReversed().map((key) => posting(Uint8Array.from(key), 0))
  const isUnder = (key: number[], prefix: number[]) => prefix.every((byte, i) => key[i] === byte)
  const prefixes = [...keys, [3], [0xfe], [0xff, 0xfe], [1, 0xff, 0xff, 0xff]]

  test('finds the keys under every prefix in byte order, with zero bytes and with ff at the end', async ({
    index,
  }) => {
    await index.apply(batch(0, 1, { postings: given }))
    for (const prefix of prefixes) {
      const expected = keys.filter((key) => isUnder(key, prefix))
      expect(await keysUnder(index, 'components', Uint8Array.from(prefix)), `prefix ${prefix}`).to.deep.equal(
        expected,
      )
    }
  })

  test('goes on after any byte string, stored or not, and never leaves the prefix', async ({ index }) => {
    await index.apply(batch(0, 1, { postings: given }))
    for (const prefix of prefixes) {
      for (const after of prefixes) {
        const afterBytes = Uint8Array.from(after)
        const expected = keys.filter(
          (key) => isUnder(key, prefix) && compareBytes(Uint8Array.from(key), afterBytes) > 0,
        )
        const found = await keysUnder(index, 'components', Uint8Array.from(prefix), { after: afterBytes })
        expect(found, `prefix ${prefix} after ${after}`).to.deep.equal(expected)
      }
    }
  })

  test('hands out pages that together are everything', async ({ index }) => {
    await index.apply(batch(0, 1, { postings: given }))
    expect(await keysUnder(index, 'components', anything, { limit: 0 })).to.deep.equal([])
    for (const limit of [1, 2, 5, keys.length, 1000]) {
      const pages = await keysUnder(index, 'components', anything, { limit })
      for (let page = pages; page.length === limit;) {
        page = await keysUnder(index, 'components', anything, {
          limit,
          after: Uint8Array.from(pages.at(-1) ?? []),
        })
        pages.push(...page)
      }
      expect(pages, `limit ${limit}`).to.deep.equal(keys)
    }
  })

  test('keeps the two maps apart', async ({ index }) => {
    await index.apply(
      batch(0, 2, {
        postings: [posting(lodash, 0), posting(lodash, 1, 'status'), posting(express, 1, 'status')],
      }),
    )
    expect(await keysUnder(index, 'components', anything)).to.deep.equal([[...lodash]])
    expect(await keysUnder(index, 'status', anything)).to.deep.equal([[...express], [...lodash]])
    expect(await postingsUnder(index, lodash)).to.deep.equal([0])
    expect(await postingsUnder(index, lodash, 'status')).to.deep.equal([1])
  })
}

export function describePostings(open: OpenStorage): void {
  const test = testsOn(open)
  const sizes = [0, 1, 255, 256, 257, 511, 512, 513, 1000]

  for (const size of sizes) {
    test(`returns a complete list of ${size} postings, and its count`, async ({ index }) => {
      const postings = postingsOf(lodash, 0, size)
      await index.apply(batch(0, size, { postings }))
      expect(await postingsUnder(index, lodash)).to.deep.equal(postings.map((one) => one.index))
      const rows = await index.read((reader) => reader.keys('components', lodash))
      expect(rows.map((one) => one.count)).to.deep.equal(size === 0 ? [] : [size])
    })
  }

  test('returns nothing for a key that only is the beginning of another one', async ({ index }) => {
    await index.apply(batch(0, 1, { postings: [posting(lodash, 0)] }))
    expect(await postingsUnder(index, utf8('lodash@'))).to.deep.equal([])
  })

  test('makes of many small batches what one large batch makes', async ({ index }, reopen) => {
    const postings = Array.from({ length: 700 }, (_, i) => [
      posting(lodash, i),
      ...(i % 3 === 0 ? [posting(express, i)] : []),
    ])
    await index.apply(batch(0, 700, { postings: postings.flat() }))
    const atOnce = await indexDump(index)
    await index.reset(0)
    for (let at = 0; at < 700;) {
      const to = Math.min(700, at + 1 + (at % 19))
      await index.apply(batch(at, to, { postings: postings.slice(at, to).flat() }))
      at = to
    }
    expect(await indexDump(index)).to.deep.equal(atOnce)
    expect(await indexDump((await reopen()).index)).to.deep.equal(atOnce)
  })

  test('keeps positions over the whole range, whatever lies between them', async ({ index }) => {
    const indexes = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 50, 2 ** 53 - 2]
    await index.apply(batch(0, 2 ** 53 - 1, { postings: indexes.map((at) => posting(lodash, at)) }))
    expect(await postingsUnder(index, lodash)).to.deep.equal(indexes)
  })

  test('tells the value of each key it added to, and shows the values in byte order', async ({ index }) => {
    await index.apply(batch(0, 300, { postings: postingsOf(lodash, 0, 300) }))
    const changed = await index.apply(
      batch(300, 302, {
        postings: [posting(lodash, 301), posting(express, 300), posting(lodash, 301, 'status')],
      }),
    )
    const valueOf = (indexes: readonly number[]) =>
      postingValue(appendPostings(emptyPostings, indexes.map(logIndex)))
    const ofLodash = { key: lodash, last: 301, value: valueOf([...Array(300).keys(), 301]) }
    const ofExpress = { key: express, last: 300, value: valueOf([300]) }
    expect([...changed]).to.deep.equal([
      [
        { map: 'components', ...ofExpress },
        { map: 'components', ...ofLodash },
        { map: 'status', ...ofLodash, value: valueOf([301]) },
      ],
    ])
    await index.read(async (reader) => {
      expect(await reader.values('components', { limit: 9 })).to.deep.equal([ofExpress, ofLodash])
      expect(await reader.values('components', { limit: 1 })).to.deep.equal([ofExpress])
      expect(await reader.values('components', { after: express, limit: 9 })).to.deep.equal([ofLodash])
    })
  })

  test('takes what is no array in pieces, once, and tells the same values', async ({ index }) => {
    const keyAt = (at: number) => utf8(`key-${at}`)
    const entries = [0, 1].map(logIndex)
    const perEntry = 20_000
    function* postings() {
      for (const entry of entries) for (let i = 0; i < perEntry; i++) yield posting(keyAt(i), entry)
    }
    const pieces = [...(await index.apply(batch(0, 2, { postings: postings() })))]
    const values = new Map(pieces.flat().map((one) => [parseUtf8(one.key), one]))
    const value = postingValue(appendPostings(emptyPostings, entries))
    const sorted = Array.from({ length: perEntry }, (_, i) => keyAt(i)).sort(compareBytes)
    const expected = sorted.map((key) => ({ key, last: 1, value }))
    expect(await index.read((reader) => reader.values('components', { limit: 99_999 }))).to.deep.equal(
      expected,
    )
    expect(sorted.map((key) => values.get(parseUtf8(key)))).to.deep.equal(
      expected.map((one) => ({ map: 'components', ...one })),
    )
  })

  test('keeps the roots of manifests until it is reset', async ({ index }, reopen) => {
    const rootAt = (at: number) => ({ index: logIndex(at), lines: at, root: new Uint8Array(32).fill(at) })
    await index.apply(batch(0, 2, { manifests: [rootAt(0), rootAt(1)] }))
    await index.apply(batch(2, 3, { manifests: [rootAt(2)] }))
    const again = (await reopen()).index
    const kept = (from: number, to: number) =>
      again.read((reader) => reader.manifests(logIndex(from), treeSize(to)))
    expect(await kept(0, 9)).to.deep.equal([rootAt(0), rootAt(1), rootAt(2)])
    expect(await kept(1, 2)).to.deep.equal([rootAt(1)])
    await again.reset(1)
    expect(await kept(0, 9)).to.deep.equal([])
  })

  test('holds what a plain model holds, for any batches', async ({ index }) => {
    const keyNames = fc.constantFrom('a', 'ab', 'b', '\u00ff', '\0')
    const batches = fc.array(fc.array(fc.uniqueArray(keyNames), { maxLength: 40 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(batches, (given) => agreesWithModel(index, given)),
      { numRuns: 30 },
    )
  })
}

/** Applies batches, each a list of entries, each a list of the keys it states, to the index and to a plain map. */
async function agreesWithModel(index: IndexStore, batches: readonly (readonly string[][])[]): Promise<void> {
  const model = new Map<string, LogIndex[]>()
  await index.reset(1)
  let next = 0
  for (const entries of batches) {
    const from = next
    const postings = entries.flatMap((names) => {
      const at = next++
      for (const name of names) model.set(name, [...(model.get(name) ?? []), logIndex(at)])
      return names.map((name) => posting(utf8(name), at))
    })
    await index.apply(batch(from, next, { postings }))
  }
  for (const name of ['a', 'ab', 'b', '\u00ff', '\0']) {
    expect(await postingsUnder(index, utf8(name))).to.deep.equal(model.get(name) ?? [])
  }
  const values = await index.read((reader) => reader.values('components', { limit: 9 }))
  expect(values.map(({ value }) => value)).to.deep.equal(
    [...model]
      .sort(([a], [b]) => compareBytes(utf8(a), utf8(b)))
      .map(([, indexes]) => postingValue(appendPostings(emptyPostings, indexes))),
  )
}
