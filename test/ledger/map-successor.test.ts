/**
 * What follows a map function (index.md 3): a test-only v2 of both maps, built beside v1 from the same log. Each has an output log
 * of its own, so that who knows one of them sees nothing change, until they are told to ask for the other.
 */
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { ControlStatement } from '../../src/attestation/control.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { createApp } from '../../src/http/app.ts'
import { startServer } from '../../src/http/serve.ts'
import { currentRules, type IndexRules, type KnownRules } from '../../src/ledger/index-rules.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { HeldCheckpoint, Storage } from '../../src/ledger/ports.ts'
import { rebuildIndex } from '../../src/ledger/rebuild-index.ts'
import { StatusMap } from '../../src/ledger/status-map.ts'
import { StatusPublisher } from '../../src/ledger/status-publisher.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { keysOfLine, statusKeysOf } from '../../src/map/keys.ts'
import { outputLogKey, outputOrigin } from '../../src/map/output-log.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { newestIndex } from '../../src/storage/sqlite/index-files.ts'
import { isIndexTaken, openSqliteRebuild } from '../../src/storage/sqlite/rebuild.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { createTrustState, type TrustState } from '../../src/trust/trust-state.ts'
import { openSigned } from '../../src/verify/map-root.ts'
import { refusal } from '../helpers/mangle.ts'
import { tellStory, trust as logTrust } from '../helpers/story.ts'
import {
  createTestLedger,
  keys,
  openTestLedger,
  ORIGIN,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'
import { withFolders } from '../storage/sqlite/folders.ts'

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
      log: storage.log,
      map: new StatusMap(await controlsOf(storage), keysOfV2),
      onStopped: (cause) => stopped.push(cause),
    },
    await newest(storage),
  )
  await publisher.settled()
  return { publisher, stopped }
}

const leavesOf = async ({ outputs: { status } }: Storage): Promise<readonly Uint8Array[]> =>
  status.store.leaves(logIndex(0), await status.store.size())

async function publishV1(): Promise<Storage> {
  const { ledger, storage } = await tellStory()
  await ledger.status()
  await ledger[Symbol.asyncDispose]()
  return storage
}

/** The rules after the current ones: both maps have another function. */
const rulesV2: IndexRules = {
  number: currentRules.number + 1,
  components: { version: 'v2', keysOf: (line) => [...keysOfLine(line), utf8('all')] },
  status: { version: 'v2', keysOf: keysOfV2 },
}
const rules: KnownRules = [currentRules, rulesV2]

async function served(ledger: Ledger, use: (url: string) => Promise<void>): Promise<void> {
  const report = (cause: unknown): void => {
    throw cause
  }
  const server = await startServer(createApp(ledger, { report }), { host: '127.0.0.1', port: 0 })
  await use(server.url)
  await server.close()
}

const headers = { 'content-type': 'application/json' }
const record = (ledger: Ledger, name: string) =>
  ledger.submit(signEnvelope(sbomPayload(name, ['lodash@4.17.20']), keys.ci))

/** Of both maps: the newest signed notes of a function. */
async function notesOf(ledger: Ledger, version: 'v1' | 'v2'): Promise<readonly string[]> {
  const doors = (['components', 'status'] as const).map((map) => ledger.maps.outputDoor(map, version))
  return Promise.all(doors.map((door) => door.checkpoint()))
}

/** How many entries the map has under a key that only v2 has, as of `size`, published by then. */
async function postedUnderAll(ledger: Ledger, map: 'components' | 'status', size: number): Promise<number> {
  const asked = { prefixes: [], keys: [utf8('all')], postings: () => true }
  const { keys: found } = await ledger.proofs.lookUp(map, asked, { minSize: treeSize(size) })
  return found[0]?.postings?.length ?? 0
}

describe('a map function’s successor', () => {
  it('is built beside it while it answers, takes its place, and goes on; what was published before is served as it was', async () => {
    await withFolders(async (folders) => {
      const first = await createTestLedger(await openSqliteStorage({ ...folders, create: true }))
      await record(first, 'shop')
      await postedUnderAll(first, 'components', 2)
      await first[Symbol.asyncDispose]()

      const open = async () =>
        openTestLedger(await openSqliteStorage({ ...folders, create: false }), { rules })
      const ledger = await open()
      expect(await postedUnderAll(ledger, 'components', 2), 'v1').to.equal(0)
      const before = await notesOf(ledger, 'v1')
      await served(ledger, async (url) => {
        const lookUp = (path: string) =>
          fetch(`${url}/index/${path}/lookup`, { method: 'POST', headers, body: '{"keys":["dQ=="]}' })
        expect((await lookUp('components')).status).to.equal(200)
        expect((await fetch(`${url}/index/components/v2/checkpoint`)).status, 'nothing yet').to.equal(503)
        {
          await using storage = openSqliteRebuild(folders.data)
          await rebuildIndex(storage, { origin: ORIGIN, key: keys.log }, () => undefined, rulesV2)
          storage.complete()
        }
        while (!isIndexTaken(folders.data))
          expect((await ledger.status()).asOf.treeSize, await sleep(20)).to.equal(2)

        await record(ledger, 'api')
        expect(await postedUnderAll(ledger, 'components', 3)).to.equal(3)
        expect(await postedUnderAll(ledger, 'status', 3)).to.equal(1)
        for (const [at, map] of (['components', 'status'] as const).entries()) {
          const note = await (await fetch(`${url}/index/${map}/v2/checkpoint`)).text()
          openCheckpoint(note, verifierKeyOf(outputOrigin(ORIGIN, map, 'v2'), keys.log.publicKey))
          expect(await (await fetch(`${url}/index/${map}/checkpoint`)).text()).to.equal(before[at])
          expect((await fetch(`${url}/index/${map}/tile/entries/000.p/1`)).status).to.equal(200)
          expect((await lookUp(map)).status).to.equal(503)
          expect((await lookUp(`${map}/v2`)).status).to.equal(200)
        }
        expect((await ledger.images({ component: 'pkg:npm/lodash' })).coverage.affected).to.equal(2)
      })
      await ledger[Symbol.asyncDispose]()

      // By another index of the same rules, made anew: it is compared with what was published of v2.
      rmSync(newestIndex(folders.data))
      const again = await open()
      await record(again, 'web')
      expect(await postedUnderAll(again, 'components', 4)).to.equal(4)
      expect(await notesOf(again, 'v1')).to.deep.equal(before)
      await again[Symbol.asyncDispose]()
    })
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
