import crypto from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { MerkleTree } from 'merkletreejs'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { appendLeaves, edgePlaces, edgeRoot, emptyEdge } from '../../src/tlog/right-edge.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { refusal } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'

/** The leaves and roots that transparency-dev/merkle tests with, as formats.md 1.1 quotes them. */
const ctLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ctRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

describe('the right edge', () => {
  it('gives the published roots of the eight CT leaves', () => {
    let edge = emptyEdge
    const roots = ctLeaves.map((leaf) => {
      edge = appendLeaves(edge, [leafHash(parseHex(leaf))])
      return formatHex(edgeRoot(edge))
    })
    expect(roots).to.deep.equal(ctRoots)
  })

  it('gives the root that the recursion of RFC 6962 gives, for every size to 300', () => {
    const leaves = leafHashesFrom(0, 300)
    const reference = referenceTree(leaves)
    let edge = emptyEdge
    for (let size = 0; size <= 300; size++) {
      expect(formatHex(edgeRoot(edge)), `size ${size}`).to.equal(formatHex(reference.root(0, size)))
      expect(edge.hashes).to.have.length(edgePlaces(edge.size).length)
      edge = appendLeaves(edge, leaves.slice(size, size + 1))
    }
  })

  it('is the same however the leaves were split into appends, and an append leaves the old edge alone', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 12 }), (batches) => {
        let edge = emptyEdge
        for (const batch of batches) {
          const before = formatHex(edgeRoot(edge))
          const next = appendLeaves(edge, leafHashesFrom(edge.size, edge.size + batch))
          expect(formatHex(edgeRoot(edge))).to.equal(before)
          edge = next
        }
        const once = appendLeaves(emptyEdge, leafHashesFrom(0, edge.size))
        expect(edge.hashes.map(formatHex)).to.deep.equal(once.hashes.map(formatHex))
      }),
    )
  })

  it('agrees with merkletreejs, the static tree of other programs', () => {
    // index.md 3: leaves pre-hashed, SHA-256(01 ‖ x) as the hash function, no options; size 0 is not its business.
    const node = (pair: Uint8Array): Buffer =>
      crypto.createHash('sha256').update(Uint8Array.of(1)).update(pair).digest()
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 70 }), (entries) => {
        const leaves = entries.map(leafHash)
        const theirs = new MerkleTree(
          leaves.map((leaf) => Buffer.from(leaf)),
          node,
        ).getRoot()
        expect(formatHex(edgeRoot(appendLeaves(emptyEdge, leaves)))).to.equal(theirs.toString('hex'))
      }),
    )
  })

  it('has a hash for each bit of the size, up to the largest', () => {
    expect(edgePlaces(treeSize(0))).to.deep.equal([])
    expect(edgePlaces(treeSize(70_000))).to.deep.equal([
      { level: 16, index: 0 },
      { level: 12, index: 16 },
      { level: 8, index: 272 },
      { level: 6, index: 1092 },
      { level: 5, index: 2186 },
      { level: 4, index: 4374 },
    ])
    const largest = edgePlaces(treeSize(2 ** 53 - 1))
    expect(largest.map(({ level }) => level)).to.deep.equal(Array.from({ length: 53 }, (_, i) => 52 - i))
    expect(largest.at(-1)).to.deep.equal({ level: 0, index: 2 ** 53 - 2 })
  })

  it('refuses to pass the largest size', () => {
    const edge = { size: treeSize(2 ** 53 - 1), hashes: leafHashesFrom(0, 53) }
    expect(refusal(() => appendLeaves(edge, leafHashesFrom(0, 1))).reason).to.equal('out-of-range')
  })

  it('takes a wrong number of hashes, or hashes of a wrong length, for a bug', () => {
    const hashes = leafHashesFrom(0, 3)
    expect(() => edgeRoot({ size: treeSize(3), hashes })).to.throw('expected 2 hashes')
    expect(() => edgeRoot({ size: treeSize(0), hashes })).to.throw('expected 0 hashes')
    expect(() => appendLeaves({ size: treeSize(3), hashes: [] }, hashes)).to.throw('hashes are missing')
    expect(() => appendLeaves(emptyEdge, [new Uint8Array(31)])).to.throw('32 bytes')
  })
})
