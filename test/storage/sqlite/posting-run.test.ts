/** The coding of postings: everything comes back, and what is no such coding is refused. */
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { logIndex, type LogIndex } from '../../../src/brand.ts'
import { emptyTail, postingAppender, readRun, RUN_LENGTH } from '../../../src/storage/sqlite/posting-run.ts'
import { faultOf } from '../../helpers/fault-of.ts'

function read(bytes: Uint8Array, count: number): LogIndex[] {
  const postings: LogIndex[] = []
  readRun(bytes, count, -1, postings, 'test')
  return postings
}

/** The coded runs, with the tail at the end, after adding the parts one by one. */
function store(parts: readonly (readonly LogIndex[])[]): Uint8Array[] {
  const append = postingAppender()
  const runs: Uint8Array[] = []
  let stored = emptyTail
  for (const part of parts) {
    const { count, last, tail } = append(stored, part, (_, postings) => runs.push(new Uint8Array(postings)))
    stored = { count, last, tail: new Uint8Array(tail) }
  }
  return [...runs, stored.tail]
}

const ascending = fc
  .uniqueArray(fc.oneof(fc.maxSafeNat(), fc.nat(3000)), { maxLength: 700 })
  .map((numbers) => numbers.toSorted((a, b) => a - b).map(logIndex))

describe('posting run', () => {
  it('returns every posting over the whole range, in runs of 256', () => {
    fc.assert(
      fc.property(ascending, (postings) => {
        const [tail = new Uint8Array(), ...runs] = store([postings]).toReversed()
        expect(runs.length).to.equal(Math.floor(postings.length / RUN_LENGTH))
        const all = [
          ...runs.toReversed().flatMap((run) => read(run, RUN_LENGTH)),
          ...read(tail, postings.length % RUN_LENGTH),
        ]
        expect(all).to.deep.equal(postings)
      }),
    )
  })

  it('does not depend on how postings were divided into batches', () => {
    fc.assert(
      fc.property(ascending, fc.array(fc.nat(700)), (postings, cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), postings.length]
        const parts = places
          .slice(1)
          .map((to, i) => postings.slice(places[i], to))
          .filter((part) => part.length > 0)
        expect(store(parts)).to.deep.equal(store(postings.length === 0 ? [] : [postings]))
      }),
    )
  })

  it('takes no more than 1.5 bytes for each posting of a key that every hundredth entry states', () => {
    const postings = Array.from({ length: RUN_LENGTH }, (_, i) => logIndex(10_000_000 + 100 * i))
    expect(store([postings])[0]?.length).to.be.below(1.5 * RUN_LENGTH)
  })

  it('refuses whatever is not exactly the number of ascending postings that it should be', () => {
    const [run = new Uint8Array()] = store([[1, 5, 300, 70_000].map(logIndex)])
    expect(read(run, 4)).to.deep.equal([1, 5, 300, 70_000])
    const wrong: [Uint8Array, number][] = [
      [run, 3],
      [run, 5],
      [run.subarray(0, -1), 4],
      [Uint8Array.of(...run, 0), 5],
      [Uint8Array.of(...run, 0x80), 4],
      [new Uint8Array(40).fill(0xff), 1],
      [Uint8Array.of(...new Uint8Array(9).fill(0xff), 1), 1],
      [new Uint8Array(), 1],
    ]
    for (const [bytes, count] of wrong)
      expect(faultOf(() => read(bytes, count)).reason).to.equal('integrity-error')
  })

  it('refuses a run that does not come after the one before', () => {
    const [run = new Uint8Array()] = store([[5, 6].map(logIndex)])
    expect(faultOf(() => readRun(run, 2, 5, [], 'test')).reason).to.equal('integrity-error')
    readRun(run, 2, 4, [], 'test')
  })
})
