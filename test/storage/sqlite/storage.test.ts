/** The SQLite backend under the contracts; creating, opening, and who is kept out. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { LogStore } from '../../../src/ledger/ports.ts'
import {
  openSqliteStorage,
  sqliteStorageState,
  type SqliteFolders,
} from '../../../src/storage/sqlite/storage.ts'
import { describeBlobStore } from '../../contracts/blob-store.ts'
import { describeIndexStore } from '../../contracts/index-store.ts'
import { allEntries, batchAt, entriesAt } from '../../contracts/log-samples.ts'
import { describeLogStore } from '../../contracts/log-store.ts'
import { describeOutputStorage } from '../../contracts/output-store.ts'
import { describeSignerState } from '../../contracts/signer-state.ts'
import { reasonOf } from '../../contracts/storage-under-test.ts'
import { damage, openSqlite, withFolders } from './folders.ts'

describeSignerState('sqlite', openSqlite)
describeLogStore('sqlite', openSqlite)
describeBlobStore('sqlite', openSqlite)
describeIndexStore('sqlite', openSqlite)
describeOutputStorage('sqlite', openSqlite)

const create = (folders: SqliteFolders) => openSqliteStorage({ ...folders, create: true })
const open = (folders: SqliteFolders) => openSqliteStorage({ ...folders, create: false })

/** A storage with five entries, closed. */
async function createClosed(folders: SqliteFolders): Promise<void> {
  const storage = await create(folders)
  await storage.log.append(batchAt(0, 5))
  await storage[Symbol.asyncDispose]()
}

describe('sqlite storage: creating', () => {
  it('makes folders and files for their owner only', async function () {
    if (process.platform === 'win32') return this.skip()
    await withFolders(async (folders) => {
      const storage = await create(folders)
      await storage.log.append(batchAt(0, 1))
      await storage.signer.read()
      expect(statSync(folders.data).mode & 0o777).to.equal(0o700)
      expect(statSync(folders.signer).mode & 0o777).to.equal(0o700)
      const files = [...readdirSync(folders.data), 'signer/signer.db'].filter((name) => name !== 'signer')
      expect(files).to.include.members(['ledger.db', 'ledger.db-wal', 'index.db', 'lock.db'])
      for (const name of files) expect(statSync(join(folders.data, name)).mode & 0o777, name).to.equal(0o600)
      await storage[Symbol.asyncDispose]()
    })
  })

  it('uses folders that are there, with what else is in them', async () =>
    withFolders(async (folders) => {
      mkdirSync(folders.signer, { recursive: true })
      writeFileSync(join(folders.signer, 'log.key'), 'a key')
      const storage = await create(folders)
      expect(await storage.log.size()).to.equal(0)
      await storage[Symbol.asyncDispose]()
    }))

  it('refuses what is there, whole or in part, and leaves it as it is', async () =>
    withFolders(async (folders) => {
      await createClosed(folders)
      expect(await reasonOf(create(folders))).to.equal('already-exists')
      for (const file of ['index.db', 'ledger.db']) {
        rmSync(join(folders.data, file))
        expect(await reasonOf(create(folders))).to.equal('already-exists')
        expect(existsSync(join(folders.data, file))).to.equal(false)
      }
    }))

  it('refuses a write-ahead log without its database: it may hold entries', async () =>
    withFolders(async (folders) => {
      mkdirSync(folders.data, { recursive: true })
      writeFileSync(join(folders.data, 'ledger.db-wal'), 'entries')
      expect(await reasonOf(create(folders))).to.equal('already-exists')
    }))

  it('tells nothing, a part and the whole apart', async () =>
    withFolders(async (folders) => {
      expect(sqliteStorageState(folders)).to.equal('nothing')
      await createClosed(folders)
      expect(sqliteStorageState(folders)).to.equal('whole')
      rmSync(join(folders.data, 'index.db'))
      expect(sqliteStorageState(folders), 'the index is derived').to.equal('whole')
      rmSync(join(folders.signer, 'signer.db'))
      expect(sqliteStorageState(folders)).to.equal('part')
    }))
})

describe('sqlite storage: opening', () => {
  it('refuses folders without a ledger, and makes nothing there', async () =>
    withFolders(async (folders) => {
      expect(await reasonOf(open(folders))).to.equal('not-found')
      expect(existsSync(folders.data)).to.equal(false)
    }))

  it('refuses data without signer state, and signer state without data, with a remedy', async () => {
    for (const missing of ['signer/signer.db', 'ledger.db']) {
      await withFolders(async (folders) => {
        await createClosed(folders)
        rmSync(join(folders.data, missing))
        const refusal: unknown = await open(folders).catch((cause: unknown) => cause)
        expect(refusal).to.have.property('reason', 'partial-state')
        expect(refusal).to.have.property('message').that.includes(missing)
        expect(refusal).to.have.property('hint').that.includes(missing.split('/').at(-1))
      })
    }
  })

  it('refuses a ledger whose creation was interrupted', async () => {
    for (const empty of ['ledger.db', 'signer/signer.db']) {
      await withFolders(async (folders) => {
        await createClosed(folders)
        writeFileSync(join(folders.data, empty), '')
        expect(await reasonOf(open(folders))).to.equal('partial-state')
      })
    }
  })

  it('makes a deleted index anew, also where its write-ahead log was left', async () => {
    await withFolders(async (folders) => {
      await createClosed(folders)
      rmSync(join(folders.data, 'index.db'))
      writeFileSync(join(folders.data, 'index.db-wal'), 'left over')
      const storage = await open(folders)
      expect(await storage.index.read((reader) => reader.position())).to.deep.equal({
        through: 0,
        rules: 0,
      })
      expect(await allEntries(storage.log)).to.deep.equal(entriesAt(0, 5))
      await storage[Symbol.asyncDispose]()
    })
  })

  const strange: readonly [what: string, file: string, sql: string, words: RegExp][] = [
    ['a newer ledger', 'ledger.db', 'PRAGMA user_version = 6', /schema version 5 or older, found 6/],
    [
      'a newer signer state',
      'signer/signer.db',
      'PRAGMA user_version = 99',
      /schema version 3 or older, found 99/,
    ],
    ['a newer index', 'index.db', 'PRAGMA user_version = 4', /schema version 3 or older, found 4/],
    ['a database of another program', 'ledger.db', 'PRAGMA application_id = 7', /another SQLite database/],
  ]
  for (const [what, file, sql, words] of strange) {
    it(`refuses ${what} with clear text, and lets go of the lock`, async () =>
      withFolders(async (folders) => {
        await createClosed(folders)
        damage(join(folders.data, file), sql)
        for (let time = 0; time < 2; time++) {
          const refusal: unknown = await open(folders).catch((cause: unknown) => cause)
          expect(refusal).to.have.property('reason', 'unsupported')
          expect(refusal).to.have.property('message').that.matches(words)
        }
      }))
  }

  it('refuses a file that is no database', async () =>
    withFolders(async (folders) => {
      await createClosed(folders)
      writeFileSync(join(folders.data, 'ledger.db'), 'no database '.repeat(1000))
      expect(await reasonOf(open(folders))).to.equal('integrity-error')
    }))

  it('refuses one kind of database in the place of another', async () =>
    withFolders(async (folders) => {
      await createClosed(folders)
      rmSync(join(folders.data, 'index.db'))
      await withFolders(async (others) => {
        await createClosed(others)
        rmSync(join(folders.signer, 'signer.db'))
        copyFileSync(join(others.data, 'ledger.db'), join(folders.signer, 'signer.db'))
      })
      expect(await reasonOf(open(folders))).to.equal('unsupported')
    }))
})

describe('sqlite storage: one process', () => {
  it('refuses a second opening at once, until the first is closed; closing twice is closing once', async () =>
    withFolders(async (folders) => {
      const storage = await create(folders)
      expect(await reasonOf(open(folders))).to.equal('already-running')
      await storage.log.append(batchAt(0, 5))
      await storage[Symbol.asyncDispose]()
      await storage[Symbol.asyncDispose]()
      const again = await open(folders)
      expect(await allEntries(again.log)).to.deep.equal(entriesAt(0, 5))
      await again[Symbol.asyncDispose]()
    }))

  it('keeps the lock while any part of the storage is in use, though nobody holds the whole', async () =>
    withFolders(async (folders) => {
      const log = await logOnly(folders)
      await collectGarbage()
      expect(await reasonOf(open(folders))).to.equal('already-running')
      await log.append(batchAt(0, 1))
    }))

  it('closes while a read stands open, and closes that one when it ends', async () =>
    withFolders(async (folders) => {
      const storage = await create(folders)
      await storage.index.read(async (reader) => {
        await storage[Symbol.asyncDispose]()
        expect(await reader.position()).to.deep.equal({ through: 0, rules: 0 })
      })
      const refusal: unknown = await storage.index
        .read((reader) => reader.position())
        .catch((cause: unknown) => cause)
      expect(refusal).to.be.instanceOf(Error)
      await (await open(folders))[Symbol.asyncDispose]()
    }))
})

async function logOnly(folders: SqliteFolders): Promise<LogStore> {
  return (await create(folders)).log
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('expected to be able to collect garbage')
  for (let time = 0; time < 3; time++) {
    // What the running job has touched is kept to its end.
    await setImmediate()
    collect()
  }
}
