/**
 * Data or signer state put back from a copy (robustness.md F-09), with the real program: it signs nothing, says which of
 * the two is older, and still serves reads with --read-only.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { imageDigest, logIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { reasonOf } from '../contracts/storage-under-test.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { createRegisteredLedger, foldersIn, whileServed } from '../helpers/registered-ledger.ts'
import { runProgram } from '../helpers/server-process.ts'
import { digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

/** States of the ledger: 3 entries; 4 entries; another fourth entry after the 3. */
const states = ['older', 'newer', 'other'] as const
type State = (typeof states)[number]

const mixes: readonly (readonly [what: string, data: State, signer: State, reason: RegExp])[] = [
  ['data older than the signer state', 'older', 'newer', /data is older than the signer state[^]*rollback/],
  ['a signer state older than the data', 'newer', 'older', /signer state is older than the data[^]*rollback/],
  ['data of another history', 'other', 'newer', /not the one that was signed[^]*fork/],
]

const sbomOf = (name: string) => signEnvelope(sbomPayload(name, ['lodash@4.17.20']), keys.ci)

describe('data or signer state put back from a copy', function () {
  this.timeout(60_000)
  let root = ''
  let trust: FirstContact
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'attestree-rollback-'))
    trust = await createRegisteredLedger(root)
    await record(root, 'shop')
    keep('older')
    await record(root, 'api')
    keep('newer')
    put('older', 'older')
    await record(root, 'web')
    keep('other')
  })
  after(() => rm(root, { recursive: true }))

  /** Copies the stopped ledger. */
  function keep(state: State): void {
    cpSync(foldersIn(root).data, join(root, state), { recursive: true })
  }

  /** Puts data and signer state back, each from a copy. */
  function put(data: State, signer: State): void {
    const { data: to } = foldersIn(root)
    rmSync(to, { recursive: true })
    cpSync(join(root, data), to, { recursive: true })
    rmSync(foldersIn(root).signer, { recursive: true })
    cpSync(join(root, signer, 'signer'), foldersIn(root).signer, { recursive: true })
  }

  async function record(at: string, name: string): Promise<void> {
    await whileServed(at, [], (url) => new Client({ url, ...trust }).submit(sbomOf(name)))
  }

  for (const [what, data, signer, reason] of mixes) {
    it(`${what}: exit 75, nothing is signed, and --read-only serves what was published`, async () => {
      put(data, signer)
      const signed = readFileSync(join(foldersIn(root).signer, 'signer.db'))
      const run = await runProgram(['server', 'start', '--port', '0'], root)
      expect(run.stderr).to.match(reason)
      expect(run).to.include({ code: 75, stdout: '' })
      await expectReadsOnly(root, trust, data)
      expect(readFileSync(join(foldersIn(root).signer, 'signer.db'))).to.deep.equal(signed)
    })
  }

  it('both put back to where they belong together: it signs on, and nothing is forked', async () => {
    put('newer', 'newer')
    await record(root, 'late')
    await using storage = await openSqliteStorage({ ...foldersIn(root), create: false })
    const report = await checkLedger(storage, { key: trust.logKey, scratch: openMemoryStorage().index })
    expect(report).to.deep.include({ entries: 5, signed: 5, published: 5, problems: [] })
  })
})

/** Reads are proven against the last published checkpoint; a submission is refused by name. */
async function expectReadsOnly(folder: string, trust: FirstContact, data: State): Promise<void> {
  await whileServed(folder, ['--read-only'], async (url) => {
    const client = new Client({ url, ...trust })
    const { asOf, readOnly } = await client.status()
    const entries = data === 'older' ? 3 : 4
    expect(asOf.treeSize).to.equal(entries)
    expect(readOnly).to.equal('started with --read-only')
    expect((await client.entry(logIndex(entries - 1))).entry).to.equal(entries - 1)
    expect((await client.image(imageDigest(digestOf('shop')))).sboms).to.have.length(1)
    expect((await client.images({ component: 'pkg:npm/lodash' })).items).to.have.length(entries - 2)
    expect(await reasonOf(client.submit(sbomOf('refused')))).to.equal('read-only')
    expect((await client.status()).asOf.treeSize).to.equal(entries)
  })
}
