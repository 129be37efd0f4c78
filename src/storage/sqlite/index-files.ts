/**
 * Which file the index is in, and how another one takes its place:
 *
 *     index.db              the index
 *     index.db.rebuilding   one that is being made beside it (rebuild.ts)
 *     index-1.db            the same, complete: the highest number is the index, and the others are removed when nobody reads them
 *
 * A database is never renamed or removed while somebody has it open: SQLite finds its -wal file by its name. So a number is given
 * up for the plain name only by whoever holds the lock and has not opened anything yet.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Fault } from '../../errors.ts'
import { codeOf, indexDatabase, openDatabase, type Connection } from './database.ts'
import { createFile, ensureFile, syncFolder } from './folder.ts'

const NUMBERED = /^index(?:-(\d+))?\.db$/

/** Complete indexes in a data folder, the one that is to answer last. */
export function indexFiles(data: string): readonly string[] {
  return readdirSync(data)
    .filter((name) => NUMBERED.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((name) => join(data, name))
}

/** The one that is to answer; where there is none, the name that it will have. */
export function newestIndex(data: string): string {
  return indexFiles(data).at(-1) ?? join(data, indexDatabase.file)
}

/** The name of the one that takes the place of this one. */
export function successorOf(file: string): string {
  return join(dirname(file), `index-${numberOf(file) + 1}.db`)
}

export function rebuildingFile(data: string): string {
  return join(data, `${indexDatabase.file}.rebuilding`)
}

/**
 * Makes the index that was being made, and is closed, the newest. Durable.
 *
 * @throws Fault `storage-full` if what was written last could not be moved into it
 */
export function completeRebuilding(data: string): string {
  const file = successorOf(newestIndex(data))
  assertWhole(rebuildingFile(data))
  renameSync(rebuildingFile(data), file)
  syncFolder(data)
  return file
}

/** Gives the newest index its plain name, under the lock and before anything is opened. Stopped anywhere, it is done again. */
export function settleIndex(data: string): string {
  const [plain, newest] = [join(data, indexDatabase.file), newestIndex(data)]
  if (newest !== plain) {
    // What a process that was killed committed to it is in its -wal file still.
    if (existsSync(`${newest}-wal`)) openDatabase(newest, indexDatabase, 'fill').close()
    assertWhole(newest)
    for (const older of indexFiles(data)) if (older !== newest) removeDatabase(older)
    renameSync(newest, plain)
    syncFolder(data)
  }
  ensureFile(plain)
  return plain
}

/** Closing a database empties its -wal file, unless there is no space for that. */
function assertWhole(file: string): void {
  if (!existsSync(`${file}-wal`)) return
  throw new Fault(
    'storage-full',
    `${file}: expected room to move what was written last into it, no space is left`,
  )
}

/** Everything that was derived: it is made again. */
export function removeIndexes(data: string): void {
  for (const file of [...indexFiles(data), rebuildingFile(data)]) removeDatabase(file)
}

/** @param file which nobody has open */
export function removeDatabase(file: string): void {
  for (const one of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) rmSync(one, { force: true })
}

/**
 * Opens the index, under the lock. One that SQLite cannot even open says nothing: it is put aside, and an empty one is
 * followed into.
 *
 * @param onPutAside told of it; without it, such a file is an error
 */
export function openIndex(file: string, onPutAside?: (cause: Fault) => void): Connection {
  try {
    return openReadable(file)
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.reason !== 'integrity-error' || onPutAside === undefined)
      throw cause
    const aside = `${file}.damaged`
    removeDatabase(aside)
    removeDatabase(`${file}-wal`)
    renameSync(file, aside)
    createFile(file)
    onPutAside(
      new Fault('integrity-error', `${cause.message}; it is ${aside} now, and an empty one takes its place`, {
        cause,
      }),
    )
    return openDatabase(file, indexDatabase, 'fill')
  }
}

/** @throws Fault `bad-proof` (`integrity-error`) if not even its position can be read */
function openReadable(file: string): Connection {
  const database = openDatabase(file, indexDatabase, 'fill')
  try {
    database.prepare('SELECT through, rules FROM position').get()
    return database
  } catch (cause) {
    database.close()
    throw orDamagedIndex(file, cause)
  }
}

/** What to throw if reading an index fails: a fault where that is because its file is damaged. */
export function orDamagedIndex(file: string, cause: unknown): unknown {
  if (!/^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(cause) ?? '')) return cause
  return new Fault('integrity-error', `${file}: SQLite finds it damaged`, { cause, hint: REMEDY })
}

const REMEDY =
  'The log is not. Make the index again, also while the ledger is served: attestree index rebuild'

function numberOf(path: string): number {
  return Number(NUMBERED.exec(basename(path))?.[1] ?? 0)
}
