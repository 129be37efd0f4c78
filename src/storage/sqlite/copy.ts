/**
 * Copies of ledger.db (README 2.7: the signer state and the log key are left out of backups): made by SQLite's own backup
 * from one state of the database, also while a ledger is served; under their name only once they are whole and durable.
 */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../../errors.ts'
import type { HeldCheckpoint, LogStore, MapName, OutputStore } from '../../ledger/ports.ts'
import { blobWriter } from './blob-store.ts'
import {
  codeOf,
  ledgerDatabase,
  openDatabase,
  openReader,
  orNoSpace,
  schemaVersions,
  signerDatabase,
  type Connection,
} from './database.ts'
import { createFile, makeFolder, syncFolder } from './folder.ts'
import { removeDatabase, removeIndexes } from './index-files.ts'
import { acquireLock, LOCK_FILE } from './lock.ts'
import { sqliteLogStore } from './log-store.ts'
import { sqliteOutputStore } from './output-store.ts'
import { sqliteOutputState, sqliteSignerState } from './signer-state.ts'
import type { SqliteFolders } from './storage.ts'

/** Between these, others of this process get their turn. */
const PAGES_AT_ONCE = 4096

/** Says whether a copy may be given its name. @throws whatever speaks against it */
export type Judge = (copy: LogStore, outputs: Readonly<Record<MapName, OutputStore>>) => Promise<void>

/**
 * Copies the ledger.db in `from` into `to`, which has none.
 *
 * @throws Fault `conflict` (`already-exists`), `not-found`, `storage-full`, `bad-proof` (`integrity-error`); as `judge`
 */
export async function copyLedgerDatabase(from: string, to: string, judge: Judge): Promise<void> {
  const [source, target] = [join(from, ledgerDatabase.file), join(to, ledgerDatabase.file)]
  if (!existsSync(source)) throw new Fault('not-found', `${source}: expected a ledger's data, found none`)
  refuseExisting(target)
  makeFolder(to)
  const part = `${target}.part`
  removeDatabase(part)
  createFile(part)
  try {
    await copyPages(source, part)
    await judgeCopy(part, judge)
    await rename(part, target)
    syncFolder(dirname(target))
  } catch (cause) {
    removeDatabase(part)
    throw orNoSpace(target, cause)
  }
}

/** A -wal file alone may hold committed entries. */
function refuseExisting(target: string): void {
  const found = [target, `${target}-wal`].find((file) => existsSync(file))
  if (found === undefined) return
  throw new Fault('already-exists', `${found}: expected nothing there`, {
    hint: 'Name a new folder, or move away what is there. Nothing was changed.',
  })
}

async function copyPages(source: string, part: string): Promise<void> {
  const database = openReader(source)
  try {
    // One state of the database for all pages, whatever is committed meanwhile.
    database.exec('BEGIN')
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    await database.backup(part, { progress: () => PAGES_AT_ONCE })
  } finally {
    database.close()
  }
}

async function judgeCopy(part: string, judge: Judge): Promise<void> {
  const database = openDatabase(part, ledgerDatabase, 'refuse')
  try {
    const found = String(database.pragma('integrity_check(1)', { simple: true }))
    if (found !== 'ok')
      throw new Fault('integrity-error', `ledger.db: SQLite finds it damaged: ${found.slice(0, 100)}`)
    await judge(sqliteLogStore(database, blobWriter(database)), {
      components: sqliteOutputStore(database, 'components', 'v1'),
      status: sqliteOutputStore(database, 'status', 'v1'),
    })
  } catch (cause) {
    if (codeOf(cause) !== 'SQLITE_CORRUPT') throw cause
    throw new Fault('integrity-error', 'ledger.db: SQLite finds it damaged', { cause })
  } finally {
    database.close()
  }
}

/**
 * Puts a copy in the place of a ledger.db that is gone, under the lock, and takes the index away, which is made again.
 *
 * @throws as `copyLedgerDatabase`; Fault `conflict` (`already-running`)
 */
export async function restoreLedgerDatabase(
  from: string,
  { data }: SqliteFolders,
  judge: Judge,
): Promise<void> {
  makeFolder(data)
  const lock = acquireLock(join(data, LOCK_FILE))
  try {
    await copyLedgerDatabase(from, data, judge)
    removeIndexes(data)
  } finally {
    lock.release()
  }
}

/** What the signer state holds, read beside a process that may have it open. Undefined if there is none. */
export async function readHeld(folders: Pick<SqliteFolders, 'signer'>): Promise<HeldCheckpoint | undefined> {
  return withSignerState(folders, (database) => sqliteSignerState(database).read())
}

/** The same of the output logs of the maps. */
export async function readHeldRoots(
  folders: Pick<SqliteFolders, 'signer'>,
): Promise<Partial<Record<MapName, HeldCheckpoint>>> {
  const held = await withSignerState(folders, async (database) => {
    // Version 1 is from before there were maps.
    if (schemaVersions(database, signerDatabase).found < 2) return {}
    const [components, status] = [
      await sqliteOutputState(database, 'components', 'v1').read(),
      await sqliteOutputState(database, 'status', 'v1').read(),
    ]
    return { ...(components && { components }), ...(status && { status }) }
  })
  return held ?? {}
}

async function withSignerState<T>(
  { signer }: Pick<SqliteFolders, 'signer'>,
  use: (database: Connection) => Promise<T>,
): Promise<T | undefined> {
  const path = join(signer, signerDatabase.file)
  if (!existsSync(path)) return undefined
  const database = openReader(path)
  try {
    return await use(database)
  } finally {
    database.close()
  }
}
