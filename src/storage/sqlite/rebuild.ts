/**
 * What an index is made again with, beside a process that may serve the ledger: the log and the output logs are only read, and
 * the index has a file of its own (index-files.ts), which a later run goes on with if this one is stopped.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../errors.ts'
import type { BlobStore, MapFunctionVersion, MapName, OutputStore, Storage } from '../../ledger/ports.ts'
import { blobWriter, sqliteBlobStore } from './blob-store.ts'
import {
  indexDatabase,
  ledgerDatabase,
  openDatabase,
  openLedgerBeside,
  openReader,
  schemaVersions,
  type Connection,
} from './database.ts'
import { ensureFile } from './folder.ts'
import { completeRebuilding, indexFiles, rebuildingFile, removeDatabase, settleIndex } from './index-files.ts'
import { sqliteIndexStore } from './index-store.ts'
import { acquireLock, LOCK_FILE } from './lock.ts'
import { sqliteLogStore } from './log-store.ts'
import { sqliteOutputStore } from './output-store.ts'

export interface RebuildStorage extends Pick<Storage, 'log' | 'blobs' | 'index'>, AsyncDisposable {
  /** The output log of a map, for reading. */
  output(map: MapName, version: MapFunctionVersion): OutputStore
  /** Closes the index that was made, and makes it the newest: a ledger that is served goes over to it. */
  complete(): void
}

/**
 * @throws Fault `not-found` if there is no ledger; `conflict` (`already-running`) if somebody is at it, or the last one
 * was not taken
 * @throws Fault `unsupported` if another version of the program wrote the ledger
 */
export function openSqliteRebuild(data: string): RebuildStorage {
  const path = join(data, ledgerDatabase.file)
  if (!existsSync(path)) throw new Fault('not-found', `${data}: expected a ledger, found none`)
  const lock = acquireLock(join(data, 'rebuild.lock'), 'makes this index again')
  const closers: (() => void)[] = [lock.release]
  const close = (): void => {
    for (const one of closers.splice(0).reverse()) one()
  }
  try {
    assertTaken(data)
    const ledger = openReader(path)
    closers.push(() => void ledger.close())
    assertSameSchema(ledger, path)
    const index = openRebuilding(rebuildingFile(data))
    closers.push(() => void index.close())
    return {
      log: sqliteLogStore(ledger, blobWriter(ledger)),
      blobs: readingBlobs(ledger, path),
      index,
      output: (map, version) => sqliteOutputStore(ledger, map, version),
      complete() {
        void index.close()
        completeRebuilding(data)
      },
      async [Symbol.asyncDispose]() {
        close()
      },
    }
  } catch (cause) {
    close()
    throw cause
  }
}

/**
 * Whether the newest index is the one that answers: a process that serves the ledger has gone over to it, or nobody serves it and
 * it got its name here.
 */
export function isIndexTaken(data: string): boolean {
  try {
    const lock = acquireLock(join(data, LOCK_FILE))
    settleIndex(data)
    lock.release()
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.reason !== 'already-running') throw cause
  }
  return indexFiles(data).length === 1
}

function assertTaken(data: string): void {
  if (isIndexTaken(data)) return
  throw new Fault(
    'already-running',
    `${data}: the ledger has yet to go over to the index that was made last`,
    {
      hint: 'Try again in a moment, or start the ledger again.',
    },
  )
}

/** Bringing the tables of a ledger that is served up to date is for the process that serves it. */
function assertSameSchema(ledger: Connection, path: string): void {
  const { found, known } = schemaVersions(ledger, ledgerDatabase)
  if (found === known) return
  throw new Fault('unsupported', `${path}: expected schema version ${known}, found ${found}`, {
    hint: 'Run the version of Attestree that serves this ledger, or start this one first.',
  })
}

/** One that was begun and is no database is begun anew. */
function openRebuilding(file: string) {
  ensureFile(file)
  try {
    return sqliteIndexStore(openDatabase(file, indexDatabase, 'fill'))
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.reason !== 'integrity-error') throw cause
    removeDatabase(file)
    ensureFile(file)
    return sqliteIndexStore(openDatabase(file, indexDatabase, 'fill'))
  }
}

/** Whoever stops this process half-way must not stop the ledger's own writes, so nothing is written unless it is missing. */
function readingBlobs(ledger: Connection, path: string): BlobStore {
  const writer = blobWriter(ledger)
  return {
    get: sqliteBlobStore(ledger, writer).get,
    async put(blobs) {
      if ((await writer.rowsOf(blobs)).length === 0) return
      const beside = openLedgerBeside(path)
      try {
        await sqliteBlobStore(beside, blobWriter(beside)).put(blobs)
      } finally {
        beside.close()
      }
    },
  }
}
