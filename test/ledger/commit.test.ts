import { expect } from 'chai'
import { describe, it } from 'mocha'
import { Fault } from '../../src/errors.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { newMemoryState, type MemoryState } from '../../src/storage/memory/state.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { createTestLedger, keys, openTestLedger, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

/** The steps of the commit protocol that touch storage, in order. */
const steps = ['append', 'replace', 'publish'] as const
type Step = (typeof steps)[number]

/** Fails one step once: before it takes effect, or after it did and the answer was lost. */
interface Failure {
  readonly step: Step
  readonly persisted: boolean
  readonly cause: () => Error
}

function failing(storage: Storage, failure: Failure): Storage {
  let armed = true
  const around = <A extends unknown[]>(step: Step, call: (...args: A) => Promise<void>) => {
    return async (...args: A): Promise<void> => {
      if (step !== failure.step || !armed) return call(...args)
      armed = false
      if (failure.persisted) await call(...args)
      throw failure.cause()
    }
  }
  const { log, signer } = storage
  return {
    ...storage,
    log: { ...log, append: around('append', log.append), publish: around('publish', log.publish) },
    signer: { ...signer, replace: around('replace', signer.replace) },
  }
}

const sbomA = signEnvelope(sbomPayload('a', ['lodash@4.17.20']), keys.ci)
const sbomB = signEnvelope(sbomPayload('b', ['lodash@4.17.21']), keys.ci)

async function sizeOf(ledger: Ledger): Promise<number> {
  return (await ledger.status()).asOf.treeSize
}

describe('the commit protocol', () => {
  for (const step of steps) {
    for (const persisted of [false, true]) {
      const title = `${step} ${persisted ? 'took effect but its answer was lost' : 'did not take effect'}`

      it(`loses nothing and forks nothing when the process stops because ${title}`, async () => {
        const state = newMemoryState()
        await (await createTestLedger(openMemoryStorage(state)))[Symbol.asyncDispose]()
        const fatal: unknown[] = []
        const broken = failing(openMemoryStorage(state), { step, persisted, cause: () => new Error('EIO') })
        const ledger = await openTestLedger(broken, { onFatal: (cause) => fatal.push(cause) })
        const refused = await ledger.submit(sbomA).catch((cause: unknown) => cause)
        expect(refused).to.be.instanceOf(Fault).with.property('reason', 'read-only')
        expect(fatal).to.have.length(1)
        expect(await ledger.submit(sbomB).catch((cause: unknown) => cause)).to.be.instanceOf(Fault)

        const storage = openMemoryStorage(state)
        const again = await openTestLedger(storage)
        const { answer } = await again.submit(sbomA)
        expect(answer.signatures).to.have.length(1)
        expect(await sizeOf(again)).to.equal(2)
        await expectSound(storage)
        await again[Symbol.asyncDispose]()
      })
    }

    it(`refuses with storage-full when ${step} finds no space, goes on reading, and resumes by itself`, async () => {
      const storage = await createdStorage(newMemoryState())
      const full = failing(storage, {
        step,
        persisted: false,
        cause: () => new Fault('storage-full', 'ledger: no space left'),
      })
      const ledger = await openTestLedger(full)
      const refused = await ledger.submit(sbomA).catch((cause: unknown) => cause)
      expect(refused).to.be.instanceOf(Fault).with.property('reason', 'storage-full')
      expect(await sizeOf(ledger)).to.equal(1)
      await ledger.submit(sbomB)
      await ledger.submit(sbomA)
      expect(await sizeOf(ledger)).to.equal(3)
      await expectSound(storage)
      await ledger[Symbol.asyncDispose]()
    })
  }

  it('stops, and never signs, when what is read back is not what was written', async () => {
    const state = newMemoryState()
    const storage = await createdStorage(state)
    const flipped: Storage = {
      ...storage,
      log: {
        ...storage.log,
        entries: async (from, to) =>
          (await storage.log.entries(from, to)).map((entry) =>
            entry.index === 0 ? entry : { ...entry, leaf: flip(entry.leaf) },
          ),
      },
    }
    const fatal: unknown[] = []
    const ledger = await openTestLedger(flipped, { onFatal: (cause) => fatal.push(cause) })
    const signedBefore = state.signer?.note
    expect(await ledger.submit(sbomA).catch((cause: unknown) => cause)).to.be.instanceOf(Fault)
    expect(fatal[0]).to.be.instanceOf(Fault).with.property('reason', 'integrity-error')
    expect(state.signer?.note).to.equal(signedBefore)
  })

  it('stops when another process has signed in between', async () => {
    const state = newMemoryState()
    await createdStorage(state)
    const fatal: unknown[] = []
    const first = await openTestLedger(openMemoryStorage(state), { onFatal: (cause) => fatal.push(cause) })
    const second = await openTestLedger(openMemoryStorage(state))
    await second.submit(sbomB)
    expect(await first.submit(sbomA).catch((cause: unknown) => cause)).to.be.instanceOf(Fault)
    expect(fatal).to.have.length(1)
    await expectSound(openMemoryStorage(state))
    await second[Symbol.asyncDispose]()
  })
})

/** With a ledger in it that was closed once it was indexed: who opens it next is alone with it. */
async function createdStorage(state: MemoryState): Promise<Storage> {
  const ledger = await createTestLedger(openMemoryStorage(state))
  await ledger.status()
  await ledger[Symbol.asyncDispose]()
  return openMemoryStorage(state)
}

function flip(bytes: Uint8Array): Uint8Array {
  const flipped = bytes.slice()
  flipped[0] = (flipped[0] ?? 0) ^ 1
  return flipped
}
