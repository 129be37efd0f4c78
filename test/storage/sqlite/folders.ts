/** Temporary folders for SQLite storages, and a storage in them for the contract suites. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openSqliteStorage, type SqliteFolders } from '../../../src/storage/sqlite/storage.ts'
import type { StorageUnderTest } from '../../contracts/storage-under-test.ts'

interface TemporaryFolders extends SqliteFolders {
  remove(): void
}

/** Folders of a ledger that are not there yet, in a new temporary folder. */
function temporaryFolders(): TemporaryFolders {
  const root = mkdtempSync(join(tmpdir(), 'attestree-storage-'))
  const data = join(root, 'deep', 'data')
  return { data, signer: join(data, 'signer'), remove: () => rmSync(root, { recursive: true, force: true }) }
}

/** Runs `use` with folders that are removed afterwards. */
export async function withFolders(use: (folders: TemporaryFolders) => Promise<void>): Promise<void> {
  const folders = temporaryFolders()
  try {
    await use(folders)
  } finally {
    folders.remove()
  }
}

export async function openSqlite(): Promise<StorageUnderTest> {
  const folders = temporaryFolders()
  const storage = await openSqliteStorage({ ...folders, create: true })
  let opened = storage
  return {
    storage,
    async reopen() {
      await opened[Symbol.asyncDispose]()
      opened = await openSqliteStorage({ ...folders, create: false })
      return opened
    },
    async discard() {
      await opened[Symbol.asyncDispose]()
      folders.remove()
    },
  }
}

/** Does to a database what only a damaged disk or an intruder would do: runs SQL with the triggers out of the way. */
export function damage(path: string, sql: string): void {
  const database = new Database(path)
  const triggers = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all()
  for (const name of triggers) database.exec(`DROP TRIGGER ${name}`)
  database.pragma('ignore_check_constraints = ON')
  database.exec(sql)
  database.close()
}
