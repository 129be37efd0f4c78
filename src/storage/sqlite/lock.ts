/**
 * One process per ledger (robustness.md 7.1): a held `BEGIN EXCLUSIVE` on a database of its own.
 *
 * The kernel lets go of it when the process ends, also by kill −9. It is not on ledger.db, where it would keep our
 * own readers out, and not in WAL mode, where an exclusive transaction does not keep readers out.
 */
import { basename, dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Fault } from '../../errors.ts'
import { codeOf, orNoSpace, type Connection } from './database.ts'
import { ensureFile } from './folder.ts'

/** Of a ledger, in its data folder. */
export const LOCK_FILE = 'lock.db'
/** "ATLK" */
const APPLICATION_ID = 0x41544c4b

/**
 * All connections that hold a lock. Without this, a lock would be let go when its owner kept only a part of the
 * storage: the driver closes connections that are collected as garbage.
 */
const held = new Set<Connection>()

export interface Lock {
  /** Lets go. Doing it again changes nothing. */
  release(): void
}

/**
 * @param what is being done by whoever holds it
 * @throws Fault `conflict` (`already-running`) at once if somebody holds the lock
 */
export function acquireLock(path: string, what = 'has this ledger open'): Lock {
  ensureFile(path)
  const database = new Database(path, { fileMustExist: true, timeout: 0 })
  try {
    mark(database)
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    if (codeOf(cause) !== 'SQLITE_BUSY') throw orNoSpace(path, cause)
    throw new Fault('already-running', `${dirname(path)}: another process ${what} (${basename(path)})`, {
      cause,
      hint: 'Stop it first. Nothing was changed.',
    })
  }
  held.add(database)
  return { release: () => release(database) }
}

function release(database: Connection): void {
  held.delete(database)
  database.close()
}

/** Gives a new file its first page: SQLite would make it while the lock is held, and keep a journal beside it. */
function mark(database: Connection): void {
  if (database.pragma('application_id', { simple: true }) === APPLICATION_ID) return
  database.pragma(`application_id = ${APPLICATION_ID}`)
}
