/** Backups: one state of a ledger that goes on, found out if damaged, and never a way back for the log. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { exitCodeOf } from '../../../src/cli/exit-codes.ts'
import { Fault } from '../../../src/errors.ts'
import { checkCopy, checkNotBehind, type CopyFacts } from '../../../src/ledger/copy.ts'
import { copyLedgerDatabase, readHeld, restoreLedgerDatabase } from '../../../src/storage/sqlite/copy.ts'
import { openSqliteStorage, type SqliteFolders } from '../../../src/storage/sqlite/storage.ts'
import { createTestLedger, keys, sbomPayload, signEnvelope } from '../../helpers/test-ledger.ts'
import { damage, withFolders } from './folders.ts'

/** Signer state beside the data, so that the data can be lost alone. */
async function withLedger(
  use: (
    at: SqliteFolders,
    root: string,
    ledger: Awaited<ReturnType<typeof createTestLedger>>,
  ) => Promise<void>,
): Promise<void> {
  await withFolders(async ({ data }) => {
    const root = join(data, '..')
    const folders = { data, signer: join(root, 'signer') }
    const ledger = await createTestLedger(await openSqliteStorage({ ...folders, create: true }), {
      batchWindowMs: 0,
    })
    try {
      await use(folders, root, ledger)
    } finally {
      await ledger[Symbol.asyncDispose]()
    }
  })
}

const submission = (n: number): Uint8Array => signEnvelope(sbomPayload(`image-${n}`, [`a@${n}.0.0`]), keys.ci)

async function backup(data: string, to: string): Promise<CopyFacts> {
  let facts: CopyFacts | undefined
  await copyLedgerDatabase(data, to, async (copy) => {
    facts = await checkCopy(copy)
  })
  if (facts === undefined) throw new Error('not looked at')
  return facts
}

async function refusal(refused: Promise<unknown>): Promise<Fault> {
  const cause = await refused.then(
    () => undefined,
    (one: unknown) => one,
  )
  if (cause instanceof Fault) return cause
  throw new Error(`expected a fault, got ${String(cause)}`)
}

describe('storage/sqlite/copy', () => {
  it('copies one state of a ledger that is being written, whole and checked', async () => {
    await withLedger(async ({ data }, root, ledger) => {
      for (let n = 0; n < 5; n++) await ledger.submit(submission(n))
      const writing = Promise.all(Array.from({ length: 40 }, (_, n) => ledger.submit(submission(100 + n))))
      const facts = await backup(data, join(root, 'backup'))
      await writing
      expect(facts.entries).to.be.within(6, 46)
      expect(facts.published.size).to.be.within(6, facts.entries)
      expect(readdirSync(join(root, 'backup'))).to.deep.equal(['ledger.db'])
    })
  })

  it('a log goes on from a copy in which nothing is missing, and never from an older one', async () => {
    await withLedger(async (folders, root, ledger) => {
      await ledger.submit(submission(1))
      await backup(folders.data, join(root, 'old'))
      await ledger.submit(submission(2))
      await backup(folders.data, join(root, 'whole'))
      await ledger[Symbol.asyncDispose]()
      rmSync(folders.data, { recursive: true })
      const held = await readHeld(folders)
      if (held === undefined) throw new Error('no signer state')

      const judge = (copy: Parameters<typeof checkNotBehind>[0]) => checkNotBehind(copy, held)
      const rollback = await refusal(restoreLedgerDatabase(join(root, 'old'), folders, judge))
      expect([rollback.reason, exitCodeOf(rollback)]).to.deep.equal(['rollback', 75])
      expect(rollback.hint).to.match(/newer copy.*--for-reading/)
      expect(existsSync(join(folders.data, 'ledger.db'))).to.equal(false)

      await restoreLedgerDatabase(join(root, 'whole'), folders, judge)
      const storage = await openSqliteStorage({ ...folders, create: false })
      expect(await storage.log.size()).to.equal(held.size)
      expect((await storage.index.read((reader) => reader.position())).through, 'made again').to.equal(0)
      await storage[Symbol.asyncDispose]()
    })
  })

  it('is refused while a ledger runs on the folder, over another ledger, and of another history', async () => {
    await withLedger(async (folders, root, ledger) => {
      await ledger.submit(submission(1))
      await backup(folders.data, join(root, 'backup'))
      const anything = async (): Promise<void> => undefined
      expect((await refusal(restoreLedgerDatabase(join(root, 'backup'), folders, anything))).reason).to.equal(
        'already-running',
      )
      expect((await refusal(backup(folders.data, join(root, 'backup')))).reason).to.equal('already-exists')
      const held = await readHeld(folders)
      if (held === undefined) throw new Error('no signer state')
      const other = { ...held, root: new Uint8Array(32) }
      const fork = refusal(
        copyLedgerDatabase(join(root, 'backup'), join(root, 'forked'), (copy) => checkNotBehind(copy, other)),
      )
      expect((await fork).reason).to.equal('fork')
      expect(readdirSync(join(root, 'forked')), 'nothing is left behind').to.deep.equal([])
    })
  })

  it('a damaged entry is found before the copy gets its name', async () => {
    await withLedger(async (folders, root, ledger) => {
      await ledger.submit(submission(1))
      await ledger[Symbol.asyncDispose]()
      damage(join(folders.data, 'ledger.db'), "UPDATE entry SET leaf = x'00' WHERE idx = 1")
      expect((await refusal(backup(folders.data, join(root, 'backup')))).class).to.equal('bad-proof')
      expect(readdirSync(join(root, 'backup'))).to.deep.equal([])
    })
  })
})
