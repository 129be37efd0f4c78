/** The signer state (ports.ts) in its own database: one row, replaced by compare-and-swap. */
import { treeSize } from '../../brand.ts'
import type { HeldCheckpoint, SignerState } from '../../ledger/ports.ts'
import { checkHeld, checkSuccessor, somethingElseHeld } from '../monotonic.ts'
import { bytesOf, positionOf } from './column.ts'
import { inTransaction, type Connection } from './database.ts'

interface HeldRow {
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}

export function sqliteSignerState(database: Connection): SignerState {
  const select = database.prepare<[], HeldRow>('SELECT size, root, note FROM held')
  const insert = database.prepare<[number, Uint8Array, string]>(
    'INSERT INTO held (id, size, root, note) VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const update = database.prepare<[number, Uint8Array, string, number, Uint8Array]>(
    'UPDATE held SET size = ?, root = ?, note = ? WHERE size = ? AND root = ?',
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
