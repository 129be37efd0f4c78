/**
 * The index store (ports.ts) in index.db: per key a row with its newest postings, closed runs of 256 as immutable rows
 * (index.md 5), and one writer. Reading is index-reader.ts.
 */
import { logIndex, treeSize } from '../../brand.ts'
import { Fault } from '../../errors.ts'
import type { ChangedValue, IndexBatch, IndexPosition, IndexStore } from '../../ledger/ports.ts'
import { appendPostings, emptyPostings, postingValue, type PostingEdge } from '../../map/posting-list.ts'
import {
  checkIndexBatch,
  groupPostings,
  isInMemory,
  postingPieces,
  type PostingGroup,
} from '../index-batch.ts'
import { packValues } from './changed-values.ts'
import { positionOf } from './column.ts'
import { inTransaction, type Connection } from './database.ts'
import { readerPool, tableColumn } from './index-reader.ts'
import { mapColumn } from './map-column.ts'
import { storedEdge } from './posting-edge.ts'
import { postingChanger, type StoredPosting } from './posting-rows.ts'
import { emptyTail, postingAppender } from './posting-run.ts'

type Position = readonly [through: number, rules: number]
type Statements = ReturnType<typeof prepare>

function prepare(database: Connection) {
  return {
    changePostings: postingChanger(database),
    appendTail: postingAppender(),
    position: database.prepare<[], Position>('SELECT through, rules FROM position').raw(),
    setPosition: database.prepare<[number, number]>('UPDATE position SET through = ?, rules = ?'),
    insertManifest: database.prepare<[number, number, Uint8Array]>(
      'INSERT INTO manifest (entry, lines, root) VALUES (?, ?, ?)',
    ),
    insertRun: database.prepare<[number, Uint8Array, number, Uint8Array]>(
      'INSERT INTO posting_run (map, key, run, postings) VALUES (?, ?, ?, ?)',
    ),
    upsertFact: database.prepare<[number, Uint8Array, string]>(
      'INSERT INTO fact (tbl, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
  }
}

/** An index store that is closed by its owner, with the connection it writes with. */
export interface SqliteIndexStore extends IndexStore {
  /** Resolves when what reads it has ended too. */
  close(): Promise<void>
}

export function sqliteIndexStore(database: Connection): SqliteIndexStore {
  const statements = prepare(database)
  const pool = readerPool(database.name)
  return {
    read: pool.read,
    async apply(batch) {
      const pieces = inTransaction(database, 'index', () => applyBatch(statements, batch))
      return { [Symbol.iterator]: () => pieces.map((piece) => piece()).values() }
    },
    async reset(rules) {
      inTransaction(database, 'index', () => {
        database.exec('DELETE FROM posting; DELETE FROM posting_run; DELETE FROM fact; DELETE FROM manifest')
        statements.setPosition.run(0, rules)
      })
    },
    close() {
      const ended = pool.close()
      // Last, as far as that is known now: only a connection that may write takes the -wal file away.
      database.close()
      return ended
    },
  }
}

function applyBatch(statements: Statements, batch: IndexBatch): readonly (() => readonly ChangedValue[])[] {
  const position = positionIn(statements)
  checkIndexBatch(batch, position)
  const changed: (() => readonly ChangedValue[])[] = []
  for (const piece of postingPieces(batch)) {
    const values = addGroups(statements, groupPostings(piece, batch))
    changed.push(isInMemory(batch.postings) ? () => values : packValues(values))
  }
  for (const { table, key, value } of batch.rows) statements.upsertFact.run(tableColumn[table], key, value)
  for (const { index, lines, root } of batch.manifests) statements.insertManifest.run(index, lines, root)
  statements.setPosition.run(batch.through, position.rules)
  return changed
}

function addGroups(statements: Statements, groups: readonly PostingGroup[]): readonly ChangedValue[] {
  const changed: ChangedValue[] = []
  statements.changePostings(groups, ({ map, key, indexes }, stored) => {
    const tail = statements.appendTail(stored ?? emptyTail, indexes, (run, postings) => {
      statements.insertRun.run(mapColumn[map], key, run, postings)
    })
    const list = appendPostings(stored === undefined ? emptyPostings : listOf(stored), indexes)
    changed.push({ map, key, value: postingValue(list), last: logIndex(tail.last) })
    return { map, key, ...tail, edge: list.edge.hashes }
  })
  return changed
}

function listOf({ count, last, edge }: StoredPosting): PostingEdge {
  return storedEdge(count, last, edge)
}

function positionIn(statements: Statements): IndexPosition {
  const row = statements.position.get()
  if (row === undefined) throw new Fault('integrity-error', 'index: expected a position, found none')
  return { through: treeSize(positionOf(row[0], 'index position')), rules: row[1] }
}
