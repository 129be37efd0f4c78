/** Damaged and edited databases: what was changed is refused, never served (robustness.md T12, F-12). */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../../src/brand.ts'
import { utf8 } from '../../../src/encoding/utf8.ts'
import type { Storage } from '../../../src/ledger/ports.ts'
import { openSqliteStorage, type SqliteFolders } from '../../../src/storage/sqlite/storage.ts'
import { allEntries, anAttestation, batchAt, blobOf, entryAt, noise } from '../../contracts/log-samples.ts'
import { reasonOf } from '../../contracts/storage-under-test.ts'
import { damage, withFolders } from './folders.ts'

const noisy = blobOf(noise(3000))
const wordy = blobOf(utf8('words '.repeat(1000)))
const long = blobOf(utf8('words '.repeat(20_000)))
const key = utf8('lodash@4.17.21')

/** A closed storage with five entries, three blobs and a key of 300 postings. */
async function createSample(folders: SqliteFolders): Promise<void> {
  const storage = await openSqliteStorage({ ...folders, create: true })
  const entries = [0, 1, 2, 3, 4].map((at) => entryAt(at, at === 3 ? { attestation: anAttestation } : {}))
  await storage.log.append(batchAt(0, 5, { entries, blobs: [noisy, wordy, long] }))
  await storage.log.publish({ size: treeSize(5), note: 'note\n' })
  const postings = Array.from({ length: 300 }, (_, at) => ({
    map: 'components' as const,
    key,
    index: logIndex(at),
  }))
  await storage.index.apply({ from: treeSize(0), through: treeSize(300), postings, rows: [], manifests: [] })
  await storage[Symbol.asyncDispose]()
}

async function afterDamage(
  file: string,
  sql: string,
  check: (storage: Storage) => Promise<unknown>,
): Promise<void> {
  await withFolders(async (folders) => {
    await createSample(folders)
    damage(join(folders.data, file), sql)
    const storage = await openSqliteStorage({ ...folders, create: false })
    try {
      await check(storage)
    } finally {
      await storage[Symbol.asyncDispose]()
    }
  })
}

const readAll = (storage: Storage) => allEntries(storage.log)
const readLeaves = ({ log }: Storage) => log.leaves(logIndex(0), treeSize(5))
const readTile = (storage: Storage) => storage.log.tiles([{ level: 0, index: 0 }])
const readPostings = (storage: Storage) => storage.index.read((reader) => reader.postings('components', key))

describe('sqlite storage: damage', () => {
  const damages: readonly [
    what: string,
    file: string,
    sql: string,
    read: (storage: Storage) => Promise<unknown>,
  ][] = [
    ['a changed leaf', 'ledger.db', "UPDATE entry SET leaf = x'00' WHERE idx = 3", readAll],
    [
      'a changed leaf, found by attestation',
      'ledger.db',
      "UPDATE entry SET leaf = x'00' WHERE idx = 3",
      ({ log }) => log.find(anAttestation),
    ],
    ['a changed leaf, read alone', 'ledger.db', "UPDATE entry SET leaf = x'00' WHERE idx = 3", readLeaves],
    [
      'a leaf longer than any that is stored',
      'ledger.db',
      'UPDATE entry SET leaf = zeroblob(65536) WHERE idx = 3',
      readAll,
    ],
    [
      'a changed leaf hash, read with the leaf',
      'ledger.db',
      'UPDATE entry SET leaf_hash = zeroblob(32) WHERE idx = 4',
      readLeaves,
    ],
    [
      'leaves of which one is longer and the next shorter',
      'ledger.db',
      "UPDATE entry SET leaf = CASE idx WHEN 1 THEN CAST(leaf || '.' AS BLOB) ELSE substr(leaf, 2) END WHERE idx IN (1, 2)",
      readLeaves,
    ],
    ['a removed leaf', 'ledger.db', 'DELETE FROM entry WHERE idx = 3', readLeaves],
    ['a changed leaf hash', 'ledger.db', 'UPDATE entry SET leaf_hash = zeroblob(32) WHERE idx = 3', readAll],
    ['a cut attestation id', 'ledger.db', "UPDATE entry SET attestation = x'00' WHERE idx = 3", readAll],
    ['a removed entry', 'ledger.db', 'DELETE FROM entry WHERE idx = 3', readAll],
    [
      'an entry at another place',
      'ledger.db',
      'UPDATE entry SET idx = 9007199254740993 WHERE idx = 4',
      readAll,
    ],
    ['half a hash in a tile', 'ledger.db', 'UPDATE tile SET hashes = zeroblob(48)', readTile],
    ['an empty tile', 'ledger.db', "UPDATE tile SET hashes = x''", readTile],
    [
      'a blob of other bytes',
      'ledger.db',
      'UPDATE blob SET coding = 0, bytes = zeroblob(9)',
      ({ blobs }) => blobs.get(noisy.digest),
    ],
    [
      'a compressed blob that is none',
      'ledger.db',
      'UPDATE blob SET bytes = zeroblob(9)',
      ({ blobs }) => blobs.get(wordy.digest),
    ],
    [
      'a compressed blob, cut',
      'ledger.db',
      'UPDATE blob SET bytes = substr(bytes, 1, length(bytes) - 4)',
      ({ blobs }) => blobs.get(long.digest),
    ],
    [
      'a compressed blob that swells beyond its size',
      'ledger.db',
      'UPDATE blob SET size = 7',
      ({ blobs }) => blobs.get(wordy.digest),
    ],
    [
      'a checkpoint with half a root',
      'signer/signer.db',
      "INSERT INTO held VALUES (1, 5, x'00', 'note')",
      ({ signer }) => signer.read(),
    ],
    [
      'a checkpoint of a size that is none',
      'signer/signer.db',
      "INSERT INTO held VALUES (1, -5, zeroblob(32), 'note')",
      ({ signer }) => signer.read(),
    ],
    ['a removed run of postings', 'index.db', 'DELETE FROM posting_run', readPostings],
    [
      'a run with a posting changed',
      'index.db',
      'UPDATE posting_run SET postings = zeroblob(256)',
      readPostings,
    ],
    [
      'a run that is too short',
      'index.db',
      'UPDATE posting_run SET postings = substr(postings, 2)',
      readPostings,
    ],
    [
      'a cut tail of postings',
      'index.db',
      'UPDATE posting SET tail = substr(tail, 1, length(tail) - 1)',
      readPostings,
    ],
    ['a count that is too low', 'index.db', 'UPDATE posting SET count = count - 1', readPostings],
    ['another last posting', 'index.db', 'UPDATE posting SET last = 298', readPostings],
    [
      'a tail of postings that cannot be added to',
      'index.db',
      'UPDATE posting SET tail = zeroblob(3000)',
      async ({ index }) =>
        index.apply({
          from: treeSize(300),
          through: treeSize(301),
          postings: [{ map: 'components', key, index: logIndex(300) }],
          rows: [],
          manifests: [],
        }),
    ],
    [
      'a removed position',
      'index.db',
      'DELETE FROM position',
      ({ index }) => index.read((reader) => reader.position()),
    ],
  ]
  for (const [what, file, sql, read] of damages) {
    it(`refuses ${what}`, async () =>
      afterDamage(file, sql, async (storage) =>
        expect(await reasonOf(read(storage))).to.equal('integrity-error'),
      ))
  }

  it('goes on serving what was not damaged', async () =>
    afterDamage('ledger.db', "UPDATE entry SET leaf = x'00' WHERE idx = 3", async ({ log, blobs }) => {
      expect(await log.entries(logIndex(0), treeSize(3))).to.have.length(3)
      expect(await blobs.get(noisy.digest)).to.deep.equal(noisy.bytes)
    }))

  it('refuses a leaf and a blob with one bit flipped in the file', async () => {
    for (const place of [entryAt(2).leaf.subarray(0, 100), noisy.bytes.subarray(0, 100)]) {
      await withFolders(async (folders) => {
        await createSample(folders)
        flipBit(join(folders.data, 'ledger.db'), place)
        const storage = await openSqliteStorage({ ...folders, create: false })
        for (const read of [readAll, readLeaves]) {
          const reads = Promise.all([read(storage), storage.blobs.get(noisy.digest)])
          expect(await reasonOf(reads)).to.equal('integrity-error')
        }
        await storage[Symbol.asyncDispose]()
      })
    }
  })
})

/** Flips the lowest bit of the byte at the middle of `place`, which must stand in the file once. */
function flipBit(path: string, place: Uint8Array): void {
  const file = readFileSync(path)
  const at = file.indexOf(place)
  if (at < 0 || file.indexOf(place, at + 1) >= 0)
    throw new Error('expected the bytes to stand in the file once')
  const middle = at + Math.floor(place.length / 2)
  file.writeUInt8(file.readUInt8(middle) ^ 1, middle)
  writeFileSync(path, file)
}

describe('sqlite storage: what the database itself refuses', () => {
  const edits: readonly [file: string, sql: string][] = [
    ['ledger.db', 'DELETE FROM entry WHERE idx = 4'],
    ['ledger.db', "UPDATE entry SET recorded_at = '1970' WHERE idx = 4"],
    ['ledger.db', "UPDATE published SET note = 'another note'"],
    ['ledger.db', 'DELETE FROM published'],
    ['ledger.db', 'UPDATE tile SET hashes = substr(hashes, 1, 32)'],
    ['ledger.db', 'DELETE FROM tile'],
    ['ledger.db', 'UPDATE blob SET size = 7'],
    ['signer/signer.db', 'UPDATE held SET size = size - 1'],
    ['signer/signer.db', 'UPDATE held SET root = zeroblob(32)'],
    ['signer/signer.db', 'DELETE FROM held'],
  ]
  for (const [file, sql] of edits) {
    it(`refuses ${sql}`, async () =>
      withFolders(async (folders) => {
        await createSample(folders)
        const storage = await openSqliteStorage({ ...folders, create: false })
        await storage.signer.replace(undefined, {
          size: treeSize(5),
          root: entryAt(0).leafHash,
          note: 'note\n',
        })
        await storage[Symbol.asyncDispose]()
        const database = new Database(join(folders.data, file))
        expect(() => database.exec(sql)).to.throw(/never|only grows/)
        database.close()
      }))
  }
})
