/** The maps as a ledger publishes them: what is signed follows from the log alone, and is never signed twice differently. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { Fault } from '../../src/errors.ts'
import { PUBLISH_ENTRIES } from '../../src/ledger/limits.ts'
import { publishedIn, type PublishedMap } from '../../src/ledger/output-log.ts'
import type { MapName, Storage } from '../../src/ledger/ports.ts'
import { componentPrefix, statusKey, subjectKey, unreadableKey } from '../../src/map/keys.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { checkKeys } from '../../src/verify/complete-keys.ts'
import { checkMapRoot } from '../../src/verify/map-root.ts'
import { newMemoryState } from '../../src/storage/memory/state.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  keys,
  openTestLedger,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

async function saidBy(storage: Storage, map: MapName): Promise<readonly PublishedMap[]> {
  const { store } = storage.outputs[map]
  const size = await store.size()
  return (await store.leaves(logIndex(0), size)).map(publishedIn)
}

describe('the published maps', () => {
  it('have both roots public after each control statement and each batch, and everything checks out', async () => {
    const { ledger, storage } = await tellStory()
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    const [components, status] = [await saidBy(storage, 'components'), await saidBy(storage, 'status')]
    expect(components.at(-1)?.size, 'all eight entries').to.equal(8)
    expect(status.at(-1)?.size).to.equal(8)
    // At 6 and 8 the revocations, whatever the components do.
    expect(status.map(({ size }) => Number(size))).to.include.members([6, 8])
    await expectSound(storage)
  })

  it('prove presence, absence and all under a prefix against the root that is public', async () => {
    const { ledger } = await tellStory()
    const prefix = componentPrefix('pkg:npm/lodash')
    const shop = subjectKey(digestOf('shop'))
    const asked = { prefixes: [prefix], keys: [shop, unreadableKey], postings: () => true }
    const answer = await ledger.proofs.lookUp('components', asked, { minSize: STORY_SIZE })
    const log = { key: trust.logKey, checkpoint: openCheckpoint(answer.asOf.checkpoint, trust.logKey) }
    const root = checkMapRoot('components', answer.map, log)
    const found = checkKeys(root, answer, STORY_SIZE)
    expect(root.size).to.equal(STORY_SIZE)
    expect(found.under(prefix)).to.have.length(4)
    expect(found.postings(shop)).to.deep.equal([1, 2])
    expect(found.value(unreadableKey)).to.equal(undefined)
    const target = statusKey(`image:${digestOf('web')}`)
    const status = await ledger.proofs.lookUp('status', {
      prefixes: [],
      keys: [target],
      postings: () => true,
    })
    expect(
      checkKeys(checkMapRoot('status', status.map, log), status, STORY_SIZE).postings(target),
    ).to.deep.equal([5])
    await ledger[Symbol.asyncDispose]()
  })

  it('come back at the next start without another entry, and go on', async () => {
    const { ledger, storage } = await tellStory()
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    const before = [await saidBy(storage, 'components'), await saidBy(storage, 'status')]
    const again = await openTestLedger(storage)
    await again.status()
    expect([await saidBy(storage, 'components'), await saidBy(storage, 'status')]).to.deep.equal(before)
    await again.submit(signEnvelope(sbomPayload('new', ['lodash@1.0.0']), keys.ci))
    await again.status()
    await again[Symbol.asyncDispose]()
    expect((await saidBy(storage, 'components')).at(-1)?.size).to.equal(9)
    await expectSound(storage)
  })

  it('are compared when an index that was deleted is made again, before anything more is published', async () => {
    const { ledger, storage } = await tellStory()
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    const rebuilt = { ...storage, index: openMemoryStorage().index }
    const again = await openTestLedger(rebuilt)
    await again.submit(signEnvelope(sbomPayload('new', ['lodash@1.0.0']), keys.ci))
    await again.status()
    await again[Symbol.asyncDispose]()
    await expectSound(rebuilt)
    expect((await saidBy(rebuilt, 'components')).at(-1)?.size).to.equal(9)
  })

  it('stop, and the ledger says so, if the index is not what was published; the log goes on', async () => {
    const state = newMemoryState()
    const first = await createTestLedger(openMemoryStorage(state), { batchWindowMs: 0 })
    await first.submit(signEnvelope(sbomPayload('shop', ['lodash@1.0.0']), keys.ci))
    await first.status()
    await first[Symbol.asyncDispose]()
    const before = await saidBy(openMemoryStorage(state), 'components')
    // An index without one of its keys, at the same position.
    const { keys: names, values } = state.index.postings.components
    const components = { keys: names.slice(1), values }
    state.index = { ...state.index, postings: { ...state.index.postings, components } }
    const stopped: [string, unknown][] = []
    const again = await openTestLedger(openMemoryStorage(state), {
      onMapStopped: (map, cause) => stopped.push([map, cause]),
    })
    await again.submit(signEnvelope(sbomPayload('api', ['lodash@2.0.0']), keys.ci))
    await again.status()
    expect(stopped.map(([map]) => map)).to.deep.equal(['components'])
    expect(stopped[0]?.[1]).to.have.property('reason', 'map-differs')
    expect(again.notReady()?.reason).to.equal('map-behind')
    expect(await saidBy(openMemoryStorage(state), 'components')).to.deep.equal(before)
    await again[Symbol.asyncDispose]()
  })

  it('are published in batches: an import makes few entries of the components’ log', async () => {
    const storage = openMemoryStorage()
    const ledger = await createTestLedger(storage, {
      batchWindowMs: 0,
    })
    const bodies = Array.from({ length: PUBLISH_ENTRIES - 2 }, (_, at) =>
      signEnvelope(sbomPayload(`image-${at}`, ['a@1.0.0']), keys.ci),
    )
    await ledger.status()
    for (const body of bodies) await ledger.submit(body)
    await ledger.status()
    expect((await saidBy(storage, 'components')).length).to.be.below(3)
    await ledger[Symbol.asyncDispose]()
  })
})

describe('an output log', () => {
  const steps = ['append', 'replace', 'publish'] as const
  for (const step of steps) {
    for (const when of ['before', 'after'] as const) {
      it(`never forks: a process that ends ${when} its ${step} is followed by one that finishes the same entry`, async () => {
        const { ledger, storage } = await tellStory()
        await ledger.status()
        await ledger[Symbol.asyncDispose]()
        const broken = await openTestLedger(breaking(storage, step, when), { onMapStopped: () => undefined })
        await broken.submit(signEnvelope(sbomPayload('new', ['lodash@1.0.0']), keys.ci))
        await broken.status()
        await broken[Symbol.asyncDispose]()
        const again = await openTestLedger(storage)
        await again.submit(signEnvelope(sbomPayload('newer', ['lodash@1.0.0']), keys.ci))
        await again.status()
        await again[Symbol.asyncDispose]()
        await expectSound(storage)
        expect((await saidBy(storage, 'components')).at(-1)?.size).to.equal(treeSize(10))
      })
    }
  }

  it('is waited for until it is public: an answer names no root that is only stored yet, nor the one before', async () => {
    const storage = openMemoryStorage()
    const { signer } = storage.outputs.components
    let entered = (): void => undefined
    let release = (): void => undefined
    const slowly = async (...given: Parameters<typeof signer.replace>): Promise<void> => {
      const released = new Promise<void>((resolve) => (release = resolve))
      entered()
      await released
      return signer.replace(...given)
    }
    let isSlow = false
    const replace: typeof signer.replace = (...given) => (isSlow ? slowly : signer.replace)(...given)
    const components = { ...storage.outputs.components, signer: { ...signer, replace } }
    const outputs = { ...storage.outputs, components }
    await using ledger = await createTestLedger({ ...storage, outputs }, { batchWindowMs: 0 })
    const ask = () => ledger.proofs.images({ component: 'pkg:npm/lodash' })
    await ask()
    isSlow = true
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@1.0.0']), keys.ci))
    const signing = new Promise<void>((resolve) => (entered = resolve))
    const first = ask()
    await signing
    const second = ask()
    setImmediate(() => setImmediate(() => release()))
    isSlow = false
    for (const { asOf, items } of await Promise.all([first, second])) {
      expect(asOf.indexedThrough).to.equal(asOf.treeSize)
      expect(items.map(({ image }) => image)).to.deep.equal([digestOf('shop')])
    }
  })

  it('waits for space like the log: what found none is published when there is some', async () => {
    const { ledger, storage } = await tellStory()
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    let isFull = true
    const { store } = storage.outputs.components
    const full = async (...given: Parameters<typeof store.append>) => {
      if (isFull) throw new Fault('storage-full', 'no space')
      return store.append(...given)
    }
    const outputs = {
      ...storage.outputs,
      components: { ...storage.outputs.components, store: { ...store, append: full } },
    }
    const again = await openTestLedger({ ...storage, outputs })
    await again.submit(signEnvelope(sbomPayload('new', ['lodash@1.0.0']), keys.ci))
    await again.status()
    isFull = false
    await again.submit(signEnvelope(sbomPayload('newer', ['lodash@1.0.0']), keys.ci))
    await again.status()
    await again[Symbol.asyncDispose]()
    expect((await saidBy(storage, 'components')).at(-1)?.size).to.equal(10)
    await expectSound(storage)
  })
})

/** A storage whose output log of components ends the process at a step. */
function breaking(
  storage: Storage,
  step: 'append' | 'replace' | 'publish',
  when: 'before' | 'after',
): Storage {
  const { store, signer } = storage.outputs.components
  const end = async (action: () => Promise<void>): Promise<void> => {
    if (when === 'after') await action()
    throw new Error(`the process ended ${when} ${step}`)
  }
  const components = {
    store: {
      ...store,
      ...(step === 'append' && {
        append: (batch: Parameters<typeof store.append>[0]) => end(() => store.append(batch)),
      }),
      ...(step === 'publish' && {
        publish: (note: Parameters<typeof store.publish>[0]) => end(() => store.publish(note)),
      }),
    },
    signer: {
      ...signer,
      ...(step === 'replace' && {
        replace: (...given: Parameters<typeof signer.replace>) => end(() => signer.replace(...given)),
      }),
    },
  }
  return { ...storage, outputs: { ...storage.outputs, components } }
}
