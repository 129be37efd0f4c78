/**
 * Reading index.db at one state: connections for reading only, each inside a transaction while it is used, so that it
 * sees one snapshot of the WAL while the writer goes on.
 */
import { logIndex, treeSize, type LogIndex } from '../../brand.ts'
import { compareBytes } from '../../encoding/bytes.ts'
import { Fault } from '../../errors.ts'
import type {
  IndexPosition,
  IndexRow,
  KeyRow,
  ManifestRoot,
  MapName,
  MapReader,
  RowTable,
  ValueRow,
} from '../../ledger/ports.ts'
import { postingValue } from '../../map/posting-list.ts'
import { rangeUnder, type KeyRange } from '../key-range.ts'
import { bytesOf, positionOf } from './column.ts'
import { openReader, type Connection } from './database.ts'
import { orDamagedIndex } from './index-files.ts'
import { mapColumn } from './map-column.ts'
import { numbersOf, piecesOf } from './packed-rows.ts'
import { cutEdges, storedEdge } from './posting-edge.ts'
import { readRun, RUN_LENGTH, type KeyTail } from './posting-run.ts'

/** Numbers of the tables in columns; as `mapColumn`. */
export const tableColumn = { entry: 0, image: 1, total: 2, name: 3 } as const satisfies Record<
  RowTable,
  number
>

/** Idle connections that are kept. A read opens another one if all are in use, so that reads never wait for reads. */
const MAX_IDLE = 4
/** For LIMIT. */
const NO_LIMIT = -1
const everything = new Uint8Array()
const noEdge = new Uint8Array()

export interface ReaderPool {
  /** Runs `use` on one unchanging state. */
  read<T>(use: (reader: MapReader) => Promise<T>): Promise<T>
  /** Closes idle connections now, and each of the others when its read ends; resolves after the last. */
  close(): Promise<void>
}

export function readerPool(path: string): ReaderPool {
  const idle: Snapshots[] = []
  let [running, isClosed] = [0, false]
  let onEnded = (): void => undefined
  return {
    async read(use) {
      if (isClosed) throw new Error('index: read after it was closed')
      const snapshots = idle.pop() ?? openSnapshots(path)
      let isDamaged = false
      running++
      try {
        return await use(snapshots.begin())
      } catch (cause) {
        const thrown = orDamagedIndex(path, cause)
        isDamaged = thrown !== cause
        throw thrown
      } finally {
        // What SQLite has found damaged, it does not even end its transaction on.
        if (isDamaged || isClosed || idle.length >= MAX_IDLE) snapshots.close()
        else idle.push(snapshots.end())
        running--
        if (isClosed && running === 0) onEnded()
      }
    },
    close() {
      isClosed = true
      for (const snapshots of idle.splice(0)) snapshots.close()
      return new Promise((resolve) => {
        onEnded = resolve
        if (running === 0) resolve()
      })
    },
  }
}

/** One connection, which shows one snapshot between `begin` and `end` or `close`. */
interface Snapshots {
  begin(): MapReader
  /** It can begin another one then. */
  end(): Snapshots
  close(): void
}

function openSnapshots(path: string): Snapshots {
  const database = openReader(path)
  const statements = prepare(database)
  let reading = { over: true }
  return {
    begin() {
      statements.begin.run()
      // The snapshot is taken by the first read, not by BEGIN.
      statements.position.get()
      reading = { over: false }
      return readerOf(statements, reading)
    },
    end() {
      reading.over = true
      if (database.inTransaction) statements.commit.run()
      return this
    },
    close() {
      reading.over = true
      database.close()
    },
  }
}

type Statements = ReturnType<typeof prepare>
/** A million of them are read at each start, thousands at once (packed-rows.ts). */
type StoredValues = readonly [
  lengths: string | null,
  counts: string | null,
  lasts: string | null,
  keys: Uint8Array | null,
  edges: Uint8Array | null,
]
type StoredManifest = { readonly entry: number; readonly lines: number; readonly root: Uint8Array }
type Position = { readonly through: number; readonly rules: number }

function prepare(database: Connection) {
  const keys = (upper: string) =>
    `SELECT key, count FROM posting WHERE map = ? AND key >= ? ${upper} ORDER BY key LIMIT ?`
  return {
    begin: database.prepare<[]>('BEGIN'),
    commit: database.prepare<[]>('COMMIT'),
    position: database.prepare<[], Position>('SELECT through, rules FROM position'),
    keysBelow: database.prepare<[number, Uint8Array, Uint8Array, number], KeyRow>(keys('AND key < ?')),
    keysFrom: database.prepare<[number, Uint8Array, number], KeyRow>(keys('')),
    posting: database.prepare<[number, Uint8Array], KeyTail>(
      'SELECT count, last, tail FROM posting WHERE map = ? AND key = ?',
    ),
    values: database
      .prepare<[number, Uint8Array, number], StoredValues>(
        `SELECT group_concat(length(key)), group_concat(count), group_concat(last),
           CAST(group_concat(key, '') AS BLOB), CAST(group_concat(edge, '') AS BLOB)
         FROM (SELECT key, count, last, edge FROM posting WHERE map = ? AND key >= ? ORDER BY key LIMIT ?)`,
      )
      .raw(),
    manifests: database.prepare<[number, number], StoredManifest>(
      'SELECT entry, lines, root FROM manifest WHERE entry >= ? AND entry < ? ORDER BY entry',
    ),
    runs: database.prepare<[number, Uint8Array], { run: number; postings: Uint8Array }>(
      'SELECT run, postings FROM posting_run WHERE map = ? AND key = ? ORDER BY run',
    ),
    fact: database
      .prepare<[number, Uint8Array], string>('SELECT value FROM fact WHERE tbl = ? AND key = ?')
      .pluck(),
    facts: database.prepare<[number, Uint8Array, number], { key: Uint8Array; value: string }>(
      'SELECT key, value FROM fact WHERE tbl = ? AND key >= ? ORDER BY key LIMIT ?',
    ),
  }
}

function readerOf(statements: Statements, reading: { readonly over: boolean }): MapReader {
  const snapshot = () => {
    if (reading.over) throw new Error('index: this reader was used after its read had ended')
    return statements
  }
  return {
    async position() {
      return positionIn(snapshot())
    },
    async keys(map, prefix, page = {}) {
      return keysIn(snapshot(), map, rangeUnder(prefix, page.after), page.limit ?? NO_LIMIT)
    },
    async values(map, { after, limit }) {
      const { lower } = rangeUnder(everything, after)
      return valuesIn(snapshot().values.get(mapColumn[map], lower, limit))
    },
    async manifests(from, to) {
      return snapshot().manifests.all(from, to).map(manifestOf)
    },
    async postings(map, key) {
      return postingsOf(snapshot(), map, key)
    },
    async rows(table, keys) {
      const { fact } = snapshot()
      return keys.map((key) => fact.get(tableColumn[table], key))
    },
    async scan(table, { after, limit }) {
      return scan(snapshot(), table, rangeUnder(everything, after), limit)
    },
  }
}

function positionIn(statements: Statements): IndexPosition {
  const row = statements.position.get()
  if (row === undefined) throw new Fault('integrity-error', 'index: expected a position, found none')
  return {
    through: treeSize(positionOf(row.through, 'index position')),
    rules: row.rules,
  }
}

function keysIn(statements: Statements, map: MapName, { lower, upper }: KeyRange, limit: number): KeyRow[] {
  const rows =
    upper === undefined
      ? statements.keysFrom.all(mapColumn[map], lower, limit)
      : statements.keysBelow.all(mapColumn[map], lower, upper, limit)
  return rows.map(({ key, count }) => ({ key: bytesOf(key), count }))
}

function valuesIn(stored: StoredValues | undefined): ValueRow[] {
  const [lengths, counts, lasts, keys, edges] = stored ?? []
  if (!lengths || !counts || !lasts || !keys || !edges) return []
  const [count, last] = [numbersOf(counts), numbersOf(lasts)]
  const edge = cutEdges(count, bytesOf(edges))
  const rows = piecesOf(bytesOf(keys), numbersOf(lengths)).map((key, i) => {
    const list = storedEdge(count[i] ?? 0, last[i] ?? 0, edge[i] ?? noEdge)
    return { key, value: postingValue(list), last: logIndex(last[i] ?? 0) }
  })
  checkAscending(rows)
  return rows
}

/** In which order the rows of a page are put together is not promised, and whoever asks goes on after the last. */
function checkAscending(rows: readonly ValueRow[]): void {
  rows.forEach(({ key }, i) => {
    const before = rows[i - 1]
    if (before !== undefined && compareBytes(before.key, key) >= 0)
      throw new Error('index: expected keys in order, got another order')
  })
}

function manifestOf({ entry, lines, root }: StoredManifest): ManifestRoot {
  return { index: logIndex(entry), lines, root: bytesOf(root) }
}

function postingsOf(statements: Statements, map: MapName, key: Uint8Array): LogIndex[] {
  const row = statements.posting.get(mapColumn[map], key)
  if (row === undefined) return []
  const postings: LogIndex[] = []
  const runs = row.count < RUN_LENGTH ? [] : statements.runs.all(mapColumn[map], key)
  runs.forEach(({ run, postings: bytes }, i) => {
    if (run === i) readRun(bytes, RUN_LENGTH, postings.at(-1) ?? -1, postings, 'index')
  })
  readRun(row.tail, row.count % RUN_LENGTH, postings.at(-1) ?? -1, postings, 'index')
  if (postings.length === row.count && postings.at(-1) === row.last) return postings
  throw new Fault(
    'integrity-error',
    `index: expected ${row.count} postings under a key, found ${postings.length}`,
  )
}

function scan(statements: Statements, table: RowTable, { lower }: KeyRange, limit: number): IndexRow[] {
  return statements.facts
    .all(tableColumn[table], lower, limit)
    .map(({ key, value }) => ({ table, key: bytesOf(key), value }))
}
