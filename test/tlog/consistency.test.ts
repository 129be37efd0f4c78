import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import {
  checkConsistency,
  consistencyPlaces,
  foldConsistency,
  proveConsistency,
} from '../../src/tlog/consistency.ts'
import { edgePlaces, edgeRoot } from '../../src/tlog/right-edge.ts'
import { emptyRoot } from '../../src/tlog/tree-hash.ts'
import { asyncRefusal, flipBit, proofManglings, refuseAll, refusal } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'
import { itWithVectors } from '../helpers/vectors.ts'
import { filesIn, vectorHash, vectorHashes } from '../helpers/merkle-vectors.ts'
import { referenceReader, uniformReader } from '../helpers/hash-readers.ts'

const tree = referenceTree(leafHashesFrom(0, 64))
const read = referenceReader(tree)

function claimOf(oldSize: number, size: number) {
  return {
    oldSize: treeSize(oldSize),
    oldRoot: tree.root(0, oldSize),
    size: treeSize(size),
    root: tree.root(0, size),
  }
}

interface ConsistencyVector {
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

/** Vectors where we decide otherwise, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'additional/sizes-are-equal-one-and-proof-is-empty.json':
    'its two equal roots have 12 bytes; a root that is not 32 bytes is refused before anything else',
}

describe('consistency proofs', () => {
  it('are those of RFC 6962 and check, for every pair of sizes to 64', async () => {
    for (let size = 0; size <= 64; size++) {
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const proof = await proveConsistency(treeSize(oldSize), treeSize(size), read)
        const expected = oldSize === 0 ? [] : tree.proof(oldSize, size)
        expect(proof.map(formatHex), `${oldSize} to ${size}`).to.deep.equal(expected.map(formatHex))
        checkConsistency(claimOf(oldSize, size), proof)
      }
    }
  })

  it('are refused with any hash flipped, cut, dropped, doubled, added or swapped, for every pair of sizes to 64', () => {
    let count = 0
    for (let size = 0; size <= 64; size++) {
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const claim = claimOf(oldSize, size)
        const proof = oldSize === 0 ? [] : tree.proof(oldSize, size)
        count += refuseAll(proofManglings(proof), (mangled) => checkConsistency(claim, mangled))
      }
    }
    expect(count).to.be.greaterThan(50_000)
  })

  it('are refused for any other root on either side', () => {
    for (let size = 0; size <= 64; size++) {
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const claim = claimOf(oldSize, size)
        const proof = oldSize === 0 ? [] : tree.proof(oldSize, size)
        const bit = (oldSize * 65 + size) % 256
        // From size 0 to another, nothing binds the new root: every tree begins with the empty one.
        if (oldSize > 0) refusal(() => checkConsistency({ ...claim, root: flipBit(claim.root, bit) }, proof))
        refusal(() => checkConsistency({ ...claim, oldRoot: flipBit(claim.oldRoot, bit) }, proof))
      }
    }
  })

  it('are refused with any single bit of any hash flipped', () => {
    const claim = claimOf(21, 59)
    const proof = tree.proof(21, 59)
    for (let bit = 0; bit < 256; bit++) {
      refuseAll(proof.keys(), (at) =>
        checkConsistency(claim, proof.with(at, flipBit(proof[at] ?? claim.root, bit))),
      )
    }
  })

  it('are refused from a larger size to a smaller', async () => {
    const claim = { ...claimOf(4, 8), oldSize: treeSize(8), size: treeSize(4) }
    expect(refusal(() => checkConsistency(claim, tree.proof(4, 8))).reason).to.equal(
      'consistency-proof-invalid',
    )
    expect(refusal(() => consistencyPlaces(treeSize(8), treeSize(4))).reason).to.equal('out-of-range')
    expect((await asyncRefusal(proveConsistency(treeSize(8), treeSize(4), read))).reason).to.equal(
      'out-of-range',
    )
  })

  it('have no hashes between equal sizes and from size 0, and these ask for the empty root', () => {
    const some = tree.root(0, 3)
    const { root } = claimOf(0, 8)
    refusal(() => checkConsistency(claimOf(0, 8), [some]))
    refusal(() => checkConsistency(claimOf(8, 8), [some]))
    refusal(() => checkConsistency(claimOf(0, 0), [some]))
    refusal(() => checkConsistency({ ...claimOf(8, 8), oldRoot: some }, []))
    refusal(() => checkConsistency({ ...claimOf(0, 8), oldRoot: root }, []))
    refusal(() => checkConsistency({ ...claimOf(0, 0), oldRoot: root, root }, []))
    checkConsistency({ ...claimOf(0, 0), oldRoot: emptyRoot, root: emptyRoot }, [])
  })

  it('work for every pair of sizes up to 2^53 − 1, far beyond 32 bits', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [oldSize, size] = [treeSize(Math.min(a, b)), treeSize(Math.max(a, b))]
        const { read } = uniformReader()
        const rootOf = (size: typeof oldSize): Uint8Array =>
          edgeRoot({ size, hashes: read(edgePlaces(size)) })
        const claim = { oldSize, oldRoot: rootOf(oldSize), size, root: rootOf(size) }
        const proof = foldConsistency(oldSize, size, read(consistencyPlaces(oldSize, size)))
        checkConsistency(claim, proof)
        refuseAll(proof.keys(), (at) => checkConsistency(claim, proof.toSpliced(at, 1)))
      }),
    )
  })

  itWithVectors(
    'merkle/consistency',
    'agree with every published vector, but for the exceptions',
    (folder) => {
      const files = filesIn(folder)
      for (const file of files) {
        const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as ConsistencyVector
        const check = (): void =>
          checkConsistency(
            {
              oldSize: treeSize(vector.size1),
              oldRoot: vectorHash(vector.root1),
              size: treeSize(vector.size2),
              root: vectorHash(vector.root2),
            },
            vectorHashes(vector.proof),
          )
        if (vector.wantErr || file in exceptions)
          expect(refusal(check).class, file).to.be.oneOf(['bad-proof', 'malformed'])
        else check()
      }
      expect(files).to.have.length(98)
      expect(files).to.include.members(Object.keys(exceptions))
    },
  )
})
