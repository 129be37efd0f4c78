/** The contract of the output logs (ports.ts `OutputStorage`). */
import { expect } from 'chai'
import { describe } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { LogLeaf, OutputStore, Storage, TreeBatch } from '../../src/ledger/ports.ts'
import { batchAt, entriesAt, entryAt, tilesAt } from './log-samples.ts'
import { describeSignerState } from './signer-state.ts'
import { expectBug, reasonOf, testsOn, type OpenStorage } from './storage-under-test.ts'

/** Entries of the log's samples, of which an output log keeps the leaf alone. */
function outputBatch(from: number, to: number, given: Partial<TreeBatch> = {}): TreeBatch {
  return { from: treeSize(from), entries: leavesAt(from, to), tiles: tilesAt(from, to), ...given }
}

function leavesAt(from: number, to: number): LogLeaf[] {
  return entriesAt(from, to).map(({ index, leaf, leafHash }) => ({ index, leaf, leafHash }))
}

async function dump(store: OutputStore): Promise<unknown> {
  return {
    size: await store.size(),
    entries: await store.entries(logIndex(0), treeSize(1_000)),
    tiles: await store.tiles([0, 1].map((index) => ({ level: 0, index }))),
    published: await store.published(),
  }
}

const note = (size: number, text = `note of ${size}\n`) => ({ size: treeSize(size), note: text })

export function describeOutputStorage(name: string, open: OpenStorage): void {
  for (const map of ['components', 'status'] as const)
    describeSignerState(`${name}, output log of ${map}`, open, ({ outputs }) => outputs[map].signer)
  describe(`output logs: ${name}`, () => {
    const test = testsOn(open)
    describeKeeping(test)
    describeRefusing(test)
  })
}

function describeKeeping(test: ReturnType<typeof testsOn>): void {
  test('keep leaves, tiles and notes, also when they are opened again', async (storage, reopen) => {
    const { store } = storage.outputs.status
    await store.append(outputBatch(0, 1))
    await store.append(outputBatch(1, 300))
    await store.publish(note(1))
    await store.publish(note(300))
    const again = await reopen()
    const { store: stored } = again.outputs.status
    expect(await stored.size()).to.equal(300)
    expect(await stored.entries(logIndex(0), treeSize(300))).to.deep.equal(leavesAt(0, 300))
    expect(await stored.leaves(logIndex(298), treeSize(400))).to.deep.equal(
      entriesAt(298, 300).map(({ leaf }) => leaf),
    )
    expect(await stored.tiles([{ level: 0, index: 0 }])).to.deep.equal([tilesAt(0, 300)[0]?.hashes])
    expect(await stored.notes(treeSize(0), treeSize(301))).to.deep.equal([note(1), note(300)])
    await stored.append(outputBatch(300, 301))
  })

  test('keep one cosignature of each key under a published note: the newest', async (storage, reopen) => {
    const { store } = storage.outputs.status
    const by = (cosigner: string, signedAt: number) => {
      return { size: treeSize(1), cosigner, signedAt, line: `— ${cosigner} ${signedAt}\n` }
    }
    await store.append(outputBatch(0, 2))
    await store.publish(note(1))
    for (const [cosigner, signedAt] of [
      ['b', 20],
      ['a', 30],
      ['b', 40],
      ['a', 10],
    ] as const)
      await store.cosign(by(cosigner, signedAt))
    await expectBug(store.cosign({ ...by('a', 50), size: treeSize(2) }), /published note|FOREIGN KEY/)
    const again = (await reopen()).outputs
    expect(await again.status.store.cosignatures(treeSize(1))).to.deep.equal([by('a', 30), by('b', 40)])
    expect(await again.components.store.cosignatures(treeSize(1))).to.deep.equal([])
  })

  test('are apart from each other and from the log', async ({ log, outputs, signer }) => {
    await log.append(batchAt(0, 3))
    await outputs.components.store.append(outputBatch(0, 2))
    await outputs.components.store.publish(note(2))
    expect(await outputs.status.store.size()).to.equal(0)
    expect(await outputs.status.store.published()).to.equal(undefined)
    expect(await log.size()).to.equal(3)
    expect(await log.published()).to.equal(undefined)
    await outputs.status.signer.replace(undefined, { ...note(0), root: new Uint8Array(32) })
    expect(await outputs.components.signer.read()).to.equal(undefined)
    expect(await signer.read()).to.equal(undefined)
  })

  test('keep one leaf twice: the same root may be published again', async ({ outputs }) => {
    const entries = [0, 1].map((index) => ({ ...entryAt(0), index: logIndex(index) }))
    await outputs.status.store.append(outputBatch(0, 2, { entries, tiles: [] }))
    expect(await outputs.status.store.size()).to.equal(2)
  })
}

function describeRefusing(test: ReturnType<typeof testsOn>): void {
  const refused: readonly [string, TreeBatch, (action: Promise<void>) => Promise<unknown>][] = [
    [
      'a batch that begins too late',
      outputBatch(6, 7),
      async (action) => expect(await reasonOf(action)).to.equal('stale-version'),
    ],
    [
      'a leaf hash of another leaf',
      outputBatch(5, 6, { entries: [{ ...entryAt(5), leafHash: entryAt(6).leafHash }] }),
      (action) => expectBug(action, /leaf hash/),
    ],
    [
      'a tile that does not begin with what is stored',
      outputBatch(5, 6, { tiles: [{ level: 0, index: 0, hashes: new Uint8Array(6 * 32) }] }),
      (action) => expectBug(action, /tile/),
    ],
  ]
  for (const [title, batch, expectRefusal] of refused) {
    test(`refuse ${title}, and stay as they are`, async ({ outputs }) => {
      const { store } = outputs.components
      await store.append(outputBatch(0, 5))
      const before = await dump(store)
      await expectRefusal(store.append(batch))
      expect(await dump(store)).to.deep.equal(before)
    })
  }

  test('never publish two notes of one size, nor a smaller one', async ({ outputs }: Storage) => {
    const { store } = outputs.components
    await store.append(outputBatch(0, 5))
    await store.publish(note(5))
    await store.publish(note(5))
    expect(await reasonOf(store.publish(note(5, 'another\n')))).to.equal('fork')
    expect(await reasonOf(store.publish(note(4)))).to.equal('rollback')
    await expectBug(store.publish(note(6)), /5 entries/)
    expect(await store.published()).to.deep.equal(note(5))
  })
}
