/** Signer states (ports.ts) in their own database: one row for each log, replaced by compare-and-swap. */
import { treeSize } from '../../brand.ts'
import type { HeldCheckpoint, MapFunctionVersion, MapName, SignerState } from '../../ledger/ports.ts'
import { checkHeld, checkSuccessor, somethingElseHeld } from '../monotonic.ts'
import { bytesOf, positionOf } from './column.ts'
import { inTransaction, type Connection } from './database.ts'
import { outputColumn } from './map-column.ts'

interface HeldRow {
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}

/** Of the log itself. */
export function sqliteSignerState(database: Connection): SignerState {
  return signerState(database, 'held', 'id', 1)
}

/** Of the output log of a map. */
export function sqliteOutputState(
  database: Connection,
  map: MapName,
  version: MapFunctionVersion,
): SignerState {
  return signerState(database, 'held_output', 'log', outputColumn(map, version))
}

function signerState(database: Connection, table: string, column: string, id: number): SignerState {
  const select = database.prepare<[], HeldRow>(
    `SELECT size, root, note FROM ${table} WHERE ${column} = ${id}`,
  )
  const insert = database.prepare<[number, Uint8Array, string]>(
    `INSERT INTO ${table} (${column}, size, root, note) VALUES (${id}, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const update = database.prepare<[number, Uint8Array, string, number, Uint8Array]>(
    `UPDATE ${table} SET size = ?, root = ?, note = ? WHERE ${column} = ${id} AND size = ? AND root = ?`,
  )
  return {
    async read() {
      const row = select.get()
      return row && heldOf(row)
    },
    async replace(held, next) {
      checkSuccessor(held, next)
      const { changes } = inTransaction(database, 'signer state', () =>
        held === undefined
          ? insert.run(next.size, next.root, next.note)
          : update.run(next.size, next.root, next.note, held.size, held.root),
      )
      if (changes !== 1) throw somethingElseHeld(held)
    },
  }
}

function heldOf({ size, root, note }: HeldRow): HeldCheckpoint {
  return checkHeld({ size: treeSize(positionOf(size, 'signer state')), root: bytesOf(root), note })
}
