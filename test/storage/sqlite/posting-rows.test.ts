/** Rows of the index that are read and written many at once are those that SQLite has, one by one. */
import Database from 'better-sqlite3'
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { compareBytes } from '../../../src/encoding/bytes.ts'
import { formatHex } from '../../../src/encoding/hex.ts'
import {
  postingChanger,
  type PostingRow,
  type StoredPosting,
} from '../../../src/storage/sqlite/posting-rows.ts'
import { faultOf } from '../../helpers/fault-of.ts'

const HASH_BYTES = 32

function withTable<T>(use: (database: Database.Database) => T): T {
  const database = new Database(':memory:')
  database.exec(`CREATE TABLE posting (map INTEGER, key BLOB, count INTEGER, last INTEGER, tail BLOB, edge BLOB,
    PRIMARY KEY (map, key)) STRICT, WITHOUT ROWID`)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

const hashes = (count: number, fill: number): readonly Uint8Array[] =>
  [...count.toString(2).replaceAll('0', '')].map((_, i) => new Uint8Array(HASH_BYTES).fill(fill + i))

const row = fc
  .record({
    map: fc.constantFrom('components', 'status'),
    key: fc.uint8Array({ maxLength: 100 }),
    count: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
    last: fc.maxSafeNat(),
    tail: fc.uint8Array({ maxLength: 200 }),
    fill: fc.nat(200),
  })
  .map(({ fill, ...columns }): PostingRow => ({ ...columns, edge: hashes(columns.count, fill) }))
/** Of one batch: more than a statement has, each key once. */
const rows = fc.uniqueArray(row, { maxLength: 150, selector: ({ map, key }) => `${map}${formatHex(key)}` })

const asStored = ({ count, last, tail, edge }: PostingRow): StoredPosting => ({
  count,
  last,
  tail,
  edge: Uint8Array.from(edge.flatMap((hash) => [...hash])),
})

/** What `change` was given of each row. */
function put(database: Database.Database, given: readonly PostingRow[]): (StoredPosting | undefined)[] {
  const before: (StoredPosting | undefined)[] = []
  postingChanger(database)(given, (one, stored) => {
    before.push(stored && { ...stored, tail: stored.tail.slice(), edge: stored.edge.slice() })
    return one
  })
  return before
}

describe('posting rows', () => {
  it('give each key what is stored of it, and put a new row in its place', () => {
    fc.assert(
      fc.property(rows, rows, fc.nat(150), (first, second, kept) =>
        withTable((database) => {
          const later = [...second, ...first.slice(0, kept)].filter(
            ({ map, key }, i, all) =>
              all.findIndex((other) => other.map === map && compareBytes(other.key, key) === 0) === i,
          )
          const find = ({ map, key }: PostingRow) =>
            first.find((other) => other.map === map && compareBytes(other.key, key) === 0)
          expect(put(database, first)).to.deep.equal(first.map(() => undefined))
          expect(put(database, later)).to.deep.equal(
            later.map((one) => {
              const found = find(one)
              return found && asStored(found)
            }),
          )
          expect(put(database, later)).to.deep.equal(later.map(asStored))
        }),
      ),
      { numRuns: 30 },
    )
  })

  it('refuse edges that lists of so many postings do not have', () => {
    const two = [1, 2].map((at): PostingRow => ({
      map: 'components',
      key: Uint8Array.of(at),
      count: 1,
      last: at,
      tail: Uint8Array.of(at),
      edge: hashes(1, at),
    }))
    withTable((database) => {
      put(database, two)
      database.exec("UPDATE posting SET edge = x'00' WHERE key = x'01'")
      expect(faultOf(() => put(database, two)).reason).to.equal('integrity-error')
    })
  })
})
