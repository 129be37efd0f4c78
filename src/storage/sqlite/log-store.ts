/** The log store (ports.ts): a batch, its tiles and its blobs are one transaction of ledger.db. */
import { attestationId, keyId, logIndex, treeSize, type KeyId, type TreeSize } from '../../brand.ts'
import type { Batch, LogEntry, LogStore, PublishedNote } from '../../ledger/ports.ts'
import {
  checkBatch,
  checkContiguous,
  checkStoredEntry,
  checkStoredLeaf,
  checkStoredTile,
  duplicateLeaf,
} from '../log-batch.ts'
import { isNewNote } from '../monotonic.ts'
import type { BlobRow, BlobWriter } from './blob-store.ts'
import { bytesOf, idColumn, idOf, positionOf } from './column.ts'
import { codeOf, inTransaction, type Connection } from './database.ts'
import { prepareLeafRun } from './leaf-run.ts'

interface NoteRow {
  readonly size: number
  readonly note: string
}

interface EntryRow {
  readonly idx: number
  readonly leaf: Uint8Array
  readonly leaf_hash: Uint8Array
  readonly attestation: Uint8Array
  readonly key: Uint8Array
  readonly recorded_at: string
  readonly readable: number
}

const entryColumns = 'idx, leaf, leaf_hash, attestation, key, recorded_at, readable'

type Statements = ReturnType<typeof prepare>

function prepare(database: Connection) {
  return {
    size: database.prepare<[], number>('SELECT ifnull(max(idx) + 1, 0) FROM entry').pluck(),
    insertEntry: database.prepare<[number, Uint8Array, Uint8Array, Uint8Array, Uint8Array, string, number]>(
      `INSERT INTO entry (${entryColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    // A trigger refuses what does not begin with all that is stored.
    upsertTile: database.prepare<[number, number, Uint8Array]>(
      'INSERT INTO tile (level, idx, hashes) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hashes = excluded.hashes',
    ),
    range: database.prepare<[number, number], EntryRow>(
      `SELECT ${entryColumns} FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx`,
    ),
    leaves: prepareLeafRun(database),
    byAttestation: database.prepare<[Uint8Array], EntryRow>(
      `SELECT ${entryColumns} FROM entry WHERE attestation = ? ORDER BY idx`,
    ),
    byAttestationAndKey: database.prepare<[Uint8Array, Uint8Array], EntryRow>(
      `SELECT ${entryColumns} FROM entry WHERE attestation = ? AND key = ? ORDER BY idx`,
    ),
    firstByKey: database.prepare<[Uint8Array, number, number], EntryRow>(
      `SELECT ${entryColumns} FROM entry WHERE key = ? AND idx >= ? AND idx < ? ORDER BY idx LIMIT 1`,
    ),
    tile: database
      .prepare<[number, number], Uint8Array>('SELECT hashes FROM tile WHERE level = ? AND idx = ?')
      .pluck(),
    newestNote: database.prepare<[], NoteRow>('SELECT size, note FROM published ORDER BY size DESC LIMIT 1'),
    notes: database.prepare<[number, number], NoteRow>(
      'SELECT size, note FROM published WHERE size >= ? AND size < ? ORDER BY size',
    ),
    insertNote: database.prepare<[number, string]>('INSERT INTO published (size, note) VALUES (?, ?)'),
  }
}

export function sqliteLogStore(database: Connection, blobs: BlobWriter): LogStore {
  const statements = prepare(database)
  return {
    async size() {
      return sizeOf(statements)
    },
    async append(batch) {
      const blobRows = await blobs.rowsOf(batch.blobs)
      inTransaction(database, 'log', () => insertBatch(statements, blobs, batch, blobRows))
    },
    async entries(from, to) {
      const rows = statements.range.all(from, to)
      checkContiguous(
        rows.map(({ idx }) => idx),
        from,
        Math.min(to, sizeOf(statements)),
      )
      return rows.map(entryOf)
    },
    async leaves(from, to) {
      const found = statements.leaves(from, to)
      checkContiguous(
        found.map(({ index }) => index),
        from,
        Math.min(to, sizeOf(statements)),
      )
      return found.map(({ index, leaf, hash }) => checkStoredLeaf(index, leaf, hash))
    },
    async find(attestation, key) {
      const rows =
        key === undefined
          ? statements.byAttestation.all(idColumn(attestation))
          : statements.byAttestationAndKey.all(idColumn(attestation), idColumn(key))
      return rows.map(entryOf)
    },
    async firstBy(keys, from, to) {
      return firstBy(statements, keys, from, to)
    },
    async tiles(places) {
      return places.map(({ level, index }) => {
        const hashes = statements.tile.get(level, index)
        return hashes && checkStoredTile({ level, index, hashes: bytesOf(hashes) })
      })
    },
    async publish(note) {
      inTransaction(database, 'published note', () => insertNote(statements, note))
    },
    async published() {
      return newestNote(statements)
    },
    async notes(from, to) {
      return statements.notes.all(from, to).map(noteOf)
    },
  }
}

function sizeOf(statements: Statements): TreeSize {
  return treeSize(positionOf(statements.size.get() ?? 0, 'log size'))
}

function insertBatch(
  statements: Statements,
  blobs: BlobWriter,
  batch: Batch,
  blobRows: readonly BlobRow[],
): void {
  checkBatch(batch, sizeOf(statements))
  blobs.insert(blobRows)
  for (const entry of batch.entries) insertEntry(statements, entry)
  for (const tile of batch.tiles) statements.upsertTile.run(tile.level, tile.index, tile.hashes)
}

function insertEntry(statements: Statements, entry: LogEntry): void {
  const { index, leaf, leafHash, attestation, key, recordedAt, readable } = entry
  try {
    statements.insertEntry.run(
      index,
      leaf,
      leafHash,
      idColumn(attestation),
      idColumn(key),
      recordedAt,
      readable ? 1 : 0,
    )
  } catch (cause) {
    // The leaf hash is the only unique column.
    throw codeOf(cause) === 'SQLITE_CONSTRAINT_UNIQUE' ? duplicateLeaf(entry, cause) : cause
  }
}

function entryOf(row: EntryRow): LogEntry {
  const subject = `entry ${row.idx}`
  return checkStoredEntry({
    index: logIndex(positionOf(row.idx, subject)),
    leaf: bytesOf(row.leaf),
    leafHash: bytesOf(row.leaf_hash),
    attestation: attestationId(idOf(row.attestation, subject)),
    key: keyId(idOf(row.key, subject)),
    recordedAt: row.recorded_at,
    readable: row.readable === 1,
  })
}

function firstBy(
  statements: Statements,
  keys: readonly KeyId[],
  from: number,
  to: number,
): LogEntry | undefined {
  let first: EntryRow | undefined
  for (const key of keys) first = statements.firstByKey.get(idColumn(key), from, first?.idx ?? to) ?? first
  return first && entryOf(first)
}

function insertNote(statements: Statements, next: PublishedNote): void {
  if (isNewNote(newestNote(statements), next, sizeOf(statements)))
    statements.insertNote.run(next.size, next.note)
}

function newestNote(statements: Statements): PublishedNote | undefined {
  const row = statements.newestNote.get()
  return row && noteOf(row)
}

function noteOf(row: NoteRow): PublishedNote {
  return { size: treeSize(positionOf(row.size, 'published note')), note: row.note }
}
