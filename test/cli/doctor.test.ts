/** `attestree server doctor`: every state that would bite an operator is said before it does, with what to do. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { diagnose, type Installation } from '../../src/cli/doctor-rules.ts'
import { inspectLedger } from '../../src/cli/ledger-folder.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { createTestLedger } from '../helpers/test-ledger.ts'
import { withFolders } from '../storage/sqlite/folders.ts'

const GIB = 1024 ** 3
const NOW = Date.UTC(2026, 10, 24, 12)

const well: Installation = {
  folders: [
    { path: '/data', mode: 0o700, freeBytes: 100 * GIB, networkFileSystem: false },
    { path: '/signer', mode: 0o700, freeBytes: 100 * GIB, networkFileSystem: false },
  ],
  databases: [
    { name: 'ledger.db', path: '/data/ledger.db', mode: 0o600, schema: 2, knownSchema: 2, walBytes: 0 },
  ],
  unreadable: [],
  entries: 9,
  published: 8,
  signed: 8,
  indexedThrough: 8,
  newestRecordedAt: '2026-11-24T11:59:59.000Z',
  logKey: { path: '/signer/log.key', mode: 0o600 },
  sharesFolder: false,
  node: 'v20.19.0',
  now: NOW,
}
const [folder] = well.folders
const [database] = well.databases
if (folder === undefined || database === undefined) throw new Error('nothing to break')

const ills: readonly (readonly [
  what: string,
  change: Partial<Installation>,
  check: string,
  state: string,
])[] = [
  ['an old Node.js', { node: 'v20.18.3' }, 'Node.js', 'wrong'],
  ['a clock behind the log', { now: NOW - 60_000 }, 'clock', 'wrong'],
  ['a clock that was never set', { now: 0, newestRecordedAt: undefined }, 'clock', 'wrong'],
  ['a folder that others can read', { folders: [{ ...folder, mode: 0o755 }] }, 'folder', 'wrong'],
  ['a full disk', { folders: [{ ...folder, freeBytes: GIB / 10 }] }, 'space', 'wrong'],
  ['a disk that fills', { folders: [{ ...folder, freeBytes: GIB }] }, 'space', 'warning'],
  ['a network file system', { folders: [{ ...folder, networkFileSystem: true }] }, 'disk', 'wrong'],
  ['keys that share the data folder', { sharesFolder: true }, 'signer', 'warning'],
  ['a log key that others can read', { logKey: { path: '/k', mode: 0o640 } }, 'log key', 'wrong'],
  ['no log key', { logKey: undefined }, 'log key', 'wrong'],
  ['a database of a newer program', { databases: [{ ...database, schema: 3 }] }, 'schema', 'wrong'],
  ['a -wal file that grows', { databases: [{ ...database, walBytes: GIB }] }, 'wal', 'warning'],
  ['a database that cannot be read', { unreadable: ['/data/ledger.db: no database'] }, 'database', 'wrong'],
  ['data older than the signer state', { entries: 7 }, 'positions', 'wrong'],
  ['a signer state older than the data', { signed: 7 }, 'positions', 'wrong'],
  ['no signer state', { signed: undefined }, 'positions', 'wrong'],
  ['an index far behind', { published: 5008, entries: 5009, signed: 5008 }, 'index', 'warning'],
  ['no index', { indexedThrough: undefined }, 'index', 'warning'],
]

describe('attestree server doctor', () => {
  it('finds nothing in an installation that is well', () => {
    expect(diagnose(well).filter((one) => one.state !== 'ok')).to.deep.equal([])
  })

  for (const [what, change, check, state] of ills) {
    it(`says what to do about ${what}`, () => {
      const found = diagnose({ ...well, ...change }).filter((one) => one.state !== 'ok')
      expect(found.map((one) => [one.check, one.state])).to.deep.equal([[check, state]])
      expect(found[0]?.todo).to.be.a('string')
    })
  }

  it('reads a ledger that is open in another process’s hands, and changes nothing', async () => {
    await withFolders(async (folders) => {
      const ledger = await createTestLedger(await openSqliteStorage({ ...folders, create: true }))
      chmodSync(join(folders.data, 'index.db'), 0o644)
      const found = diagnose({ ...inspectLedger(folders), node: well.node, now: NOW })
      const ill = found.filter((one) => one.state === 'wrong').map((one) => one.check)
      expect(ill).to.deep.equal(['log key', 'file'])
      expect(found.find((one) => one.check === 'positions')?.found).to.equal(
        'published 1, signed 1, stored 1',
      )
      await ledger[Symbol.asyncDispose]()
    })
  })
})
