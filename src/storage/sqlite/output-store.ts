/** The output logs (ports.ts) in ledger.db: each append is one transaction, and a batch is a few hundred bytes. */
import { logIndex, treeSize, type TreeSize } from '../../brand.ts'
import type {
  LogLeaf,
  MapFunctionVersion,
  MapName,
  OutputStore,
  PublishedNote,
  StoredCosignature,
  TreeBatch,
} from '../../ledger/ports.ts'
import { checkBatch, checkContiguous, checkStoredLeaf, checkStoredTile } from '../log-batch.ts'
import { isNewNote } from '../monotonic.ts'
import { bytesOf, positionOf } from './column.ts'
import { inTransaction, type Connection } from './database.ts'
import { outputColumn } from './map-column.ts'

interface LeafRow {
  readonly idx: number
  readonly leaf: Uint8Array
  readonly leaf_hash: Uint8Array
}

interface NoteRow {
  readonly size: number
  readonly note: string
}

interface CosignatureRow {
  readonly size: number
  readonly cosigner: string
  readonly signed_at: number
  readonly line: string
}

type Statements = ReturnType<typeof prepare>

function prepare(database: Connection, log: number) {
  const of = `log = ${log}`
  return {
    size: database.prepare<[], number>(`SELECT ifnull(max(idx) + 1, 0) FROM output_leaf WHERE ${of}`).pluck(),
    insertLeaf: database.prepare<[number, Uint8Array, Uint8Array]>(
      `INSERT INTO output_leaf (log, idx, leaf, leaf_hash) VALUES (${log}, ?, ?, ?)`,
    ),
    // A trigger refuses what does not begin with all that is stored.
    upsertTile: database.prepare<[number, number, Uint8Array]>(
      `INSERT INTO output_tile (log, level, idx, hashes) VALUES (${log}, ?, ?, ?)
       ON CONFLICT DO UPDATE SET hashes = excluded.hashes`,
    ),
    range: database.prepare<[number, number], LeafRow>(
      `SELECT idx, leaf, leaf_hash FROM output_leaf WHERE ${of} AND idx >= ? AND idx < ? ORDER BY idx`,
    ),
    tile: database
      .prepare<[number, number], Uint8Array>(
        `SELECT hashes FROM output_tile WHERE ${of} AND level = ? AND idx = ?`,
      )
      .pluck(),
    newestNote: database.prepare<[], NoteRow>(
      `SELECT size, note FROM output_note WHERE ${of} ORDER BY size DESC LIMIT 1`,
    ),
    notes: database.prepare<[number, number], NoteRow>(
      `SELECT size, note FROM output_note WHERE ${of} AND size >= ? AND size < ? ORDER BY size`,
    ),
    insertNote: database.prepare<[number, string]>(
      `INSERT INTO output_note (log, size, note) VALUES (${log}, ?, ?)`,
    ),
    upsertCosignature: database.prepare<[number, string, number, string]>(
      `INSERT INTO output_cosignature (log, size, cosigner, signed_at, line) VALUES (${log}, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET signed_at = excluded.signed_at, line = excluded.line WHERE excluded.signed_at > signed_at`,
    ),
    cosignatures: database.prepare<[number], CosignatureRow>(
      `SELECT size, cosigner, signed_at, line FROM output_cosignature WHERE ${of} AND size = ? ORDER BY cosigner`,
    ),
  }
}

export function sqliteOutputStore(
  database: Connection,
  map: MapName,
  version: MapFunctionVersion,
): OutputStore {
  const statements = prepare(database, outputColumn(map, version))
  return {
    async size() {
      return sizeOf(statements)
    },
    async append(batch) {
      inTransaction(database, `${map} output log`, () => insertBatch(statements, batch))
    },
    async entries(from, to) {
      return leavesIn(statements, from, to)
    },
    async leaves(from, to) {
      return leavesIn(statements, from, to).map(({ leaf }) => leaf)
    },
    async tiles(places) {
      return places.map(({ level, index }) => {
        const hashes = statements.tile.get(level, index)
        return hashes && checkStoredTile({ level, index, hashes: bytesOf(hashes) })
      })
    },
    async publish(note) {
      inTransaction(database, `${map} output log`, () => {
        if (isNewNote(newestNote(statements), note, sizeOf(statements)))
          statements.insertNote.run(note.size, note.note)
      })
    },
    async published() {
      return newestNote(statements)
    },
    async notes(from, to) {
      return statements.notes.all(from, to).map(noteOf)
    },
    async cosign({ size, cosigner, signedAt, line }) {
      inTransaction(database, `${map} output log`, () => {
        statements.upsertCosignature.run(size, cosigner, signedAt, line)
      })
    },
    async cosignatures(size) {
      return statements.cosignatures.all(size).map(cosignatureOf)
    },
  }
}

function sizeOf(statements: Statements): TreeSize {
  return treeSize(positionOf(statements.size.get() ?? 0, 'output log size'))
}

function insertBatch(statements: Statements, batch: TreeBatch): void {
  checkBatch(batch, sizeOf(statements))
  for (const { index, leaf, leafHash } of batch.entries) statements.insertLeaf.run(index, leaf, leafHash)
  for (const { level, index, hashes } of batch.tiles) statements.upsertTile.run(level, index, hashes)
}

function leavesIn(statements: Statements, from: number, to: number): LogLeaf[] {
  const rows = statements.range.all(from, to)
  checkContiguous(
    rows.map(({ idx }) => idx),
    from,
    Math.min(to, sizeOf(statements)),
  )
  return rows.map(leafOf)
}

function leafOf({ idx, leaf, leaf_hash }: LeafRow): LogLeaf {
  const leafHash = bytesOf(leaf_hash)
  return { index: logIndex(idx), leaf: checkStoredLeaf(idx, bytesOf(leaf), leafHash), leafHash }
}

function newestNote(statements: Statements): PublishedNote | undefined {
  const row = statements.newestNote.get()
  return row && noteOf(row)
}

function noteOf({ size, note }: NoteRow): PublishedNote {
  return { size: treeSize(positionOf(size, 'published note')), note }
}

function cosignatureOf({ size, cosigner, signed_at, line }: CosignatureRow): StoredCosignature {
  return { size: treeSize(positionOf(size, 'cosignature')), cosigner, signedAt: signed_at, line }
}
