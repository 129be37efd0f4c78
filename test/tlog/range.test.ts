import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { Fault } from '../../src/errors.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { inclusionProver, rootFromInclusion } from '../../src/tlog/inclusion.ts'
import { foldRange, proveRange, rangePlaces, rootFromRange, type RangeClaim } from '../../src/tlog/range.ts'
import { referenceReader, uniformReader } from '../helpers/hash-readers.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'

const leaves = leafHashesFrom(0, 20)
const tree = referenceTree(leaves)
const read = referenceReader(tree)

/** The root that it leads to, or the reason why it leads nowhere. */
function rootOrRefusal(claim: RangeClaim, proof: readonly Uint8Array[]): string {
  try {
    return formatHex(rootFromRange(claim, proof))
  } catch (error) {
    if (error instanceof Fault) return error.reason
    throw error
  }
}

describe('range proofs', () => {
  it('lead to the root, for every range of every size to 20', async () => {
    for (let size = 1; size <= 20; size++) {
      for (let from = 0; from < size; from++) {
        for (let to = from + 1; to <= size; to++) {
          const proof = await proveRange({ from, to }, treeSize(size), read)
          const root = rootFromRange(
            { from, leafHashes: leaves.slice(from, to), size: treeSize(size) },
            proof,
          )
          expect(formatHex(root), `${from} to ${to} of ${size}`).to.equal(formatHex(tree.root(0, size)))
        }
      }
    }
  })

  it('of one leaf have the hashes of its inclusion proof', async () => {
    for (let index = 0; index < 19; index++) {
      const inclusion = await inclusionProver(treeSize(19), read)(logIndex(index))
      const range = await proveRange({ from: index, to: index + 1 }, treeSize(19), read)
      expect(range.map(formatHex)).to.have.members(inclusion.map(formatHex))
    }
  })

  it('lead elsewhere, or are refused, when a leaf is left out, moved or changed', async () => {
    const size = treeSize(13)
    const proof = await proveRange({ from: 3, to: 9 }, size, read)
    const range = leaves.slice(3, 9)
    const claims = [
      ...[...range.keys()].map((at) => ({ from: 3, leafHashes: range.toSpliced(at, 1) })),
      ...[...range.keys()].map((at) => ({
        from: 3,
        leafHashes: range.with(at, leaves[19] ?? new Uint8Array(32)),
      })),
      { from: 4, leafHashes: range },
      { from: 2, leafHashes: range },
    ]
    for (const claim of claims)
      expect(rootOrRefusal({ ...claim, size }, proof)).to.not.equal(formatHex(tree.root(0, 13)))
    expect(rootOrRefusal({ from: 3, leafHashes: range, size }, proof)).to.equal(formatHex(tree.root(0, 13)))
  })

  it('are refused in any other shape than range and size say', async () => {
    const size = treeSize(13)
    const proof = await proveRange({ from: 3, to: 9 }, size, read)
    const claim = { from: 3, leafHashes: leaves.slice(3, 9), size }
    for (const bad of [
      proof.slice(1),
      [...proof, leaves[0] ?? new Uint8Array(32)],
      proof.with(0, new Uint8Array(31)),
    ])
      expect(refusal(() => rootFromRange(claim, bad)).reason).to.equal('inclusion-proof-invalid')
    for (const bad of [{ leafHashes: [] }, { from: 8 }, { from: -1 }, { from: 0.5 }, { from: NaN }])
      expect(refusal(() => rootFromRange({ ...claim, ...bad }, proof)).reason).to.equal(
        'inclusion-proof-invalid',
      )
    for (const [from, to] of [
      [3, 3],
      [4, 3],
      [-1, 2],
      [0, 14],
    ] as const)
      expect((await asyncRefusal(proveRange({ from, to }, size, read))).reason).to.equal('out-of-range')
  })

  it('are at most two hashes a level, up to the largest size', async () => {
    const size = treeSize(2 ** 53 - 1)
    const range = { from: 2 ** 52 - 5, to: 2 ** 52 + 7 }
    const { leafHash, read: readUniform } = uniformReader()
    const hashes = readUniform(rangePlaces(range, size))
    const proof = foldRange(range, size, hashes)
    expect(proof.length).to.be.at.most(2 * 53)
    const leafHashes = Array.from({ length: 12 }, () => leafHash)
    const root = rootFromRange({ from: range.from, leafHashes, size }, proof)
    const index = logIndex(range.from)
    const inclusion = await inclusionProver(size, async (places) => readUniform(places))(index)
    expect(formatHex(root)).to.equal(formatHex(rootFromInclusion({ leafHash, index, size }, inclusion)))
  })
})
