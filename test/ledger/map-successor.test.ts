/**
 * What follows a map function (index.md 3): a test-only `status/v2`, built beside `status/v1` from the same log. Each has an output log
 * of its own, so that who knows one of them sees nothing change, until they are told to ask for the other.
 */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { ControlStatement } from '../../src/attestation/control.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { logIndex, treeSize, type TreeSize } from '../../src/brand.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { HeldCheckpoint, Storage } from '../../src/ledger/ports.ts'
import { StatusMap } from '../../src/ledger/status-map.ts'
import { StatusPublisher } from '../../src/ledger/status-publisher.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { statusKeysOf } from '../../src/map/keys.ts'
import { outputLogKey, outputOrigin } from '../../src/map/output-log.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { createTrustState, type TrustState } from '../../src/trust/trust-state.ts'
import { openSigned } from '../../src/verify/map-root.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { refusal } from '../helpers/mangle.ts'
import { STORY_SIZE, tellStory, trust as logTrust } from '../helpers/story.ts'
import {
  digestOf,
  keys,
  openTestLedger,
  ORIGIN,
  revocationPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

/** As v1, and all control statements under one more key. */
const keysOfV2 = (control: ControlStatement): readonly Uint8Array[] => [...statusKeysOf(control), utf8('all')]

async function controlsOf({ log, blobs }: Storage): Promise<TrustState> {
  const state = createTrustState(ORIGIN)
  await foldLog(state, log, blobs, logIndex(0), await log.size())
  return state
}

async function newest({ signer }: Storage): Promise<HeldCheckpoint> {
  const held = await signer.read()
  if (held === undefined) throw new Error('nothing is signed')
  return held
}

interface Opened {
  readonly publisher: StatusPublisher
  readonly stopped: readonly unknown[]
}

/** v2 over the log of `storage`, on an output log in `own`; all that is public is in it. */
async function openV2(storage: Storage, own: Storage, version: 'v1' | 'v2' = 'v2'): Promise<Opened> {
  const stopped: unknown[] = []
  const output = { map: 'status', version, origin: ORIGIN, key: keys.log, readOnly: false } as const
  const publisher = new StatusPublisher(
    {
      output: { ...output, storage: own.outputs.status },
      map: new StatusMap(await controlsOf(storage), keysOfV2),
      onStopped: (cause) => stopped.push(cause),
    },
    await newest(storage),
  )
  await publisher.settled()
  return { publisher, stopped }
}

async function rootOf(storage: Storage, size: TreeSize, keysOf = statusKeysOf): Promise<Uint8Array> {
  const map = new StatusMap(await controlsOf(storage), keysOf)
  map.advance(size)
  return map.versions.latest.root
}

const leavesOf = async ({ outputs: { status } }: Storage): Promise<readonly Uint8Array[]> =>
  status.store.leaves(logIndex(0), await status.store.size())

async function publishV1(): Promise<Storage> {
  const { ledger, storage } = await tellStory()
  await ledger.status()
  await ledger[Symbol.asyncDispose]()
  return storage
}

/** One more revocation, by a ledger that publishes v1. */
async function grow(storage: Storage): Promise<void> {
  const ledger = await openTestLedger(storage)
  const target = parseTarget(`image:${digestOf('shop')}`)
  await ledger.submit(
    signEnvelope(revocationPayload({ target, mode: 'all', reason: 'malicious-artifact' }), keys.admin),
  )
  await ledger.status()
  await ledger[Symbol.asyncDispose]()
}

describe('a map function’s successor', () => {
  it('is made of the whole log at once, beside the map that is public, of which nothing changes', async () => {
    const storage = await publishV1()
    const before = await leavesOf(storage)
    const { published } = (await openV2(storage, openMemoryStorage())).publisher
    expect(published.map(({ size }) => size)).to.deep.equal([STORY_SIZE])
    expect(published[0]?.root).to.deep.equal(await rootOf(storage, STORY_SIZE, keysOfV2))
    expect(published[0]?.root).to.not.deep.equal(await rootOf(storage, STORY_SIZE))
    expect(await leavesOf(storage)).to.deep.equal(before)
    await expectSound(storage)
  })

  it('is published beside it while the log grows, and goes on after a restart', async () => {
    const storage = await publishV1()
    const own = openMemoryStorage()
    await openV2(storage, own)
    const first = await leavesOf(own)
    await grow(storage)
    const { published } = (await openV2(storage, own)).publisher
    const size = treeSize(STORY_SIZE + 1)
    expect(published.at(-1)?.size).to.equal(size)
    expect(published.at(-1)?.root).to.deep.equal(await rootOf(storage, size, keysOfV2))
    expect((await leavesOf(own)).slice(0, first.length)).to.deep.equal(first)
    await expectSound(storage)
  })

  it('is not taken for it by clients, whichever of the two they know', async () => {
    const storage = await publishV1()
    const v1 = (await storage.outputs.status.store.published())?.note ?? ''
    const { publisher } = await openV2(storage, openMemoryStorage())
    const v2 = publisher.published.at(-1)?.checkpoint.note ?? ''
    const keyOfV1 = outputLogKey(logTrust.logKey, 'status')
    openSigned('status map', v1, keyOfV1)
    const asV1 = refusal(() => openSigned('status map', v2, keyOfV1))
    expect(asV1.reason).to.equal('checkpoint-signature-invalid')
    const keyOfV2 = verifierKeyOf(outputOrigin(ORIGIN, 'status', 'v2'), keys.log.publicKey)
    openCheckpoint(v2, keyOfV2)
    expect(refusal(() => openCheckpoint(v1, keyOfV2)).reason).to.equal('wrong-log-key')
  })

  it('cannot go on with its output log: another function is another map', async () => {
    const storage = await publishV1()
    const before = await leavesOf(storage)
    const { publisher, stopped } = await openV2(storage, storage, 'v1')
    expect(stopped.map((cause) => (cause as { reason?: string }).reason)).to.deep.equal(['map-differs'])
    expect(publisher.published).to.deep.equal([])
    expect(await leavesOf(storage)).to.deep.equal(before)
  })
})
