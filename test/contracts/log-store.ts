/** The contract of `LogStore` (ports.ts), and of the transaction that it shares with the blob store. */
import { expect } from 'chai'
import { describe } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Batch, LogStore } from '../../src/ledger/ports.ts'
import {
  aKey,
  allEntries,
  anAttestation,
  anotherKey,
  batchAt,
  blobOf,
  entriesAt,
  entryAt,
  logDump,
  noise,
  tilesAt,
} from './log-samples.ts'
import { expectBug, reasonOf, testsOn, type OpenStorage } from './storage-under-test.ts'

export function describeLogStore(name: string, open: OpenStorage): void {
  describe(`log store: ${name}`, () => {
    describeEntries(open)
    describeRefusals(open)
    describeTiles(open)
    describePublishing(open)
  })
}

async function indexesOf(found: ReturnType<LogStore['find']>): Promise<number[]> {
  return (await found).map((entry) => entry.index)
}

function describeEntries(open: OpenStorage): void {
  const test = testsOn(open)

  test('is empty at first', async (storage) => {
    expect(await storage.log.size()).to.equal(0)
    expect(await allEntries(storage.log)).to.deep.equal([])
    expect(await storage.log.published()).to.equal(undefined)
    expect(await storage.log.find(anAttestation)).to.deep.equal([])
  })

  test('returns entries as they were appended, over several batches', async ({ log }) => {
    await log.append(batchAt(0, 3))
    await log.append(batchAt(3, 4))
    await log.append(batchAt(4, 300))
    expect(await log.size()).to.equal(300)
    expect(await allEntries(log)).to.deep.equal(entriesAt(0, 300))
  })

  test('keeps everything when it is opened again', async (storage, reopen) => {
    await storage.log.append(batchAt(0, 300, { blobs: [blobOf(utf8('what was signed'))] }))
    await storage.log.publish({ size: treeSize(300), note: 'note of 300\n' })
    const before = await logDump(storage)
    const again = await reopen()
    expect(await logDump(again)).to.deep.equal(before)
    expect(await again.blobs.get(blobOf(utf8('what was signed')).digest)).to.deep.equal(
      utf8('what was signed'),
    )
    await again.log.append(batchAt(300, 301))
  })

  test('returns a range, fewer entries where the log ends, none behind it', async ({ log }) => {
    await log.append(batchAt(0, 10))
    expect(await log.entries(logIndex(3), treeSize(7))).to.deep.equal(entriesAt(3, 7))
    expect(await log.entries(logIndex(8), treeSize(20))).to.deep.equal(entriesAt(8, 10))
    expect(await log.entries(logIndex(10), treeSize(20))).to.deep.equal([])
    expect(await log.entries(logIndex(15), treeSize(20))).to.deep.equal([])
    expect(await log.entries(logIndex(5), treeSize(5))).to.deep.equal([])
  })

  test('returns the leaves of a range alone, as it returns its entries', async ({ log }) => {
    await log.append(batchAt(0, 10))
    for (const [from, to] of [
      [0, 10],
      [3, 7],
      [8, 20],
      [10, 20],
      [15, 20],
      [5, 5],
    ] as const) {
      const leaves = entriesAt(from, Math.max(from, Math.min(to, 10))).map((entry) => entry.leaf)
      expect(await log.leaves(logIndex(from), treeSize(to)), `${from} to ${to}`).to.deep.equal(leaves)
    }
    const [first] = await log.leaves(logIndex(0), treeSize(1))
    first?.fill(0)
    expect(await log.leaves(logIndex(0), treeSize(1))).to.deep.equal([entryAt(0).leaf])
  })

  test('finds entries by attestation, and by attestation and key, lowest index first', async ({ log }) => {
    const entries = [
      entryAt(0),
      entryAt(1, { attestation: anAttestation, key: anotherKey }),
      entryAt(2, { attestation: anAttestation, key: aKey }),
      entryAt(3, { attestation: anAttestation, key: anotherKey }),
      entryAt(4, { key: anotherKey }),
    ]
    await log.append(batchAt(0, 5, { entries }))
    expect(await log.find(anAttestation)).to.deep.equal(entries.slice(1, 4))
    expect(await indexesOf(log.find(anAttestation, anotherKey))).to.deep.equal([1, 3])
    expect(await indexesOf(log.find(anAttestation, aKey))).to.deep.equal([2])
    expect(await indexesOf(log.find(entryAt(0).attestation, anotherKey))).to.deep.equal([])
  })

  test('finds the first entry by any of some keys, within a range', async ({ log }) => {
    const entries = [0, 1, 2, 3].map((index) => entryAt(index, { key: index % 2 === 0 ? aKey : anotherKey }))
    await log.append(batchAt(0, 4, { entries }))
    const firstBy = async (keys: Parameters<LogStore['firstBy']>[0], from: number, to: number) =>
      (await log.firstBy(keys, logIndex(from), treeSize(to)))?.index
    expect(await log.firstBy([anotherKey], logIndex(0), treeSize(4))).to.deep.equal(entries[1])
    expect(await firstBy([anotherKey], 2, 4)).to.equal(3)
    expect(await firstBy([anotherKey], 2, 3)).to.equal(undefined)
    expect(await firstBy([anotherKey, aKey], 0, 4)).to.equal(0)
    expect(await firstBy([anotherKey, aKey], 1, 4)).to.equal(1)
    expect(await firstBy([], 0, 4)).to.equal(undefined)
  })

  test('stores leaves of every permitted length', async ({ log }) => {
    const entries = [0, 1, 65_535].map((length, i) => entryAt(i, { leaf: new Uint8Array(length).fill(i) }))
    await log.append(batchAt(0, 3, { entries, tiles: [] }))
    expect(await allEntries(log)).to.deep.equal(entries)
    expect(await log.leaves(logIndex(0), treeSize(3))).to.deep.equal(entries.map((entry) => entry.leaf))
  })

  test('returns leaves of any bytes as they are, also such as are no text', async ({ log }) => {
    const leaves = [
      Uint8Array.of(0),
      Uint8Array.of(0xff, 0, 0xc3),
      noise(300),
      Uint8Array.of(0x2c, 0xed, 0xa0, 0x80),
    ]
    const entries = leaves.map((leaf, i) => entryAt(i, { leaf }))
    await log.append(batchAt(0, 4, { entries, tiles: [] }))
    expect(await log.leaves(logIndex(0), treeSize(4))).to.deep.equal(leaves)
  })

  test('stores blobs with the entries', async ({ log, blobs }) => {
    const blob = blobOf(utf8('what was signed'))
    await log.append(batchAt(0, 1, { blobs: [blob] }))
    await log.append(batchAt(1, 2, { blobs: [blob] }))
    expect(await blobs.get(blob.digest)).to.deep.equal(blob.bytes)
  })

  test('keeps its own copies: neither what it was given nor what it returned can change it', async (storage) => {
    const batch = batchAt(0, 2)
    await storage.log.append(batch)
    for (const entry of batch.entries) entry.leaf.fill(0)
    for (const tile of batch.tiles) tile.hashes.fill(0)
    const [first] = await allEntries(storage.log)
    first?.leafHash.fill(0)
    const [tile] = await storage.log.tiles([{ level: 0, index: 0 }])
    tile?.fill(0)
    expect(await allEntries(storage.log)).to.deep.equal(entriesAt(0, 2))
    expect(await storage.log.tiles([{ level: 0, index: 0 }])).to.deep.equal([tilesAt(0, 2)[0]?.hashes])
  })
}

function describeRefusals(open: OpenStorage): void {
  const test = testsOn(open)
  const marker = blobOf(utf8('a blob of a refused batch'))

  function refuses(
    title: string,
    batch: Batch,
    expectRefusal: (action: Promise<void>) => Promise<unknown>,
  ): void {
    test(`refuses ${title}, and leaves everything unchanged`, async (storage) => {
      await storage.log.append(batchAt(0, 5))
      const before = await logDump(storage)
      await expectRefusal(storage.log.append({ ...batch, blobs: [...batch.blobs, marker] }))
      expect(await logDump(storage)).to.deep.equal(before)
      expect(await storage.blobs.get(marker.digest)).to.equal(undefined)
      await storage.log.append(batchAt(5, 8))
      expect(await allEntries(storage.log)).to.deep.equal(entriesAt(0, 8))
    })
  }

  const stale = async (action: Promise<void>) => expect(await reasonOf(action)).to.equal('stale-version')
  const duplicate = async (action: Promise<void>) => expect(await reasonOf(action)).to.equal('already-exists')
  const sameLeafAs = (index: number, other: number) => entryAt(index, { leaf: entryAt(other).leaf })

  refuses('a batch that begins too late', batchAt(6, 8), stale)
  refuses('a batch that begins too early', batchAt(4, 8), stale)
  refuses('a leaf that is in the log', batchAt(5, 7, { entries: [entryAt(5), sameLeafAs(6, 2)] }), duplicate)
  refuses('one leaf twice', batchAt(5, 7, { entries: [entryAt(5), sameLeafAs(6, 5)] }), duplicate)
  refuses('a gap', batchAt(5, 8, { entries: [entryAt(5), entryAt(7)] }), (action) =>
    expectBug(action, /expected entry 6/),
  )
  refuses('entries out of order', batchAt(5, 7, { entries: [entryAt(6), entryAt(5)] }), (action) =>
    expectBug(action, /expected entry 5/),
  )
  refuses(
    'a leaf hash of another leaf',
    batchAt(5, 6, { entries: [entryAt(5, { leafHash: entryAt(6).leafHash })] }),
    (action) => expectBug(action, /leaf hash/),
  )
  refuses(
    'a leaf that is too long',
    batchAt(5, 6, { entries: [entryAt(5, { leaf: new Uint8Array(65_536) })] }),
    (action) => expectBug(action, /too many/),
  )
  refuses(
    'a blob under another name',
    batchAt(5, 6, { blobs: [{ digest: anAttestation, bytes: utf8('something else') }] }),
    (action) => expectBug(action, /another hash/),
  )
  refuses(
    'a tile that does not begin with what is stored',
    batchAt(5, 8, { tiles: [{ level: 0, index: 0, hashes: new Uint8Array(8 * 32) }] }),
    (action) => expectBug(action, /tile/),
  )
  refuses('a tile that is narrower than what is stored', batchAt(5, 8, { tiles: tilesAt(0, 4) }), (action) =>
    expectBug(action, /tile/),
  )
  for (const length of [0, 31, 33, 257 * 32]) {
    const hashes = new Uint8Array(length)
    refuses(
      `a tile of ${length} bytes`,
      batchAt(5, 8, { tiles: [{ level: 1, index: 0, hashes }] }),
      (action) => expectBug(action, /no tile/),
    )
  }
}

function describeTiles(open: OpenStorage): void {
  const test = testsOn(open)

  test('widens tiles, one result for each place asked for, in order', async ({ log }) => {
    const firstTile = async () => (await log.tiles([{ level: 0, index: 0 }]))[0]
    expect(await firstTile()).to.equal(undefined)
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 255],
      [255, 256],
      [256, 600],
    ] as const) {
      await log.append(batchAt(from, to))
      expect(await firstTile()).to.deep.equal(tilesAt(0, Math.min(to, 256))[0]?.hashes)
    }
    const [zero, one, two] = tilesAt(0, 600)
    const places = [2, 9, 0, 1, 2].map((index) => ({ level: 0, index }))
    expect(await log.tiles([...places, { level: 1, index: 0 }])).to.deep.equal([
      two?.hashes,
      undefined,
      zero?.hashes,
      one?.hashes,
      two?.hashes,
      undefined,
    ])
  })

  test('keeps levels apart', async ({ log }) => {
    const hashes = new Uint8Array(32).fill(7)
    await log.append(batchAt(0, 1, { tiles: [...tilesAt(0, 1), { level: 1, index: 0, hashes }] }))
    const stored = await log.tiles([
      { level: 1, index: 0 },
      { level: 0, index: 0 },
    ])
    expect(stored).to.deep.equal([hashes, tilesAt(0, 1)[0]?.hashes])
  })
}

function describePublishing(open: OpenStorage): void {
  const test = testsOn(open)
  const note = (size: number, text = `note of ${size}\n`) => ({ size: treeSize(size), note: text })

  test('shows the newest published note', async ({ log }) => {
    await log.append(batchAt(0, 5))
    await log.publish(note(0))
    await log.publish(note(3))
    await log.publish(note(5))
    expect(await log.published()).to.deep.equal(note(5))
  })

  test('keeps every published note, in order of size', async ({ log }) => {
    await log.append(batchAt(0, 5))
    for (const size of [0, 3, 4, 5]) await log.publish(note(size))
    expect(await log.notes(treeSize(0), treeSize(6))).to.deep.equal([0, 3, 4, 5].map((size) => note(size)))
    expect(await log.notes(treeSize(1), treeSize(5))).to.deep.equal([note(3), note(4)])
    expect(await log.notes(treeSize(1), treeSize(3))).to.deep.equal([])
  })

  test('takes the same note twice as once', async ({ log }) => {
    await log.append(batchAt(0, 5))
    await log.publish(note(5))
    await log.publish(note(5))
    expect(await log.published()).to.deep.equal(note(5))
  })

  test('never goes back to a smaller size, not even to a note that was public', async ({ log }) => {
    await log.append(batchAt(0, 5))
    await log.publish(note(3))
    await log.publish(note(5))
    expect(await reasonOf(log.publish(note(3)))).to.equal('rollback')
    expect(await reasonOf(log.publish(note(4)))).to.equal('rollback')
    expect(await log.published()).to.deep.equal(note(5))
  })

  test('never publishes two notes for one size', async ({ log }) => {
    await log.append(batchAt(0, 5))
    await log.publish(note(5))
    expect(await reasonOf(log.publish(note(5, 'another note\n')))).to.equal('fork')
    expect(await log.published()).to.deep.equal(note(5))
  })

  test('never publishes a size that is not committed', async ({ log }) => {
    await log.append(batchAt(0, 5))
    await expectBug(log.publish(note(6)), /5 entries/)
    expect(await log.published()).to.equal(undefined)
  })
}
