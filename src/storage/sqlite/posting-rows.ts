/** Rows of the table `posting`, many at once (packed-rows.ts): a hundred SBOMs read and write some ten thousand of them. */
import type { MapName } from '../../ledger/ports.ts'
import { bytesOf } from './column.ts'
import type { Connection } from './database.ts'
import { mapColumn } from './map-column.ts'
import { inOneBuffer, numbersOf, piecesOf } from './packed-rows.ts'
import { cutEdges } from './posting-edge.ts'
import type { KeyTail } from './posting-run.ts'

/** How many rows a statement has, the most first. With more of them a row takes no less. */
const STATEMENT_ROWS = [64, 8, 1] as const

export interface PostingKey {
  readonly map: MapName
  readonly key: Uint8Array
}

/** The columns beside the key. */
export interface StoredPosting extends KeyTail {
  readonly edge: Uint8Array
}

export interface PostingRow extends PostingKey, KeyTail {
  /** One after the other they are the column. */
  readonly edge: readonly Uint8Array[]
}

/**
 * Puts rows in the place of those with the same keys: what `change` makes of each key with what is stored of it. Some dozens
 * at once, so that nothing of them is left when the next ones are read.
 *
 * @throws Fault `bad-proof` (`integrity-error`)
 */
export type ChangePostings = <Key extends PostingKey>(
  keys: readonly Key[],
  change: (key: Key, stored: StoredPosting | undefined) => PostingRow,
) => void

export function postingChanger(database: Connection): ChangePostings {
  const statements = STATEMENT_ROWS.map((size) => ({
    size,
    read: prepareRead(database, size),
    write: prepareWrite(database, size),
  }))
  return (keys, change) => {
    let from = 0
    for (const { size, read, write } of statements)
      for (; from + size <= keys.length; from += size) {
        const some = keys.slice(from, from + size)
        const stored = read(some)
        write(some.map((key, i) => change(key, stored[i])))
      }
  }
}

type Columns = readonly [
  places: string,
  counts: string,
  lasts: string,
  lengths: string,
  tails: Uint8Array | null,
  edges: Uint8Array | null,
]

function prepareRead(database: Connection, size: number) {
  const places = Array.from({ length: size }, (_, place) => place)
  const select = database
    .prepare<unknown[], Columns>(
      `WITH asked (place, map, key) AS (VALUES ${places.map((place) => `(${place}, ?, ?)`).join(', ')})
       SELECT group_concat(place), group_concat(coalesce(count, 0)), group_concat(coalesce(last, 0)),
         group_concat(coalesce(length(tail), 0)), CAST(group_concat(tail, '') AS BLOB),
         CAST(group_concat(edge, '') AS BLOB)
       FROM asked LEFT JOIN posting ON posting.map = asked.map AND posting.key = asked.key`,
    )
    .raw()
  const inOrder = places.join()
  return (keys: readonly PostingKey[]): readonly (StoredPosting | undefined)[] => {
    const bound = inOneBuffer(keys.map(({ key }) => [key]))
    const columns = select.get(keys.flatMap(({ map }, i) => [mapColumn[map], bound[i]]))
    if (columns?.[0] !== inOrder) throw new Error(`posting: expected rows in the order of ${size} keys`)
    return storedIn(columns)
  }
}

function storedIn([, counts, lasts, lengths, tails, edges]: Columns): readonly (StoredPosting | undefined)[] {
  const [count, last] = [numbersOf(counts), numbersOf(lasts)]
  const tail = piecesOf(blob(tails), numbersOf(lengths))
  const edge = cutEdges(count, blob(edges))
  return count.map((postings, i) =>
    postings === 0
      ? undefined
      : { count: postings, last: last[i] ?? 0, tail: tail[i] ?? nothing, edge: edge[i] ?? nothing },
  )
}

const nothing = new Uint8Array()

/** Where no row has a value, the driver gives none. */
function blob(column: Uint8Array | null): Uint8Array {
  return column === null ? nothing : bytesOf(column)
}

function prepareWrite(database: Connection, size: number) {
  const values = Array.from({ length: size }, () => '(?, ?, ?, ?, ?, ?)').join(', ')
  const replace = database.prepare(
    `REPLACE INTO posting (map, count, last, key, tail, edge) VALUES ${values}`,
  )
  return (rows: readonly PostingRow[]): void => {
    const bound = inOneBuffer(rows.flatMap(({ key, tail, edge }) => [[key], [tail], edge]))
    replace.run(
      rows.flatMap(({ map, count, last }, i) => [
        mapColumn[map],
        count,
        last,
        ...bound.slice(3 * i, 3 * i + 3),
      ]),
    )
  }
}
