import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import type { LogIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import { firstContact, type FirstContact } from '../../src/client/first-contact.ts'
import { withSigner } from '../../src/cli/trust-add-signer.ts'
import { parseKeyFile } from '../../src/crypto/key-file.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { rootFromTiles } from '../../src/ledger/commit.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import type { SubmitAnswer } from '../../src/verify/answer.ts'
import { runProgram, startServerProcess } from '../helpers/server-process.ts'
import { seededRandom } from '../helpers/test-key.ts'
import { keys, sbomPayload } from '../helpers/test-ledger.ts'

/** KILLS=500 npm test … raises it; the same seed gives the same delays. */
const KILLS = Number(process.env['KILLS'] ?? 10)
const WRITERS = 8
const MAX_DELAY_MS = 400

describe('kill −9 at random points under load', function () {
  this.timeout(30_000 + KILLS * 5_000)
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-kill-'))
  })
  after(() => rm(folder, { recursive: true }))

  it(`loses no acknowledged entry, forks nothing, and keeps the same index (${KILLS} kills)`, async () => {
    const trust = await createLedger(folder)
    const acknowledged: SubmitAnswer[] = []
    const random = seededRandom('kill -9')
    for (let round = 0; round < KILLS; round++) {
      const server = await startServerProcess([], folder)
      const client = new Client({ url: server.url, ...trust })
      let alive = true
      const load = Array.from({ length: WRITERS }, (_, writer) =>
        write(client, () => alive, `${round}-${writer}`, acknowledged),
      )
      await new Promise((resolve) => setTimeout(resolve, 20 + ((random(1)[0] ?? 0) / 255) * MAX_DELAY_MS))
      alive = false
      await server.kill()
      await Promise.all(load)
    }
    await settle(folder)
    expect(acknowledged.length).to.be.greaterThan(KILLS)
    await expectNothingLost(folder, trust, acknowledged)
  })
})

/** A ledger with one registered builder. */
async function createLedger(at: string): Promise<FirstContact> {
  expect((await runProgram(['server', 'init'], at)).code).to.equal(0)
  const server = await startServerProcess([], at)
  const trust = await firstContact(server.url)
  const client = new Client({ url: server.url, ...trust })
  const { root, id } = await currentTrustRoot(client)
  const next = { ...withSigner(root, 'ci', keys.ci.publicKey, ['https://*']), version: 2, previous: id }
  await client.submit(signStatement(trustRootStatement(next), await administratorKey(at)))
  expect(await server.stop()).to.equal(0)
  return trust
}

async function administratorKey(at: string) {
  const config = join(at, 'config', 'attestree')
  const [log = ''] = await readdir(config)
  return parseKeyFile(await readFile(join(config, log, 'admin.key'), 'utf8'), '')
}

async function write(
  client: Client,
  alive: () => boolean,
  name: string,
  acknowledged: SubmitAnswer[],
): Promise<void> {
  for (let n = 0; alive(); n++) {
    const body = signStatement(
      sbomPayload(`image-${name}-${n}`, ['lodash@4.17.20', `only-${name}@1.0.${n}`]),
      keys.ci,
    )
    try {
      acknowledged.push(await client.submit(body))
    } catch (cause) {
      // The server was killed under this request: nothing was acknowledged. Anything else is a failure.
      if (alive()) throw cause
    }
  }
}

/** One orderly start and stop: recovery, and the index catches up. */
async function settle(at: string): Promise<void> {
  const server = await startServerProcess([], at)
  const client = new Client({ url: server.url, ...(await firstContact(server.url)) })
  let status = await client.status()
  while (status.asOf.indexedThrough < status.asOf.treeSize) status = await client.status()
  expect(await server.stop()).to.equal(0)
}

async function expectNothingLost(
  at: string,
  trust: FirstContact,
  acknowledged: readonly SubmitAnswer[],
): Promise<void> {
  await using storage = await openSqliteStorage({
    data: join(at, 'attestree-data'),
    signer: join(at, 'attestree-data', 'signer'),
    create: false,
  })
  const report = await checkLedger(storage, { key: trust.logKey, scratch: openMemoryStorage().index })
  expect(report.problems).to.deep.equal([])
  expect(report.indexedThrough).to.equal(report.entries)
  for (const answer of acknowledged) {
    for (const signature of answer.signatures) {
      if (!('entry' in signature)) throw new Error('a signature was left out')
      const [entry] = await storage.log.entries(signature.entry, (signature.entry + 1) as never)
      expect(entry?.attestation).to.equal(answer.attestation)
    }
    // Every checkpoint that was ever handed out is a state of this very log.
    const { size, root } = openCheckpoint(answer.asOf.checkpoint, trust.logKey)
    if (!equalBytes(await rootFromTiles(storage.log, size), root)) throw new Error(`fork at size ${size}`)
  }
  const indexes = acknowledged.flatMap((answer) =>
    answer.signatures.flatMap((one) => ('entry' in one ? [one.entry] : [])),
  )
  expect(new Set<LogIndex>(indexes).size).to.equal(indexes.length)
}
