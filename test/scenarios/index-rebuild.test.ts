/**
 * A damaged index, with the real program (design issue 7): the ledger starts and answers from it, proves nothing by it and says so;
 * `attestree index rebuild` makes another one beside it, which takes its place while the ledger is served.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { after, before, beforeEach, describe, it } from 'mocha'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { reasonOf } from '../contracts/storage-under-test.ts'
import { createRegisteredLedger, foldersIn, whileServed } from '../helpers/registered-ledger.ts'
import { runProgram } from '../helpers/server-process.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { damage } from '../storage/sqlite/folders.ts'

const lodash = { component: 'pkg:npm/lodash' }

/** Overwrites the page under which all postings are found. */
function garble(file: string): void {
  const database = new Database(file, { readonly: true })
  const page = database
    .prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'posting'")
    .pluck()
    .get()
  const size = Number(database.pragma('page_size', { simple: true }))
  database.close()
  const bytes = readFileSync(file)
  bytes.fill(0xff, ((page ?? 0) - 1) * size, (page ?? 0) * size)
  writeFileSync(file, bytes)
}

describe('a damaged index', function () {
  this.timeout(60_000)
  let root = ''
  let trust: FirstContact
  let recorded = 0
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'attestree-rebuild-'))
    trust = await createRegisteredLedger(root)
  })
  beforeEach(() => whileServed(root, [], (url) => record(clientOf(url))))
  after(() => rm(root, { recursive: true }))

  const indexFile = (): string => join(foldersIn(root).data, 'index.db')
  const clientOf = (url: string): Client => new Client({ url, ...trust })

  async function record(client: Client): Promise<void> {
    recorded++
    await client.submit(signEnvelope(sbomPayload(`image-${recorded}`, ['lodash@4.17.20']), keys.ci))
    await client.images({ ...lodash, proof: 'complete' })
  }

  async function expectWhole(): Promise<void> {
    await using storage = await openSqliteStorage({ ...foldersIn(root), create: false })
    const files = readdirSync(foldersIn(root).data).filter((name) => /^index.*(db|rebuilding)$/.test(name))
    expect(files, 'nothing is left over').to.deep.equal(['index.db'])
    const report = await checkLedger(storage, { key: trust.logKey, scratch: openMemoryStorage().index })
    expect(report).to.deep.include({ entries: recorded + 2, indexedThrough: recorded + 2, problems: [] })
  }

  it('answers without proofs and is not ready, until one that was made beside takes its place', async () => {
    damage(indexFile(), 'UPDATE posting SET edge = zeroblob(length(edge)) WHERE map = 0')
    await whileServed(root, [], async (url) => {
      const client = clientOf(url)
      expect((await client.images(lodash)).items).to.have.length(recorded)
      const lookUp = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ keys: ['dQ=='], minSize: recorded + 2 }),
      }
      expect((await fetch(`${url}/index/components/lookup`, lookUp)).status).to.equal(503)
      const ready = await fetch(`${url}/readyz`)
      expect(ready.status).to.equal(503)
      expect(await ready.text()).to.contain('attestree index rebuild')

      const run = await runProgram(['index', 'rebuild'], root)
      expect(run).to.include({ code: 0 })
      expect(run.stdout).to.match(/root that was published[^]*the one that answers now/)
      expect((await fetch(`${url}/readyz`)).status).to.equal(200)
      await record(client)
      expect((await client.images({ ...lodash, proof: 'complete' })).items).to.have.length(recorded)
    })
    await whileServed(root, [], async (url) => record(clientOf(url)))
    await expectWhole()
  })

  it('that cannot be opened is put aside, and followed into anew', async () => {
    writeFileSync(indexFile(), 'no database')
    await whileServed(root, [], async (url) => record(clientOf(url)))
    await rm(`${indexFile()}.damaged`)
    await expectWhole()
  })

  it('with pages that cannot be read does not keep the log from being served, and is repaired beside it', async () => {
    garble(indexFile())
    await whileServed(root, [], async (url) => {
      expect(await (await fetch(`${url}/checkpoint`)).text()).to.contain(trust.logKey.name)
      expect(await reasonOf(clientOf(url).images(lodash))).to.equal('integrity-error')
      expect((await runProgram(['index', 'rebuild'], root)).code).to.equal(0)
      await record(clientOf(url))
      expect((await fetch(`${url}/readyz`)).status).to.equal(200)
    })
    await expectWhole()
  })

  it('is made again of a stopped ledger too', async () => {
    damage(indexFile(), 'UPDATE posting SET edge = zeroblob(length(edge)) WHERE map = 0')
    expect((await runProgram(['index', 'rebuild'], root)).stdout).to.contain('the one that answers now')
    await expectWhole()
  })
})
