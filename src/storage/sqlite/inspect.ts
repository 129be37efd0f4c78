/** What stands of a ledger on this machine, read beside a process that may serve it; nothing is changed. */
import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault } from '../../errors.ts'
import {
  indexDatabase,
  ledgerDatabase,
  openReader,
  schemaVersions,
  signerDatabase,
  type Connection,
  type DatabaseKind,
} from './database.ts'
import { assertLocalDisk } from './folder.ts'
import { newestIndex } from './index-files.ts'
import type { SqliteFolders } from './storage.ts'

/** A file or a folder. */
export interface InspectedPath {
  readonly path: string
  /** Permission bits. */
  readonly mode: number
}

export interface InspectedDatabase extends InspectedPath {
  readonly name: string
  readonly schema: number
  /** What this program writes. */
  readonly knownSchema: number
  /** Of its -wal file; 0 if there is none. */
  readonly walBytes: number
}

export interface Inspection {
  readonly folders: readonly (InspectedPath & {
    readonly freeBytes: number
    readonly networkFileSystem: boolean
  })[]
  readonly databases: readonly InspectedDatabase[]
  /** Why a database that is there could not be read. */
  readonly unreadable: readonly string[]
  readonly entries: number
  readonly published: number
  /** Undefined if nothing is held. */
  readonly signed: number | undefined
  /** Undefined if there is no index yet. */
  readonly indexedThrough: number | undefined
  /** When the newest entry was recorded; undefined in an empty log. */
  readonly newestRecordedAt: string | undefined
}

/** @param folders must exist */
export function inspectSqlite({ data, signer }: SqliteFolders): Inspection {
  const databases: InspectedDatabase[] = []
  const unreadable = new Set<string>()
  const read = <T>(folder: string, kind: DatabaseKind, sql: string): T | undefined => {
    const path = kind === indexDatabase ? newestIndex(folder) : join(folder, kind.file)
    if (!existsSync(path)) return undefined
    try {
      return withReader(path, (database) => {
        if (!databases.some((one) => one.path === path)) databases.push(databaseOf(database, path, kind))
        return database.prepare<[], T>(sql).get()
      })
    } catch (cause) {
      unreadable.add(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`)
      return undefined
    }
  }
  // In this order: each only grows, so a ledger that is served meanwhile cannot look as if it went back.
  const shown = read<{ size: number }>(
    data,
    ledgerDatabase,
    'SELECT ifnull(max(size), 0) AS size FROM published',
  )
  const held = read<{ size: number }>(signer, signerDatabase, 'SELECT size FROM held')
  const stored = read<{ size: number; newest: string | null }>(
    data,
    ledgerDatabase,
    `SELECT (SELECT ifnull(max(idx) + 1, 0) FROM entry) AS size,
      (SELECT recorded_at FROM entry ORDER BY idx DESC LIMIT 1) AS newest`,
  )
  const index = read<{ through: number }>(data, indexDatabase, 'SELECT through FROM position')
  return {
    folders: [...new Set([data, signer])].map(folderOf),
    databases,
    unreadable: [...unreadable],
    entries: stored?.size ?? 0,
    published: shown?.size ?? 0,
    signed: held?.size,
    indexedThrough: index?.through,
    newestRecordedAt: stored?.newest ?? undefined,
  }
}

function withReader<T>(path: string, use: (database: Connection) => T): T {
  const database = openReader(path)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

function databaseOf(database: Connection, path: string, kind: DatabaseKind): InspectedDatabase {
  const { found, known } = schemaVersions(database, kind)
  const wal = `${path}-wal`
  return {
    name: kind.file,
    path,
    mode: statSync(path).mode & 0o777,
    schema: found,
    knownSchema: known,
    walBytes: existsSync(wal) ? statSync(wal).size : 0,
  }
}

function folderOf(path: string): Inspection['folders'][number] {
  const { bavail, bsize } = statfsSync(path)
  return {
    path,
    mode: statSync(path).mode & 0o777,
    freeBytes: bavail * bsize,
    networkFileSystem: isNetwork(path) || isNetwork(dirname(path)),
  }
}

function isNetwork(path: string): boolean {
  try {
    assertLocalDisk(path)
    return false
  } catch (cause) {
    if (cause instanceof Fault) return true
    throw cause
  }
}
