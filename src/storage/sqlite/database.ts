/**
 * Opening a SQLite database (robustness.md 7.1): version gate, schema gate, pragmas read back, migrations.
 *
 * Never open, copy or hard-link a live file outside SQLite: closing any handle on it drops this process's locks.
 */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { Fault } from '../../errors.ts'

export type Connection = Database.Database

/** One kind of database: its file, the file with its migrations, and the number that marks it. */
export interface DatabaseKind {
  readonly file: string
  readonly schema: string
  readonly applicationId: number
  /** How many pages of WAL are gathered before they are moved into the file, by whoever commits then. */
  readonly walPages: number
}

export const ledgerDatabase: DatabaseKind = {
  file: 'ledger.db',
  schema: 'ledger.sql',
  applicationId: 0x41544c44,
  // 32 MiB. Keys that are hashes change pages all over the file: what is moved less often is moved more at once.
  walPages: 8192,
}
export const signerDatabase: DatabaseKind = {
  file: 'signer.db',
  schema: 'signer.sql',
  applicationId: 0x41545347,
  walPages: 1000,
}
export const indexDatabase: DatabaseKind = {
  file: 'index.db',
  schema: 'index.sql',
  applicationId: 0x41544958,
  walPages: 16_384,
}

/** 3.7.0 to 3.51.2 can corrupt a WAL database that two connections write (the WAL-reset bug). */
const MIN_SQLITE = [3, 51, 3] as const
/** How long a connection waits for another one's lock; of one thread alone, only a foreign program holds one that long. */
const BUSY_MS = 5000
/**
 * The same where a thread of ours may have the lock: a disk that stalls under it would end the other as if it were broken.
 * No event loop waits with it.
 */
const BESIDE_BUSY_MS = 60_000

/** What an existing file without tables means. */
export type WhenEmpty = 'fill' | 'refuse'

/**
 * Opens an existing file for reading and writing and brings its tables up to date.
 *
 * @param busyMs how long each write waits for another connection's
 * @throws Fault `unsupported` for a file of a newer program or another kind
 * @throws Fault `bad-proof` (`integrity-error`) for a file that is no database
 * @throws Fault `conflict` (`partial-state`) for an empty one that is to be refused
 * @throws Fault `storage-full` if there is no space even for opening it
 */
export function openDatabase(
  path: string,
  kind: DatabaseKind,
  whenEmpty: WhenEmpty,
  busyMs = BUSY_MS,
): Connection {
  const database = new Database(path, { fileMustExist: true, timeout: busyMs })
  try {
    const version = checkedVersion(database, path, kind)
    assertSqliteVersion(database)
    if (version === 0 && whenEmpty === 'refuse') throw unfinished(path)
    setPragmas(database, kind)
    migrate(database, kind, version)
    return database
  } catch (cause) {
    database.close()
    throw orNoSpace(path, cause)
  }
}

/** The log's database, open in this process already, for a thread that writes it beside another one that does. */
export function openLedgerBeside(path: string): Connection {
  return openDatabase(path, ledgerDatabase, 'refuse', BESIDE_BUSY_MS)
}

/** Another connection to a database that this process has open already, for reading only. */
export function openReader(path: string): Connection {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  setSafetyPragmas(database)
  return database
}

/**
 * Runs a write as one transaction: all of it, durable, or nothing.
 *
 * @throws Fault `storage-full` if there was no space; nothing was changed
 */
export function inTransaction<T>(database: Connection, subject: string, write: () => T): T {
  try {
    return database.transaction(write).immediate()
  } catch (cause) {
    // Only after a complete rollback is it true that nothing was changed.
    if (codeOf(cause) !== 'SQLITE_FULL' || database.inTransaction) throw cause
    throw noSpace(`${subject}: nothing was changed`, cause)
  }
}

/**
 * Moves what was committed from the WAL into the file, as far as nobody reads it there. Without space for that it stays in
 * the WAL, as durable as before, like where SQLite does it by itself after a commit.
 */
export function moveWal(database: Pick<Connection, 'pragma'>): void {
  try {
    database.pragma('wal_checkpoint(PASSIVE)')
  } catch (cause) {
    if (codeOf(cause) !== 'SQLITE_FULL') throw cause
  }
}

/** What to throw if opening fails: a fault where that was for want of space. */
export function orNoSpace(path: string, cause: unknown): unknown {
  // Even for reading, WAL mode needs 32 KiB of shared memory, which is a file.
  const full = ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'].includes(codeOf(cause) ?? '')
  return full ? noSpace(`${path}: expected room to open it`, cause) : cause
}

function noSpace(message: string, cause: unknown): Fault {
  return new Fault('storage-full', `${message}, no space is left on the device`, {
    cause,
    hint: 'Free some space; then it can be done again.',
  })
}

/** SQLite's name of an error, `SQLITE_…`; undefined for any other error. */
export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Database.SqliteError ? cause.code : undefined
}

function assertSqliteVersion(database: Connection): void {
  const version = String(database.prepare('SELECT sqlite_version()').pluck().get())
  const parts = version.split('.').map(Number)
  const differing = MIN_SQLITE.findIndex((part, i) => parts[i] !== part)
  if (differing >= 0 && !((parts[differing] ?? 0) > (MIN_SQLITE[differing] ?? 0))) {
    throw new Error(`SQLite: expected ${MIN_SQLITE.join('.')} or newer, got ${version}`)
  }
}

/** The version of the tables, 0 for an empty file. Changes nothing. */
function checkedVersion(database: Connection, path: string, kind: DatabaseKind): number {
  const applicationId = firstRead(database, path)
  const version = numberOf(database, 'user_version')
  if (applicationId === 0 && version === 0 && isEmpty(database)) return 0
  if (applicationId !== kind.applicationId) {
    throw new Fault(
      'unsupported',
      `${path}: expected a ${kind.file} of Attestree, found another SQLite database`,
    )
  }
  const known = migrationsOf(kind).length
  if (version <= known) return version
  throw new Fault('unsupported', `${path}: expected schema version ${known} or older, found ${version}`, {
    hint: 'A newer Attestree wrote this file. Use that version or a newer one; nothing was changed.',
  })
}

/** The version of the tables of a database that is open, and the newest that this program knows. */
export function schemaVersions(
  database: Connection,
  kind: DatabaseKind,
): { readonly found: number; readonly known: number } {
  return { found: numberOf(database, 'user_version'), known: migrationsOf(kind).length }
}

function firstRead(database: Connection, path: string): number {
  try {
    return numberOf(database, 'application_id')
  } catch (cause) {
    if (codeOf(cause) !== 'SQLITE_NOTADB') throw cause
    throw new Fault('integrity-error', `${path}: expected a SQLite database, found something else`, { cause })
  }
}

function isEmpty(database: Connection): boolean {
  return database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
}

function unfinished(path: string): Fault {
  return new Fault('partial-state', `${path}: expected a ledger's tables, found an empty database`, {
    hint: 'Its creation was interrupted, or it was replaced. Restore it, or remove the unfinished ledger and create it again.',
  })
}

function setPragmas(database: Connection, kind: DatabaseKind): void {
  setAndCheck(database, 'journal_mode', 'WAL', 'wal')
  // After journal_mode. EXTRA adds nothing in WAL mode; NORMAL loses commits when the power fails.
  setAndCheck(database, 'synchronous', 'FULL', 2)
  // macOS only, harmless elsewhere.
  setAndCheck(database, 'fullfsync', 'ON', 1)
  setAndCheck(database, 'checkpoint_fullfsync', 'ON', 1)
  setAndCheck(database, 'foreign_keys', 'ON', 1)
  setAndCheck(database, 'temp_store', 'MEMORY', 2)
  setAndCheck(database, 'wal_autocheckpoint', String(kind.walPages), kind.walPages)
  setAndCheck(database, 'journal_size_limit', '67108864', 67_108_864)
  setSafetyPragmas(database)
}

function setSafetyPragmas(database: Connection): void {
  setAndCheck(database, 'trusted_schema', 'OFF', 0)
  setAndCheck(database, 'cell_size_check', 'ON', 1)
  // Memory mapping made the WAL-reset bug worse in the field.
  setAndCheck(database, 'mmap_size', '0', 0)
}

function setAndCheck(database: Connection, pragma: string, value: string, expected: string | number): void {
  database.pragma(`${pragma} = ${value}`)
  const actual = database.pragma(pragma, { simple: true })
  if (actual !== expected)
    throw new Error(`SQLite: expected ${pragma} to be ${expected}, got ${String(actual)}`)
}

function numberOf(database: Connection, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }))
}

/** Applies the sections that come after `version`, each in one transaction with its number. */
function migrate(database: Connection, kind: DatabaseKind, version: number): void {
  migrationsOf(kind).forEach((section, i) => {
    if (i < version) return
    inTransaction(database, kind.file, () => {
      database.exec(section)
      database.pragma(`application_id = ${kind.applicationId}`)
      database.pragma(`user_version = ${i + 1}`)
    })
  })
}

/** What the schema files say: they are looked up and read once, though each opening asks several times. */
const migrations = new Map<DatabaseKind, readonly string[]>()

/** The sections of schema/sqlite/<schema>, found by the package's import map from wherever this was bundled into. */
function migrationsOf(kind: DatabaseKind): readonly string[] {
  const known = migrations.get(kind)
  if (known !== undefined) return known
  const text = readFileSync(new URL(import.meta.resolve(`#schema/sqlite/${kind.schema}`)), 'utf8')
  const sections = text.split(/^-- version \d+$/m).slice(1)
  migrations.set(kind, sections)
  return sections
}
