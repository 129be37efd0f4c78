import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize, type LogIndex } from '../../src/brand.ts'
import { systemClock } from '../../src/cli/system-clock.ts'
import { stepsHere } from '../../src/ledger/follow-steps.ts'
import { Follower, type FollowingPublisher } from '../../src/ledger/follower.ts'
import { FOLLOW_BATCH_ENTRIES } from '../../src/ledger/limits.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTrustState } from '../../src/trust/trust-state.ts'
import { createTestLedger, keys, ORIGIN, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

/** Publishes nothing. */
const publisher: FollowingPublisher = {
  limit: (to) => to,
  reached: async () => undefined,
  dueInMs: () => undefined,
  want: () => undefined,
  publish: async () => undefined,
}

const begin = async (): Promise<void> => undefined
const from = { through: treeSize(0), rules: 0 }

describe('the follower', () => {
  it('lets questions be answered between its steps, however far it has to catch up', async () => {
    const storage = openMemoryStorage()
    const ledger = await createTestLedger(storage)
    const names = Array.from({ length: 2 * FOLLOW_BATCH_ENTRIES }, (_, at) => `image-${at}`)
    const bodies = names.map((name) => signEnvelope(sbomPayload(name, ['a@1.0.0']), keys.ci))
    await Promise.all(bodies.map((body) => ledger.submit(body)))
    const size = treeSize(names.length + 1)
    const trust = createTrustState(ORIGIN)
    await foldLog(trust, storage.log, storage.blobs, 0 as LogIndex, size)

    const { index } = openMemoryStorage()
    const onError = (cause: unknown): void => {
      throw cause
    }
    const steps = stepsHere({ storage: { ...storage, index }, trust })
    const options = { steps, publisher, begin, clock: systemClock, onError }
    const follower = new Follower(options, from)
    const reachedAtTurn = new Promise<number>((resolve) => setImmediate(() => resolve(follower.through)))
    follower.advance(size)
    expect(await reachedAtTurn).to.be.below(size)
    await follower.reach(size, 5000)
    expect(follower.through).to.equal(size)
    await follower.stop()
    await ledger[Symbol.asyncDispose]()
  })

  it('lets entries gather while nobody asks, takes them when somebody does, and ends without them', async () => {
    const storage = openMemoryStorage()
    const ledger = await createTestLedger(storage)
    await ledger.submit(signEnvelope(sbomPayload('shop', ['a@1.0.0']), keys.ci))
    const trust = createTrustState(ORIGIN)
    await foldLog(trust, storage.log, storage.blobs, 0 as LogIndex, treeSize(2))
    const sleep = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : new Promise(() => undefined))
    const clock = { now: Date.now, sleep }
    const onError = (cause: unknown): void => {
      throw cause
    }
    const { index } = openMemoryStorage()
    const steps = { ...stepsHere({ storage: { ...storage, index }, trust }), gatherMs: 100 }
    const follower = new Follower({ steps, publisher, begin, clock, onError }, from)
    follower.advance(treeSize(1))
    follower.advance(treeSize(2))
    await ledger.status()
    expect(follower.through).to.equal(0)
    await follower.reach(treeSize(1), 1)
    expect(follower.through).to.equal(2)
    follower.advance(treeSize(3))
    await follower.stop()
    expect(follower.through).to.equal(2)
    await ledger[Symbol.asyncDispose]()
  })

  it('forgets a question that gave up waiting: anybody may ask for a size that never comes', async () => {
    const options = {
      steps: stepsHere({ storage: openMemoryStorage(), trust: createTrustState(ORIGIN) }),
      publisher,
      begin,
      clock: systemClock,
      onError: (cause: unknown): void => {
        throw cause
      },
    }
    const follower = new Follower(options, from)
    await Promise.all([1, 2, 3].map(() => follower.reach(treeSize(Number.MAX_SAFE_INTEGER), 1)))
    expect(follower.waiting).to.equal(0)
  })
})
