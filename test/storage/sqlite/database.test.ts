/** The open sequence (robustness.md 7.1), and a full disk. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../../src/brand.ts'
import { sha256 } from '../../../src/crypto/sha256.ts'
import { u64be } from '../../../src/encoding/bytes.ts'
import { blobWriter, sqliteBlobStore } from '../../../src/storage/sqlite/blob-store.ts'
import {
  indexDatabase,
  ledgerDatabase,
  moveWal,
  openDatabase,
  openLedgerBeside,
  openReader,
  signerDatabase,
  type Connection,
  type DatabaseKind,
} from '../../../src/storage/sqlite/database.ts'
import { sqliteIndexStore } from '../../../src/storage/sqlite/index-store.ts'
import { sqliteOutputStore } from '../../../src/storage/sqlite/output-store.ts'
import { sqliteLogStore } from '../../../src/storage/sqlite/log-store.ts'
import { sqliteSignerState } from '../../../src/storage/sqlite/signer-state.ts'
import { allEntries, batchAt, blobOf, entriesAt, noise } from '../../contracts/log-samples.ts'
import { reasonOf } from '../../contracts/storage-under-test.ts'
import { withFolders } from './folders.ts'

async function withDatabase(
  kind: DatabaseKind,
  use: (database: Connection, path: string) => Promise<void>,
): Promise<void> {
  await withFolders(async ({ data }) => {
    mkdirSync(data, { recursive: true })
    const path = join(data, kind.file)
    writeFileSync(path, '')
    const database = openDatabase(path, kind, 'fill')
    try {
      await use(database, path)
    } finally {
      database.close()
    }
  })
}

/** Leaves no page beyond those that are used. */
function fill(database: Connection): void {
  database.pragma('max_page_count = 1')
}

function makeSpace(database: Connection): void {
  database.pragma('max_page_count = 1000000')
}

const pragma = (database: Connection, name: string) => database.pragma(name, { simple: true })

const versions = new Map([
  [ledgerDatabase, 5],
  [signerDatabase, 3],
  [indexDatabase, 3],
])

describe('sqlite database', () => {
  for (const kind of [ledgerDatabase, signerDatabase, indexDatabase]) {
    it(`opens ${kind.file} so that a commit survives a power cut and a planted schema runs nothing`, async () =>
      withDatabase(kind, async (database) => {
        expect(pragma(database, 'journal_mode')).to.equal('wal')
        expect(pragma(database, 'synchronous'), 'FULL').to.equal(2)
        expect(pragma(database, 'trusted_schema')).to.equal(0)
        expect(pragma(database, 'cell_size_check')).to.equal(1)
        expect(pragma(database, 'mmap_size')).to.equal(0)
        expect(pragma(database, 'busy_timeout')).to.equal(5000)
        expect(pragma(database, 'application_id')).to.equal(kind.applicationId)
        expect(pragma(database, 'user_version')).to.equal(versions.get(kind))
        expect(pragma(database, 'integrity_check')).to.equal('ok')
        const loose = database.prepare<[], string>(
          "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0",
        )
        expect(
          loose
            .pluck()
            .all()
            .filter((name) => !name.startsWith('sqlite_')),
        ).to.deep.equal([])
      }))
  }

  it('opens readers that cannot write', async () =>
    withDatabase(indexDatabase, async (_, path) => {
      const reader = openReader(path)
      expect(() => reader.exec('DELETE FROM position')).to.throw(/readonly/)
      expect(pragma(reader, 'trusted_schema')).to.equal(0)
      reader.close()
    }))

  it('waits longer where another thread of ours writes too: a disk that stalls under that one is no error here', async () =>
    withDatabase(ledgerDatabase, async (_, path) => {
      const beside = openLedgerBeside(path)
      expect(pragma(beside, 'busy_timeout')).to.equal(60_000)
      beside.close()
    }))

  it('opens a database again without changing it', async () =>
    withDatabase(signerDatabase, async (database, path) => {
      const before = pragma(database, 'schema_version')
      const again = openDatabase(path, signerDatabase, 'refuse')
      expect(pragma(again, 'schema_version')).to.equal(before)
      again.close()
    }))
})

describe('sqlite database: a full disk', () => {
  it('refuses an append as storage-full with nothing changed, and goes on when there is space', async () =>
    withDatabase(ledgerDatabase, async (database) => {
      const writer = blobWriter(database)
      const log = sqliteLogStore(database, writer)
      const blobs = sqliteBlobStore(database, writer)
      await log.append(batchAt(0, 5))
      fill(database)
      const blob = blobOf(noise(100_000))
      expect(await reasonOf(log.append(batchAt(5, 300, { blobs: [blob] })))).to.equal('storage-full')
      expect(await reasonOf(blobs.put([blob]))).to.equal('storage-full')
      expect(await allEntries(log)).to.deep.equal(entriesAt(0, 5))
      expect(await blobs.get(blob.digest)).to.equal(undefined)
      makeSpace(database)
      await log.append(batchAt(5, 300, { blobs: [blob] }))
      expect(await allEntries(log)).to.deep.equal(entriesAt(0, 300))
      expect(await blobs.get(blob.digest)).to.deep.equal(blob.bytes)
    }))

  it('refuses to publish and to sign as storage-full, and goes on when there is space', async () => {
    const note = 'a note '.repeat(5000)
    await withDatabase(ledgerDatabase, async (database) => {
      const log = sqliteLogStore(database, blobWriter(database))
      await log.append(batchAt(0, 5))
      fill(database)
      expect(await reasonOf(log.publish({ size: treeSize(5), note }))).to.equal('storage-full')
      expect(await log.published()).to.equal(undefined)
      makeSpace(database)
      await log.publish({ size: treeSize(5), note })
    })
    await withDatabase(signerDatabase, async (database) => {
      const signer = sqliteSignerState(database)
      const next = { size: treeSize(5), root: sha256(u64be(5)), note }
      fill(database)
      expect(await reasonOf(signer.replace(undefined, next))).to.equal('storage-full')
      expect(await signer.read()).to.equal(undefined)
      makeSpace(database)
      await signer.replace(undefined, next)
      expect(await signer.read()).to.deep.equal(next)
    })
  })

  it('leaves in the WAL what there is no space to move: a step of the index that is done has not failed', () => {
    const failing = (code: string) => ({
      pragma: () => {
        throw new Database.SqliteError('no', code)
      },
    })
    expect(() => moveWal(failing('SQLITE_FULL'))).not.to.throw()
    expect(() => moveWal(failing('SQLITE_IOERR_WRITE'))).to.throw(/no/)
  })

  it('takes the output logs of an older version over as they are, and keeps them as it did before', async () =>
    withFolders(async ({ data }) => {
      mkdirSync(data, { recursive: true })
      const path = join(data, ledgerDatabase.file)
      const schema = readFileSync(new URL('../../../schema/sqlite/ledger.sql', import.meta.url), 'utf8')
      const older = new Database(path)
      older.exec(schema.split(/^-- version 4$/m)[0] ?? '')
      older.pragma(`application_id = ${ledgerDatabase.applicationId}`)
      older.pragma('user_version = 3')
      older.exec("INSERT INTO output_leaf VALUES (1, 0, x'05', zeroblob(32))")
      older.exec(
        "INSERT INTO output_tile VALUES (1, 0, 0, zeroblob(32)); INSERT INTO output_note VALUES (1, 1, 'note')",
      )
      older.close()
      const database = openDatabase(path, ledgerDatabase, 'refuse')
      const status = sqliteOutputStore(database, 'status', 'v1')
      expect(await status.size()).to.equal(1)
      expect(await status.published()).to.deep.equal({ size: 1, note: 'note' })
      expect(database.prepare('SELECT length(hashes) FROM output_tile').pluck().get()).to.equal(32)
      for (const table of ['output_leaf', 'output_note', 'output_tile'])
        expect(() => database.exec(`DELETE FROM ${table}`)).to.throw(/never removed/)
      expect(await sqliteOutputStore(database, 'status', 'v2').size()).to.equal(0)
      database.close()
    }))

  it('empties an index of an older version, which is derived, so that it is built again', async () =>
    withFolders(async ({ data }) => {
      mkdirSync(data, { recursive: true })
      const path = join(data, indexDatabase.file)
      const schema = readFileSync(new URL('../../../schema/sqlite/index.sql', import.meta.url), 'utf8')
      const older = new Database(path)
      older.exec(schema.split(/^-- version \d+$/m)[1] ?? '')
      older.pragma(`application_id = ${indexDatabase.applicationId}`)
      older.pragma('user_version = 1')
      older.exec(
        "UPDATE position SET through = 7, manifest_version = 5; INSERT INTO fact VALUES (0, x'00', '{}')",
      )
      older.close()
      const index = sqliteIndexStore(openDatabase(path, indexDatabase, 'refuse'))
      expect(await index.read((reader) => reader.position())).to.deep.equal({ through: 0, rules: 0 })
      expect(await index.read((reader) => reader.scan('entry', { limit: 1 }))).to.deep.equal([])
      await index.close()
    }))

  it('moves the WAL where there is space', async () =>
    withDatabase(ledgerDatabase, async (database, path) => {
      await sqliteLogStore(database, blobWriter(database)).append(batchAt(0, 300))
      const before = statSync(path).size
      moveWal(database)
      expect(statSync(path).size).to.be.greaterThan(before)
    }))

  it('refuses an index batch as storage-full at the old position, and goes on when there is space', async () =>
    withDatabase(indexDatabase, async (database) => {
      const index = sqliteIndexStore(database)
      const rows = [{ table: 'entry' as const, key: u64be(0), value: JSON.stringify('x'.repeat(100_000)) }]
      const batch = { from: treeSize(0), through: treeSize(1), postings: [], rows, manifests: [] }
      fill(database)
      expect(await reasonOf(index.apply(batch))).to.equal('storage-full')
      expect(await index.read((reader) => reader.position())).to.deep.equal({
        through: 0,
        rules: 0,
      })
      makeSpace(database)
      await index.apply(batch)
      expect(await index.read((reader) => reader.position())).to.deep.equal({
        through: 1,
        rules: 0,
      })
      await index.close()
    }))
})
