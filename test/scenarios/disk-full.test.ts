/**
 * A full disk (README 2.7 "Failure"; robustness.md F-05): a submission is refused with 507, reads go on, and submissions are
 * taken again as soon as there is space, without a restart.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { imageDigest, logIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { noise } from '../contracts/log-samples.ts'
import { reasonOf } from '../contracts/storage-under-test.ts'
import { serveDoor } from '../http/door.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { createRegisteredLedger, foldersIn, whileServed } from '../helpers/registered-ledger.ts'
import { trust as storyTrust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

/** Nothing that compresses away: it needs pages that are not there. */
const bigPackages = Array.from({ length: 400 }, (_, n) => `${formatHex(noise(400, String(n)))}@1.0.0`)
const sbomOf = (name: string, packages: readonly string[] = ['a@1.0.0']) =>
  signEnvelope(sbomPayload(name, packages), keys.ci)

/** Refused with 507, whatever is asked is answered, and the log is as it was. */
async function expectFull(client: Client, size: number): Promise<void> {
  const body = sbomOf('big', bigPackages)
  expect(await reasonOf(client.submit(body))).to.equal('storage-full')
  const response = await fetch(new URL('ledger/v1/attestations', client.url), {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).to.equal(507)
  expect((await client.status()).asOf.treeSize).to.equal(size)
  expect((await client.entry(logIndex(size - 1))).entry).to.equal(size - 1)
  expect((await client.image(imageDigest(digestOf('shop')))).attestations).to.have.length(1)
}

/** What was refused is taken, at the index it would have had. */
async function expectResumed(client: Client, size: number): Promise<void> {
  const { signatures } = await client.submit(sbomOf('big', bigPackages))
  expect(signatures).to.have.nested.property('[0].entry', size)
  const { items } = await client.images({ component: `pkg:npm/${bigPackages[0]}` })
  expect(items.map((row) => row.image)).to.deep.equal([digestOf('big')])
}

describe('a full disk', function () {
  this.timeout(60_000)
  let root = ''
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'attestree-full-'))
  })
  after(() => rm(root, { recursive: true }))

  it('in SQLite: 507 over HTTP, reads go on, and it resumes by itself', async () => {
    const { connections, storage } = await openWatched({
      data: join(root, 'data'),
      signer: join(root, 'signer'),
    })
    await using ledger = await createTestLedger(storage)
    await using server = await serveDoor(ledger)
    const client = new Client({ url: server.url, ...storyTrust })
    await client.submit(sbomOf('shop'))
    for (const database of connections) database.pragma('max_page_count = 1')
    await expectFull(client, 2)
    for (const database of connections) database.pragma('max_page_count = 1000000')
    await expectResumed(client, 2)
    await expectSound(storage)
  })

  it('of a real file system, under the real program: the same', async function () {
    const disk = join(root, 'disk')
    if (!mounted(disk)) {
      console.log('  (skipped: no file system of its own size can be mounted here)')
      this.skip()
    }
    try {
      const trust = await createRegisteredLedger(disk)
      await whileServed(disk, [], (url) => fillAndFree(new Client({ url, ...trust }), join(disk, 'filler')))
      await expectWhole(disk, trust)
    } finally {
      run('umount', disk)
    }
  })
})

/** Opens a storage, and gives all connections that it opened. */
async function openWatched(folders: { readonly data: string; readonly signer: string }) {
  const connections = new Set<Database.Database>()
  const { pragma } = Database.prototype
  Database.prototype.pragma = function pragmaSeen(
    this: Database.Database,
    ...args: Parameters<typeof pragma>
  ) {
    connections.add(this)
    return pragma.apply(this, args)
  }
  try {
    const storage = await openSqliteStorage({ ...folders, create: true })
    return { connections: [...connections].filter((one) => !one.name.endsWith('lock.db')), storage }
  } finally {
    Database.prototype.pragma = pragma
  }
}

async function fillAndFree(client: Client, filler: string): Promise<void> {
  await client.submit(sbomOf('shop'))
  // Once it is in the index, which follows in a thread of its own: there must have been space for that.
  await client.image(imageDigest(digestOf('shop')))
  fill(filler)
  await expectFull(client, 3)
  rmSync(filler)
  await expectResumed(client, 3)
}

async function expectWhole(folder: string, trust: FirstContact): Promise<void> {
  await using storage = await openSqliteStorage({ ...foldersIn(folder), create: false })
  const report = await checkLedger(storage, { key: trust.logKey, scratch: openMemoryStorage().index })
  expect(report).to.deep.include({ entries: 4, problems: [] })
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'ignore' })
}

/** Mounting is for administrators, in Linux alone. */
function mounted(at: string): boolean {
  mkdirSync(at)
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', at)
    return true
  } catch {
    return false
  }
}

/** Writes until not one byte more is taken. */
function fill(file: string): void {
  const into = openSync(file, 'w')
  try {
    for (const size of [65_536, 4_096, 1]) for (;;) if (writeSync(into, new Uint8Array(size)) < size) break
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC')) throw cause
  } finally {
    closeSync(into)
  }
}
