import { setImmediate, setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { purlPart } from '../../src/client/search-part.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { createPauses, limitedTo } from '../../src/ledger/pauses.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { clientOf } from '../helpers/story.ts'
import { createTestLedger, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

describe('pauses of answers', () => {
  it('come after some milliseconds of work, and not before', async () => {
    let [now, slept] = [0, 0]
    const pause = createPauses({ now: () => now, sleep: async () => void slept++ })()
    for (let step = 0; step < 100; step++) {
      now += 1
      await pause()
    }
    expect(slept).to.equal(10)
  })

  it('end one in each turn of the event loop, in the order in which they began', async () => {
    let now = 0
    const turns: (() => void)[] = []
    const sleep = (): Promise<void> => new Promise((resolve) => turns.push(resolve))
    const pauseOfOne = createPauses({ now: () => now, sleep })
    const pauses = [1, 2, 3].map(pauseOfOne)
    now = 10
    const ended: number[] = []
    const all = pauses.map((pause, at) => pause().then(() => ended.push(at)))
    for (let turn = 1; turn <= 3; turn++) {
      await setImmediate()
      expect([turns.length, ended.length]).to.deep.equal([turn, turn - 1])
      turns.at(-1)?.()
    }
    await Promise.all(all)
    expect(ended).to.deep.equal([0, 1, 2])
  })

  it('are of a limited number of answers at once: the next begins when one ends, however it does', async () => {
    const run = limitedTo(2)
    const ends: ((failure?: Error) => void)[] = []
    const answer = (): Promise<void> =>
      new Promise((resolve, reject) =>
        ends.push((failure) => (failure === undefined ? resolve() : reject(failure))),
      )
    const all = Promise.allSettled([1, 2, 3, 4, 5].map(() => run(answer)))
    const begun: number[] = []
    for (const failure of [undefined, new Error('an answer that failed'), undefined, undefined, undefined]) {
      await setImmediate()
      begun.push(ends.length)
      ends[begun.length - 1]?.(failure)
    }
    expect(begun).to.deep.equal([2, 3, 4, 5, 5])
    expect((await all).filter(({ status }) => status === 'rejected')).to.have.length(1)
  })
})

describe('an answer that pauses', () => {
  const IMAGES = 60
  let ledger: Ledger
  let [now, turns] = [0, 0]
  const submit = (image: string) =>
    ledger.submit(signEnvelope(sbomPayload(image, ['lodash@4.17.20']), keys.ci))
  before(async () => {
    const clock = {
      // Nothing can be done between two pauses that does not take too long.
      now: () => (now += 10),
      async sleep(milliseconds: number) {
        if (milliseconds > 0) return setTimeout(milliseconds)
        turns++
        return setImmediate()
      },
    }
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0, clock })
    for (let image = 0; image < IMAGES; image++) await submit(`app-${image}`)
  })
  after(() => ledger[Symbol.asyncDispose]())

  const component = 'pkg:npm/lodash'
  const search = { question: { parts: [purlPart(component)], scope: {} }, limit: IMAGES }
  const signer = keys.ci.publicKey.id
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    'of rows': () => ledger.images({ component }),
    'of rows, with its proof': () => ledger.proofs.images({ component }),
    'of a signer, with its proof': () => ledger.proofs.found({ signer, whole: true }),
    'to a search, with its proof': () => ledger.proofs.search(search),
  }
  for (const [what, ask] of Object.entries(questions))
    it(`${what}, gives others a turn for each row at least`, async () => {
      const began = turns
      await ask()
      expect(turns - began).to.be.above(IMAGES)
    })

  it('gives others a turn for each few hundred keys that it looks up', async () => {
    const keysAsked = Array.from({ length: 2_000 }, (_, at) => new TextEncoder().encode(`key ${at}`))
    const began = turns
    await ledger.proofs.lookUp('status', { prefixes: [], keys: keysAsked, postings: () => false })
    expect(turns - began).to.be.above(2_000)
  })

  it('is of the size that it began at, and complete, whatever is recorded in its pauses', async () => {
    const { asOf } = await ledger.status()
    const asking = verifiedImages(clientOf(ledger), { component, proof: 'complete' })
    const ended: unknown[] = []
    void asking.finally(() => ended.push(asking))
    let recorded = 0
    while (ended.length === 0 && recorded < 20) await submit(`later-${recorded++}`)
    const { answer, report } = await asking
    expect(recorded, 'recorded meanwhile').to.be.above(1)
    expect([answer.items.length, answer.assurance]).to.deep.equal([IMAGES, 'complete'])
    expect([answer.asOf.indexedThrough, report.complete?.components.size]).to.deep.equal([
      asOf.treeSize,
      asOf.treeSize,
    ])
  })
})
