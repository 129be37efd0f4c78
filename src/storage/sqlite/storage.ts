/**
 * A ledger's storage in SQLite (contracts.md 3):
 *
 *     <data>/ledger.db      LogStore and BlobStore: one transaction; the output logs
 *     <data>/index.db       IndexStore: derived; made anew if it is missing (index-files.ts)
 *     <data>/lock.db        keeps a second process out
 *     <signer>/signer.db    SignerState of each log: never backed up, never restored
 *
 * Folders are 0700 and files 0600. Whether the pieces belong together is judged by the ledger's start-up.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../errors.ts'
import type { MapFunctionVersion, MapName, OutputLogs, OutputStorage, Storage } from '../../ledger/ports.ts'
import { blobWriter, sqliteBlobStore } from './blob-store.ts'
import {
  indexDatabase,
  ledgerDatabase,
  moveWal,
  openDatabase,
  openLedgerBeside,
  signerDatabase,
  type Connection,
} from './database.ts'
import { assertLocalDisk, createFile, makeFolder } from './folder.ts'
import { newestIndex, openIndex, settleIndex } from './index-files.ts'
import { sqliteIndexStore } from './index-store.ts'
import { indexSuccession } from './index-succession.ts'
import { acquireLock, LOCK_FILE } from './lock.ts'
import { sqliteLogStore } from './log-store.ts'
import { sqliteOutputStore } from './output-store.ts'
import { sqliteOutputState, sqliteSignerState } from './signer-state.ts'
import { startWriterThread, type WriterThread } from './writer-thread.ts'

export interface SqliteFolders {
  /** Folder of what is backed up, and of the index. */
  readonly data: string
  /** Folder of the signer state; may be inside of `data`. */
  readonly signer: string
}

export interface FollowingStorage extends Pick<Storage, 'log' | 'blobs' | 'index'> {
  /** Moves what was written to the log from the WAL into the database (`moveWal`), so that the thread that writes need not. */
  checkpoint(): void
  close(): void
}

export interface SqliteStorageOptions extends SqliteFolders {
  /** Make a new storage; refuse one that is there. */
  readonly create: boolean
  /** Write the log in a thread of its own: for a server, which has others to answer meanwhile. @default false */
  readonly writerThread?: boolean
  /** Told that the index could not even be opened, and an empty one takes its place. @default it is not opened then */
  readonly onIndexPutAside?: (cause: Fault) => void
}

/** What is there of a storage: `part` cannot be opened, nor created over. */
export function sqliteStorageState(folders: SqliteFolders): 'nothing' | 'part' | 'whole' {
  const { ledger, signer } = filesIn(folders)
  if (existsSync(ledger) && existsSync(signer)) return 'whole'
  return existing(folders).length === 0 ? 'nothing' : 'part'
}

/**
 * Opens a ledger's storage, or creates it.
 *
 * @throws Fault `conflict`: `already-running` if a process has it open, `already-exists` if it is to be created and
 *   anything of it is there, `partial-state` if a piece of it is missing
 * @throws Fault `not-found` if nothing of it is there
 * @throws Fault `unsupported` on a network file system, or if a newer program wrote it
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  if (options.create) prepareFolders(options)
  else checkPieces(options)
  assertLocalDisk(options.data)
  assertLocalDisk(options.signer)
  const closers: (() => void)[] = []
  try {
    return openPieces(options, closers)
  } catch (cause) {
    closeAll(closers)
    throw cause
  }
}

/** Opens everything in order; each thing that must be closed adds how to do it. */
function openPieces(
  { create, writerThread, onIndexPutAside, ...folders }: SqliteStorageOptions,
  closers: (() => void)[],
): Storage {
  const files = filesIn(folders)
  const lock = acquireLock(files.lock)
  closers.push(lock.release)
  if (create) createFiles(files)
  else settleIndex(folders.data)
  const opened = (database: Connection) => {
    closers.push(() => void database.close())
    return database
  }
  const whenEmpty = create ? 'fill' : 'refuse'
  const ledger = opened(openDatabase(files.ledger, ledgerDatabase, whenEmpty))
  const signer = opened(openDatabase(files.signer, signerDatabase, whenEmpty))
  const opening = openIndex(files.index, onIndexPutAside)
  const { index, successor, close } = indexSuccession(folders.data, files.index, sqliteIndexStore(opening))
  closers.push(close)
  const blobs = blobWriter(ledger)
  const writer = writerThread === true ? startWriterThread(files) : undefined
  const { replace, ...writes } = writer?.main ?? {}
  const outputsOf = (version: MapFunctionVersion): OutputLogs => ({
    components: openOutput({ ledger, signer, writer }, 'components', version),
    status: openOutput({ ledger, signer, writer }, 'status', version),
  })
  return {
    signer: { ...sqliteSignerState(signer), ...(replace && { replace }) },
    log: { ...sqliteLogStore(ledger, blobs), ...writes },
    blobs: sqliteBlobStore(ledger, blobs),
    index,
    successor,
    outputs: outputsOf('v1'),
    laterOutputs: outputsOf,
    ...(writer && { lost: writer.lost }),
    async [Symbol.asyncDispose]() {
      await writer?.end()
      closeAll(closers)
    },
  }
}

function openOutput(
  at: { readonly ledger: Connection; readonly signer: Connection; readonly writer: WriterThread | undefined },
  map: MapName,
  version: MapFunctionVersion,
): OutputStorage {
  const { replace, ...writes } = at.writer?.output(`${map}/${version}`) ?? {}
  return {
    store: { ...sqliteOutputStore(at.ledger, map, version), ...writes },
    signer: { ...sqliteOutputState(at.signer, map, version), ...(replace && { replace }) },
  }
}

/**
 * What a second thread needs to keep the index, while this process holds the lock by `openSqliteStorage`: connections are of
 * one thread. It writes the index, and manifests where they are missing; the log is only read.
 *
 * @param which the index that this process opened first, or the newest: one that is to take its place
 */
export function openSqliteFollowing(
  { data, signer }: SqliteFolders,
  which: 'first' | 'newest',
): FollowingStorage {
  const files = filesIn({ data, signer })
  const ledger = openLedgerBeside(files.ledger)
  const file = which === 'first' ? files.index : newestIndex(data)
  const index = sqliteIndexStore(openDatabase(file, indexDatabase, 'refuse'))
  const blobs = blobWriter(ledger)
  return {
    log: sqliteLogStore(ledger, blobs),
    blobs: sqliteBlobStore(ledger, blobs),
    index,
    checkpoint: () => moveWal(ledger),
    close() {
      void index.close()
      ledger.close()
    },
  }
}

/** The newest first, the lock last; each once. */
function closeAll(closers: (() => void)[]): void {
  for (const close of closers.splice(0).reverse()) close()
}

type Files = ReturnType<typeof filesIn>

function filesIn({ data, signer }: SqliteFolders) {
  return {
    ledger: join(data, ledgerDatabase.file),
    index: join(data, indexDatabase.file),
    lock: join(data, LOCK_FILE),
    signer: join(signer, signerDatabase.file),
  }
}

/** Files that a new storage would need to make. A -wal file alone may hold committed entries. */
function existing(folders: SqliteFolders): string[] {
  const { ledger, index, signer } = filesIn(folders)
  return [ledger, index, signer].flatMap((file) => [file, `${file}-wal`]).filter((file) => existsSync(file))
}

function prepareFolders(folders: SqliteFolders): void {
  const [found] = existing(folders)
  if (found !== undefined) {
    throw new Fault('already-exists', `${found}: expected no ledger there`, {
      hint: 'Start the ledger that is there, or name another folder. Nothing was changed.',
    })
  }
  makeFolder(folders.data)
  makeFolder(folders.signer)
}

function createFiles(files: Files): void {
  createFile(files.ledger)
  createFile(files.index)
  createFile(files.signer)
}

function checkPieces(folders: SqliteFolders): void {
  const { ledger, signer } = filesIn(folders)
  if (existsSync(ledger) && existsSync(signer)) return
  if (existing(folders).length === 0) {
    throw new Fault('not-found', `${folders.data}: expected a ledger, found none`, {
      hint: '`attestree server init` creates one.',
    })
  }
  throw existsSync(ledger) ? withoutSigner(signer) : withoutLedger(ledger)
}

function withoutSigner(file: string): Fault {
  return new Fault('partial-state', `${file}: expected the signer state of this ledger, found none`, {
    hint: 'Name the folder that holds signer.db. If it is lost, do not make a new one: the log could sign a fork.',
  })
}

function withoutLedger(file: string): Fault {
  return new Fault('partial-state', `${file}: expected this ledger's data, found none`, {
    hint: 'Name the folder that holds ledger.db, or restore it. Entries that the signer state covers must not be lost.',
  })
}
