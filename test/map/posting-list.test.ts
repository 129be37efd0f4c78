import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { logIndex, treeSize, type LogIndex } from '../../src/brand.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { countedRootOf, formatCountedRoot, parseCountedRoot } from '../../src/map/counted-root.ts'
import {
  appendPostings,
  checkPostingPage,
  checkPostings,
  emptyPostings,
  postingHash,
  postingValue,
  provePostingPage,
} from '../../src/map/posting-list.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../../src/tlog/right-edge.ts'
import type { HashReader } from '../../src/tlog/node.ts'
import { proofManglings, refusal, refuseAll } from '../helpers/mangle.ts'

/** The hashes of a list's tree, made from all of it. */
function readerOf(indexes: readonly LogIndex[]): HashReader {
  const leaves = indexes.map(postingHash)
  return (places) =>
    Promise.resolve(
      places.map(({ level, index }) =>
        edgeRoot(appendLeaves(emptyEdge, leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))),
      ),
    )
}

function everyThird(count: number): readonly LogIndex[] {
  return Array.from({ length: count }, (_, i) => logIndex(3 * i + 1))
}

describe('posting lists', () => {
  it('have the values that index.md defines', () => {
    expect(formatHex(postingValue(emptyPostings))).to.equal(
      '0000000000000000e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    // SHA-256(00 ‖ 0000000000000007): sha256sum's word.
    const one = appendPostings(emptyPostings, [logIndex(7)])
    expect(formatHex(postingValue(one))).to.equal(
      `00000000000000014de24ac026fb8f8d4cc96b4f972245eab7b1c255c89477b088312ea70487ba12`,
    )
  })

  it('have the same value however they were appended to', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 8 }), (batches) => {
        const all = everyThird(batches.reduce((sum, batch) => sum + batch, 0))
        let list = emptyPostings
        for (const batch of batches)
          list = appendPostings(list, all.slice(list.edge.size, list.edge.size + batch))
        expect(postingValue(list)).to.deep.equal(postingValue(appendPostings(emptyPostings, all)))
        checkPostings(postingValue(list), all)
      }),
    )
  })

  it('are refused when a posting is left out, anywhere, or changed, added or moved', () => {
    const all = everyThird(11)
    const value = postingValue(appendPostings(emptyPostings, all))
    refuseAll(all.keys(), (at) => checkPostings(value, all.toSpliced(at, 1)))
    refuseAll(all.keys(), (at) => checkPostings(value, all.with(at, logIndex(3 * at + 2))))
    refuseAll(all.keys(), (at) => checkPostings(value, all.toSpliced(at, 0, logIndex(3 * at))))
    refuseAll([[...all].reverse(), []], (list) => checkPostings(value, list))
    // A shorter list with a value of its own is not the list of this value.
    const shorter = all.slice(0, 10)
    refuseAll([postingValue(appendPostings(emptyPostings, shorter))], (other) => checkPostings(other, all))
  })

  it('prove every page of every list, and nothing else by the same proof', async () => {
    for (const count of [1, 2, 3, 7, 8, 13]) {
      const all = everyThird(count)
      const list = appendPostings(emptyPostings, all)
      const value = postingValue(list)
      for (let from = 0; from < count; from++) {
        for (let to = from + 1; to <= count; to++) {
          const proof = await provePostingPage(list, from, to, readerOf(all))
          const indexes = all.slice(from, to)
          expect(checkPostingPage(value, { from, indexes }, proof)).to.equal(count)
          refuseAll(proofManglings(proof), (other) => checkPostingPage(value, { from, indexes }, other))
          const others = [
            { from: from + 1, indexes },
            { from, indexes: indexes.slice(1) },
            { from, indexes: indexes.with(0, logIndex(0)) },
            { from, indexes: [...indexes, ...indexes.slice(-1)] },
          ]
          refuseAll(others, (page) => checkPostingPage(value, page, proof))
        }
      }
    }
  })

  it('cannot be shown cut short: a page of a shorter list is not one of this list', async () => {
    const all = everyThird(13)
    const short = all.slice(0, 12)
    const value = postingValue(appendPostings(emptyPostings, all))
    const list = appendPostings(emptyPostings, short)
    const proof = await provePostingPage(list, 8, 12, readerOf(short))
    refuseAll([proof], (hashes) => checkPostingPage(value, { from: 8, indexes: short.slice(8) }, hashes))
    // Nor with the count of the value made smaller: then it is another value, which the map does not have.
    const lie = formatCountedRoot({ ...parseCountedRoot(value), size: treeSize(12) })
    refuseAll([proof], (hashes) => checkPostingPage(lie, { from: 8, indexes: short.slice(8) }, hashes))
  })

  it('are refused where what the map commits to is no list: an entry twice, or out of order', async () => {
    for (const indexes of [
      [3, 3],
      [5, 3],
      [1, 2, 2],
    ].map((some) => some.map(logIndex))) {
      const leaves = indexes.map(postingHash)
      const value = formatCountedRoot(countedRootOf(leaves))
      expect(refusal(() => checkPostings(value, indexes)).reason).to.equal('map-proof-invalid')
      const page = { from: 0, indexes }
      expect(refusal(() => checkPostingPage(value, page, [])).reason).to.equal('map-proof-invalid')
    }
  })

  it('refuse values of another length and counts that no list has; take disorder of our own for a bug', () => {
    const value = postingValue(appendPostings(emptyPostings, everyThird(2)))
    refuseAll([value.slice(1), Uint8Array.of(...value, 0), value.with(0, 1)], (other) =>
      checkPostings(other, everyThird(2)),
    )
    expect(refusal(() => parseCountedRoot(value.with(0, 255))).reason).to.equal('map-proof-invalid')
    const list = appendPostings(emptyPostings, [logIndex(5)])
    expect(() => appendPostings(list, [logIndex(5)])).to.throw('above 5')
    expect(() => appendPostings(emptyPostings, [logIndex(5), logIndex(4)])).to.throw('above 5')
  })
})
