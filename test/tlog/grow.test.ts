import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { growTiles, rightmostPlaces } from '../../src/tlog/grow.ts'
import { tilesOfSize } from '../../src/tlog/tile.ts'
import { refusal } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'
import { tileKey, tileStore } from '../helpers/tile-store.ts'

function dump(tiles: ReadonlyMap<string, Uint8Array>): string[] {
  return [...tiles].map(([key, hashes]) => `${key} ${formatHex(hashes)}`).toSorted()
}

describe('growing tiles', () => {
  it('makes the tiles of the size, each hash the root of the subtree it stands for', () => {
    const leaves = leafHashesFrom(0, 70_000)
    const tree = referenceTree(leaves)
    for (const size of [1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000]) {
      const store = tileStore()
      store.append(leaves.slice(0, size))
      const expected = tilesOfSize(treeSize(size))
      expect([...store.tiles.keys()]).to.have.members(expected.map(tileKey))
      for (const tile of expected) {
        const hashes = store.tiles.get(tileKey(tile)) ?? new Uint8Array(0)
        expect(hashes.length).to.equal(tile.width * 32)
        for (const at of [0, Math.floor(tile.width / 2), tile.width - 1]) {
          const leavesPerHash = 256 ** tile.level
          const from = (tile.index * 256 + at) * leavesPerHash
          const hash = formatHex(hashes.subarray(at * 32, at * 32 + 32))
          expect(hash, `${size}: ${tileKey(tile)} hash ${at}`).to.equal(
            formatHex(tree.root(from, from + leavesPerHash)),
          )
        }
      }
    }
  })

  it('makes the same tiles however the entries are split into batches', () => {
    const batches = fc.array(fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(255, 256, 257)), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(batches, (batches) => {
        const [split, once] = [tileStore(), tileStore()]
        for (const batch of batches) split.append(leafHashesFrom(split.size, split.size + batch))
        once.append(leafHashesFrom(0, split.size))
        expect(dump(split.tiles)).to.deep.equal(dump(once.tiles))
      }),
      { numRuns: 60 },
    )
  })

  it('makes the same tiles one entry at a time, past the first two levels', () => {
    const [single, once] = [tileStore(), tileStore()]
    for (const leaf of leafHashesFrom(0, 800)) single.append([leaf])
    once.append(leafHashesFrom(0, 800))
    expect(dump(single.tiles)).to.deep.equal(dump(once.tiles))
  })

  it('touches only the tiles that the batch begins or widens, and each as an extension of what was there', () => {
    const store = tileStore()
    store.append(leafHashesFrom(0, 1000))
    const rightmost = rightmostPlaces(treeSize(1000)).map((place) => store.tiles.get(tileKey(place)))
    const before = rightmost.map((tile) => tile && formatHex(tile))
    const { tiles } = growTiles(treeSize(1000), rightmost, leafHashesFrom(1000, 1100))
    expect(tiles.map((tile) => `${tileKey(tile)} ${tile.hashes.length / 32}`)).to.deep.equal([
      '0/3 256',
      '0/4 76',
      '1/0 4',
    ])
    expect(formatHex(tiles[0]?.hashes ?? new Uint8Array(0)).startsWith(before[0] ?? 'missing')).to.equal(true)
    expect(
      rightmost.map((tile) => tile && formatHex(tile)),
      'the given tiles are left alone',
    ).to.deep.equal(before)
    expect(growTiles(treeSize(1000), rightmost, []).tiles).to.deep.equal([])
  })

  it('hands on the rightmost tiles, so that the next batch need not read them', () => {
    let size = treeSize(0)
    let rightmost: readonly (Uint8Array | undefined)[] = []
    const store = tileStore()
    for (const batch of [3, 253, 0, 1, 700, 67_000, 64, 1]) {
      const leaves = leafHashesFrom(size, size + batch)
      const growth = growTiles(size, rightmost, leaves)
      store.append(leaves)
      size = store.size
      rightmost = growth.rightmost
      const read = rightmostPlaces(size).map((place) => store.tiles.get(tileKey(place)))
      expect(rightmost.map((tile) => tile && formatHex(tile))).to.deep.equal(
        read.map((tile) => tile && formatHex(tile)),
      )
    }
  })

  it('asks for the rightmost tile of each level, which where the last one is full does not exist yet', () => {
    expect(rightmostPlaces(treeSize(0))).to.deep.equal([])
    expect(rightmostPlaces(treeSize(255))).to.deep.equal([{ level: 0, index: 0 }])
    expect(rightmostPlaces(treeSize(256))).to.deep.equal([
      { level: 0, index: 1 },
      { level: 1, index: 0 },
    ])
    expect(rightmostPlaces(treeSize(2 ** 53 - 1))).to.have.length(7)
  })

  it('refuses to build on a tile of another width than the size asks for', () => {
    const tile = (width: number): Uint8Array => new Uint8Array(width * 32)
    const cases: [number, (Uint8Array | undefined)[]][] = [
      [0, [tile(1)]],
      [5, []],
      [5, [undefined]],
      [5, [tile(4)]],
      [5, [tile(6)]],
      [5, [tile(5), tile(1)]],
      [5, [new Uint8Array(5 * 32 - 1)]],
      [256, [undefined]],
      [256, [tile(256), tile(1)]],
      [256, [undefined, tile(2)]],
    ]
    for (const [size, rightmost] of cases) {
      // 256 entries, so that a full tile carries the growth to the level above as well.
      const fault = refusal(() => growTiles(treeSize(size), rightmost, leafHashesFrom(0, 256)))
      expect(fault.reason, `${size}`).to.equal('integrity-error')
    }
  })

  it('refuses to pass the largest size, and takes a hash of a wrong length for a bug', () => {
    expect(refusal(() => growTiles(treeSize(2 ** 53 - 1), [], leafHashesFrom(0, 1))).reason).to.equal(
      'out-of-range',
    )
    expect(() => growTiles(treeSize(0), [], [new Uint8Array(31)])).to.throw('32 bytes')
  })
})
