import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize, type LogIndex } from '../../src/brand.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { Fault } from '../../src/errors.ts'
import { proveSeveral, rootFromSeveral, type SeveralClaim } from '../../src/tlog/several.ts'
import { referenceReader } from '../helpers/hash-readers.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'

const leaves = leafHashesFrom(0, 300)
const tree = referenceTree(leaves)
const prove = (indexes: readonly LogIndex[], size: number): Promise<Uint8Array> =>
  proveSeveral(indexes, treeSize(size), () => referenceReader(tree))
const leavesAt = (indexes: readonly LogIndex[]): Uint8Array[] =>
  indexes.flatMap((index) => leaves[index] ?? [])

/** The root that it leads to, or the reason why it leads nowhere. */
function rootOrRefusal(claim: SeveralClaim, proof: Uint8Array): string {
  try {
    return formatHex(rootFromSeveral(claim, proof))
  } catch (error) {
    if (error instanceof Fault) return error.reason
    throw error
  }
}

/** Those whose bit is set. */
const chosen = (bits: number, size: number): LogIndex[] =>
  Array.from({ length: size }, (_, i) => logIndex(i)).filter((index) => (bits >> index) % 2 === 1)

describe('proofs of several leaves', () => {
  it('lead to the root, for every choice of leaves of every size to 9', async () => {
    for (let size = 1; size <= 9; size++)
      for (let bits = 0; bits < 2 ** size; bits++) {
        const indexes = chosen(bits, size)
        const claim = { indexes, leafHashes: leavesAt(indexes), size: treeSize(size) }
        const root = rootOrRefusal(claim, await prove(indexes, size))
        expect(root, `${indexes.join(' ')} of ${size}`).to.equal(formatHex(tree.root(0, size)))
      }
  })

  it('of neighbours are short, and of all leaves empty', async () => {
    const run = Array.from({ length: 200 }, (_, i) => logIndex(50 + i))
    expect((await prove(run, 300)).length).to.be.at.most(32 * 12)
    expect(await prove(chosen(2 ** 9 - 1, 9), 9)).to.have.length(0)
  })

  it('lead elsewhere, or are refused, when a leaf is left out, moved, changed or added, or a hash is', async () => {
    const [indexes, size] = [[3, 4, 9, 200].map(logIndex), treeSize(300)]
    const [proof, leafHashes, root] = [
      await prove(indexes, size),
      leavesAt(indexes),
      formatHex(tree.root(0, 300)),
    ]
    const claim = { indexes, leafHashes, size }
    const wrong: readonly (readonly [SeveralClaim, Uint8Array])[] = [
      ...indexes.map((_, at): [SeveralClaim, Uint8Array] => [
        { indexes: indexes.toSpliced(at, 1), leafHashes: leafHashes.toSpliced(at, 1), size },
        proof,
      ]),
      [{ ...claim, indexes: [3, 4, 10, 200].map(logIndex) }, proof],
      [{ ...claim, indexes: [3, 4, 9, 300].map(logIndex) }, proof],
      [{ ...claim, indexes: [4, 3, 9, 200].map(logIndex) }, proof],
      [{ ...claim, indexes: [3, 4, 9, 200, 201].map(logIndex) }, proof],
      [{ ...claim, leafHashes: leafHashes.with(1, leafHashes[0] ?? proof) }, proof],
      [{ ...claim, size: treeSize(201) }, proof],
      [claim, proof.subarray(32)],
      [claim, proof.subarray(0, -32)],
      [claim, proof.subarray(0, -1)],
      [claim, new Uint8Array([...proof, ...new Uint8Array(32)])],
      [{ indexes: [], leafHashes: [], size: treeSize(0) }, new Uint8Array()],
    ]
    for (const [at, [what, shown]] of wrong.entries())
      expect(rootOrRefusal(what, shown), `${at}`).not.to.equal(root)
    expect(rootOrRefusal(claim, proof)).to.equal(root)
  })

  it('are not made of indexes beyond the tree, or out of order', async () => {
    for (const indexes of [
      [3, 300],
      [4, 3],
      [3, 3],
    ])
      expect((await asyncRefusal(prove(indexes.map(logIndex), 300))).reason).to.equal('out-of-range')
  })
})
