import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { logIndex, treeSize, type TreeSize } from '../../src/brand.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { checkConsistency, proveConsistency } from '../../src/tlog/consistency.ts'
import { checkInclusion, inclusionProver } from '../../src/tlog/inclusion.ts'
import { appendLeaves, edgePlaces, edgeRoot, emptyEdge } from '../../src/tlog/right-edge.ts'
import {
  formatTilePath,
  nodeInTile,
  parseTilePath,
  tileOfNode,
  tileReader,
  tilesOfSize,
  tileWidth,
  type TileSource,
} from '../../src/tlog/tile.ts'
import { asyncRefusal, flipBit, refuseAll, refusal, STRIDE } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'
import { tileKey, tileStore } from '../helpers/tile-store.ts'

describe('tile paths', () => {
  it('are those of tlog-tiles', () => {
    expect(formatTilePath({ level: 0, index: 0, width: 256 })).to.equal('tile/0/000')
    expect(formatTilePath({ level: 0, index: 1_234_067, width: 256 })).to.equal('tile/0/x001/x234/067')
    expect(formatTilePath({ level: 1, index: 1000, width: 17 })).to.equal('tile/1/x001/000.p/17')
    expect(formatTilePath({ level: 'entries', index: 19_669, width: 256 })).to.equal('tile/entries/x019/669')
    expect(formatTilePath({ level: 63, index: 2 ** 53 - 1, width: 255 })).to.equal(
      'tile/63/x009/x007/x199/x254/x740/991.p/255',
    )
    expect(parseTilePath('tile/0/273.p/112')).to.deep.equal({
      kind: 'hashes',
      level: 0,
      index: 273,
      width: 112,
    })
    expect(parseTilePath('tile/entries/x001/000')).to.deep.equal({
      kind: 'entries',
      level: 0,
      index: 1000,
      width: 256,
    })
  })

  it('read back as what was written, for any tile', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.nat(63))
    const width = fc.integer({ min: 1, max: 256 })
    fc.assert(
      fc.property(level, fc.oneof(fc.nat(2_000_000), fc.maxSafeNat()), width, (level, index, width) => {
        const isEntries = level === 'entries'
        const parsed = parseTilePath(formatTilePath({ level, index, width }))
        expect(parsed).to.deep.equal({
          kind: isEntries ? 'entries' : 'hashes',
          level: isEntries ? 0 : level,
          index,
          width,
        })
      }),
    )
  })

  it('are refused in every other spelling', () => {
    const spellings = [
      '',
      '/',
      'tile',
      'tile/',
      'tile/0',
      'tile/0/',
      '/tile/0/000',
      'tile/0/000/',
      'Tile/0/000',
      'tile//0/000',
      'tile/0/0',
      'tile/0/00',
      'tile/0/0000',
      'tile/0/001/000',
      'tile/0/x000/000',
      'tile/0/x000/x001/000',
      'tile/0/x1/000',
      'tile/0/X001/000',
      'tile/0/x001',
      'tile/0/x001x000',
      'tile/00/000',
      'tile/01/000',
      'tile/64/000',
      'tile/-1/000',
      'tile/0/-01',
      'tile/0/+01',
      'tile/0x0/000',
      'tile/0/1e3',
      'tile/data/000',
      'tile/entries/0/000',
      'tile/entries/',
      'tile/0/000.p/0',
      'tile/0/000.p/00',
      'tile/0/000.p/07',
      'tile/0/000.p/256',
      'tile/0/000.p/999',
      'tile/0/000.p/-1',
      'tile/0/000.p/',
      'tile/0/000.p',
      'tile/0/000.q/1',
      'tile/0/000xp/1',
      'tile/0/000.p/1.p/1',
      'tile/0/000.p/1/',
      'tile/0/000.p/1 ',
      'tile/0/../000',
      'tile/0/000/../001',
      'tile/%2e%2e/000',
      'tile/0/%30%30%30',
      'tile/0/000\n',
      '\ntile/0/000',
      'tile/0/000\0',
      'tile/0/٠٠٠',
      'tile/0/x009/x007/x199/x254/x740/992',
      'tile/0/x999/x999/x999/x999/x999/999',
      'tile/0/x001/x000/x000/x000/x000/x000/000',
      `tile/0/${'x001/'.repeat(1000)}000`,
    ]
    for (const path of spellings) {
      expect(refusal(() => parseTilePath(path)).reason, JSON.stringify(path)).to.equal('tile-malformed')
    }
  })

  it('are not made for tiles that cannot be', () => {
    for (const [level, index, width] of [
      [0, 0, 0],
      [0, 0, 257],
      [64, 0, 1],
      [-1, 0, 1],
      [0.5, 0, 1],
      [0, -1, 1],
      [0, 2 ** 53, 1],
      [0, 0, 1.5],
    ] as const) {
      expect(() => formatTilePath({ level, index, width })).to.throw('no such')
    }
  })
})

describe('tiles of a size', () => {
  const countByLevel = (size: number): string[] => {
    const levels: string[] = []
    for (const { level, index, width } of tilesOfSize(treeSize(size))) {
      levels[level] = width === 256 ? `${index + 1}` : `${index} + ${width}`
    }
    return levels
  }

  it('are the full ones and at most one partial one a level', () => {
    expect(countByLevel(0)).to.deep.equal([])
    expect(countByLevel(1)).to.deep.equal(['0 + 1'])
    expect(countByLevel(255)).to.deep.equal(['0 + 255'])
    expect(countByLevel(256)).to.deep.equal(['1', '0 + 1'])
    expect(countByLevel(257)).to.deep.equal(['1 + 1', '0 + 1'])
    expect(countByLevel(65_536)).to.deep.equal(['256', '1', '0 + 1'])
    expect(countByLevel(70_000)).to.deep.equal(['273 + 112', '1 + 17', '0 + 1'])
    expect(countByLevel(131_071)).to.deep.equal(['511 + 255', '1 + 255', '0 + 1'])
  })

  it('have the width that the size gives, and no other place has any', () => {
    const size = treeSize(70_000)
    for (const tile of tilesOfSize(size)) expect(tileWidth(size, tile)).to.equal(tile.width)
    expect(tileWidth(size, { level: 0, index: 274 })).to.equal(0)
    expect(tileWidth(size, { level: 2, index: 1 })).to.equal(0)
    expect(tileWidth(size, { level: 3, index: 0 })).to.equal(0)
    expect(tileWidth(size, { level: 63, index: 0 })).to.equal(0)
    expect(tileWidth(treeSize(2 ** 53 - 1), { level: 0, index: 2 ** 45 - 1 })).to.equal(255)
  })
})

describe('nodes in tiles', () => {
  const leaves = leafHashesFrom(0, 600)
  const tree = referenceTree(leaves)
  const store = tileStore()
  store.append(leaves)

  it('have the hashes of the subtrees they stand for', () => {
    for (let level = 0; level <= 9; level++) {
      for (let index = 0; (index + 1) * 2 ** level <= 600; index++) {
        const place = { level, index }
        const hashes = store.tiles.get(tileKey(tileOfNode(place).tile)) ?? new Uint8Array(0)
        const expected = tree.root(index * 2 ** level, (index + 1) * 2 ** level)
        expect(formatHex(nodeInTile(hashes, place)), `${level}/${index}`).to.equal(formatHex(expected))
      }
    }
  })

  it('are refused from a tile that is too short for them, or has no possible length', () => {
    const tile = store.tiles.get('0/0') ?? new Uint8Array(0)
    const place = { level: 2, index: 1 }
    expect(nodeInTile(tile.subarray(0, 8 * 32), place)).to.have.length(32)
    for (const length of [0, 1, 7 * 32, 8 * 32 - 1, 8 * 32 + 1, 8191]) {
      expect(refusal(() => nodeInTile(tile.subarray(0, length), place)).reason).to.equal('integrity-error')
    }
    expect(refusal(() => nodeInTile(new Uint8Array(8193), place)).reason).to.equal('integrity-error')
    expect(refusal(() => nodeInTile(new Uint8Array(257 * 32), place)).reason).to.equal('integrity-error')
  })
})

describe('a tile reader', () => {
  const leaves = leafHashesFrom(0, 1500)
  const store = tileStore()
  store.append(leaves)
  const rootOf = (size: TreeSize): Uint8Array => edgeRoot(appendLeaves(emptyEdge, leaves.slice(0, size)))

  it('gives proofs that check, at the size of the log and at every smaller one', async () => {
    const tree = referenceTree(leaves)
    const sizes = fc.integer({ min: 1, max: 1500 }).map(treeSize)
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, a, b) => {
        const read = tileReader(size, store.read)
        const [index, oldSize] = [logIndex(a % size), treeSize(b % (size + 1))]
        const root = tree.root(0, size)
        const leafHash = leaves[index] ?? root
        checkInclusion({ leafHash, index, size, root }, await inclusionProver(size, read)(index))
        const claim = { oldSize, oldRoot: tree.root(0, oldSize), size, root }
        checkConsistency(claim, await proveConsistency(oldSize, size, read))
      }),
    )
  })

  it('asks for each tile once, however many proofs are made at a time or one after the other', async () => {
    const asked: string[] = []
    const source: TileSource = async (tiles) => {
      asked.push(...tiles.map(({ level, index, width }) => `${level}/${index} ${width}`))
      return store.read(tiles)
    }
    const size = treeSize(1000)
    const read = tileReader(size, source)
    const indexes = Array.from({ length: 1000 }, (_, i) => logIndex(i))
    await Promise.all(indexes.slice(0, 500).map((index) => inclusionProver(size, read)(index)))
    for (const index of indexes.slice(500)) await inclusionProver(size, read)(index)
    expect(asked.toSorted()).to.deep.equal(['0/0 256', '0/1 256', '0/2 256', '0/3 232', '1/0 3'])
  })

  it('refuses tiles that are missing, too short, or of an impossible length', async () => {
    const size = treeSize(700)
    const lengths = [undefined, 0, 187 * 32, 188 * 32 - 1, 188 * 32 + 1, 8191, 8193, 257 * 32]
    for (const length of lengths) {
      const source: TileSource = async (tiles) =>
        tiles.map(({ index }) =>
          length === undefined && index === 2 ? undefined : new Uint8Array(length ?? 8192),
        )
      const fault = await asyncRefusal(tileReader(size, source)([{ level: 0, index: 699 }]))
      expect(fault.reason, `${length}`).to.equal('integrity-error')
    }
    expect((await asyncRefusal(tileReader(size, async () => [])([{ level: 0, index: 0 }]))).reason).to.equal(
      'integrity-error',
    )
  })

  it('hands on what its source throws', async () => {
    const read = tileReader(treeSize(700), () => Promise.reject(new Error('the disk is gone')))
    const error = await read([{ level: 0, index: 0 }]).catch((error: unknown) => error)
    expect(error).to.be.an('error').with.property('message', 'the disk is gone')
  })

  it('takes a node that is not complete in the tree for a bug', async () => {
    const error = await tileReader(
      treeSize(7),
      store.read,
    )([{ level: 3, index: 0 }]).catch((error: unknown) => error)
    expect(error).to.be.an('error').with.property('message').that.contains('not complete')
  })

  it('lets no forged tile through: a proof from one is the true proof, or is refused', async () => {
    const size = treeSize(1500)
    const root = rootOf(size)
    const honest = tileReader(size, store.read)
    await fc.assert(
      fc.asyncProperty(fc.nat(1499), fc.nat(), fc.nat(), async (at, which, bit) => {
        const index = logIndex(at)
        const forged = [...store.tiles.keys()][which % store.tiles.size] ?? ''
        const source: TileSource = async (tiles) =>
          tiles.map((tile) => {
            const hashes = store.tiles.get(tileKey(tile)) ?? new Uint8Array(0)
            return tileKey(tile) === forged ? flipBit(hashes, bit % (hashes.length * 8)) : hashes
          })
        const proof = await inclusionProver(size, tileReader(size, source))(index)
        const truth = await inclusionProver(size, honest)(index)
        const check = (): void => checkInclusion({ leafHash: leaves[at] ?? root, index, size, root }, proof)
        if (proof.every((hash, i) => equalBytes(hash, truth[i] ?? root))) check()
        else refusal(check)
      }),
    )
  })
})

describe('a log of a size that is no power of two', () => {
  // CVE-2026-56865: readers that authenticated the last tile by the wrong subtree count let it be forged.
  const sizes = [70_000, 70_001, 131_071, 1_000_000].filter((size) => STRIDE === 1 || size < 100_000)

  it('is proven from its tiles, and a forged hash in any last tile changes the root and breaks the proofs', async function () {
    this.timeout(30_000)
    const store = tileStore()
    let edge = emptyEdge
    for (const size of sizes.map(treeSize)) {
      const old = { size: edge.size, root: edgeRoot(edge) }
      const added = leafHashesFrom(edge.size, size)
      store.append(added)
      edge = appendLeaves(edge, added)
      const root = edgeRoot(edge)
      const last = logIndex(size - 1)
      const leafHash = added.at(-1) ?? root
      const rootFrom = async (source: TileSource): Promise<Uint8Array> =>
        edgeRoot({ size, hashes: await tileReader(size, source)(edgePlaces(size)) })
      expect(formatHex(await rootFrom(store.read)), `${size}`).to.equal(formatHex(root))
      const read = tileReader(size, store.read)
      checkInclusion({ leafHash, index: last, size, root }, await inclusionProver(size, read)(last))
      const claim = { oldSize: old.size, oldRoot: old.root, size, root }
      checkConsistency(claim, await proveConsistency(old.size, size, read))

      for (const { level, index, width } of tilesOfSize(size).filter((tile) => tile.width < 256)) {
        for (const at of new Set([0, 1, Math.floor(width / 2), width - 1].filter((at) => at < width))) {
          const source: TileSource = async (tiles) => {
            const found = await store.read(tiles)
            return found.map((hashes, i) => {
              const isForged = tiles[i]?.level === level && tiles[i]?.index === index
              return isForged && hashes !== undefined ? flipBit(hashes, at * 256 + 9) : hashes
            })
          }
          expect(
            formatHex(await rootFrom(source)),
            `${size}: tile ${level}/${index} hash ${at}`,
          ).not.to.equal(formatHex(root))
          const proof = await inclusionProver(size, tileReader(size, source))(last)
          // The last leaf's own hash is no part of its proof.
          if (level === 0 && at === width - 1) checkInclusion({ leafHash, index: last, size, root }, proof)
          else refuseAll([proof], (proof) => checkInclusion({ leafHash, index: last, size, root }, proof))
        }
      }
    }
  })
})
