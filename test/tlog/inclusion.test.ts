import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { checkInclusion, inclusionProver, rootFromInclusion } from '../../src/tlog/inclusion.ts'
import { edgePlaces, edgeRoot } from '../../src/tlog/right-edge.ts'
import { asyncRefusal, flipBit, proofManglings, refuseAll, refusal } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'
import { filesIn, vectorHash, vectorHashes } from '../helpers/merkle-vectors.ts'
import { itWithVectors } from '../helpers/vectors.ts'
import { referenceReader, uniformReader } from '../helpers/hash-readers.ts'

const leaves = leafHashesFrom(0, 64)
const tree = referenceTree(leaves)
const read = referenceReader(tree)

function claimOf(index: number, size: number) {
  const leafHash = leaves[index] ?? new Uint8Array(32)
  return { leafHash, index: logIndex(index), size: treeSize(size), root: tree.root(0, size) }
}

interface InclusionVector {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

describe('inclusion proofs', () => {
  it('are the paths of RFC 6962 and check, for every index of every size to 64', async () => {
    for (let size = 1; size <= 64; size++) {
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProver(treeSize(size), read)(logIndex(index))
        expect(proof.map(formatHex), `${index} of ${size}`).to.deep.equal(
          tree.path(index, size).map(formatHex),
        )
        checkInclusion(claimOf(index, size), proof)
      }
    }
  })

  it('are refused with any hash flipped, cut, dropped, doubled, added or swapped, for every index of every size to 64', () => {
    let count = 0
    for (let size = 1; size <= 64; size++) {
      for (let index = 0; index < size; index++) {
        const claim = claimOf(index, size)
        count += refuseAll(proofManglings(tree.path(index, size)), (proof) => checkInclusion(claim, proof))
      }
    }
    expect(count).to.be.greaterThan(50_000)
  })

  it('are refused with any single bit of any hash, of the leaf or of the root flipped', () => {
    const claim = claimOf(42, 59)
    const proof = tree.path(42, 59)
    for (let bit = 0; bit < 256; bit++) {
      refuseAll(proof.keys(), (at) =>
        checkInclusion(claim, proof.with(at, flipBit(proof[at] ?? claim.root, bit))),
      )
      refusal(() => checkInclusion({ ...claim, leafHash: flipBit(claim.leafHash, bit) }, proof))
      refusal(() => checkInclusion({ ...claim, root: flipBit(claim.root, bit) }, proof))
    }
  })

  it('hold for one index of a tree only, and one leaf', () => {
    for (let size = 1; size <= 32; size++) {
      for (let index = 0; index < size; index++) {
        const proof = tree.path(index, size)
        for (let other = 0; other <= size; other++) {
          if (other === index) continue
          refusal(() => checkInclusion({ ...claimOf(index, size), index: logIndex(other) }, proof))
          refusal(() =>
            checkInclusion({ ...claimOf(index, size), leafHash: claimOf(other, size).leafHash }, proof),
          )
        }
      }
    }
  })

  it('are refused for an inner node shown as an entry', () => {
    const [inner, sibling] = [tree.root(0, 2), tree.root(2, 4)]
    expect(
      formatHex(rootFromInclusion({ leafHash: inner, index: logIndex(0), size: treeSize(2) }, [sibling])),
    ).to.equal(formatHex(tree.root(0, 4)))
    // The size says that two hashes are missing, so only who made the checkpoint could bring this about.
    expect(refusal(() => checkInclusion({ ...claimOf(0, 4), leafHash: inner }, [sibling])).reason).to.equal(
      'inclusion-proof-invalid',
    )
  })

  it('are refused for an index that is not below the size', async () => {
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [2 ** 53 - 1, 7],
    ] as const) {
      const claim = { ...claimOf(0, 1), index: logIndex(index), size: treeSize(size) }
      expect(refusal(() => checkInclusion(claim, [])).reason).to.equal('inclusion-proof-invalid')
      expect((await asyncRefusal(inclusionProver(claim.size, read)(claim.index))).reason).to.equal(
        'out-of-range',
      )
    }
    for (const index of [-1, 0.5, 2 ** 53, 2 ** 63, NaN]) {
      expect(refusal(() => logIndex(index)).reason).to.equal('out-of-range')
    }
  })

  it('give a root only if they have the length that index and size ask for', () => {
    for (let size = 1; size <= 32; size++) {
      for (let index = 0; index < size; index++) {
        const claim = claimOf(index, size)
        const proof = tree.path(index, size)
        for (const wrong of [
          [...proof, claim.root],
          [...proof, ...proof, claim.root],
          ...proof.map((_, i) => proof.slice(0, i)),
        ]) {
          expect(refusal(() => rootFromInclusion(claim, wrong)).reason).to.equal('inclusion-proof-invalid')
        }
      }
    }
  })

  it('are refused for a leaf hash that is not 32 bytes', () => {
    for (const length of [0, 31, 33, 64]) {
      const claim = { ...claimOf(0, 1), leafHash: new Uint8Array(length), root: new Uint8Array(length) }
      expect(refusal(() => checkInclusion(claim, [])).reason).to.equal('inclusion-proof-invalid')
    }
  })

  it('work for every size up to 2^53 − 1, far beyond 32 bits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.maxSafeNat(), fc.maxSafeNat(), async (a, b) => {
        const size = treeSize(Math.max(a, b, 1))
        const index = logIndex(Math.min(a, b, size - 1))
        const { read, leafHash } = uniformReader()
        const root = edgeRoot({ size, hashes: read(edgePlaces(size)) })
        const proof = await inclusionProver(size, async (places) => read(places))(index)
        checkInclusion({ leafHash, index, size, root }, proof)
        expect(proof.length).to.be.at.most(53)
        refuseAll(proof.keys(), (at) =>
          checkInclusion({ leafHash, index, size, root }, proof.toSpliced(at, 1)),
        )
      }),
    )
  })

  itWithVectors('merkle/inclusion', 'agree with every published vector', (folder) => {
    const files = filesIn(folder)
    for (const file of files) {
      const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as InclusionVector
      const check = (): void =>
        checkInclusion(
          {
            leafHash: vectorHash(vector.leafHash),
            index: logIndex(vector.leafIdx),
            size: treeSize(vector.treeSize),
            root: vectorHash(vector.root),
          },
          vectorHashes(vector.proof),
        )
      if (vector.wantErr) expect(refusal(check).class, file).to.be.oneOf(['bad-proof', 'malformed'])
      else check()
    }
    expect(files).to.have.length(98)
  })
})
