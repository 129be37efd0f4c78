/**
 * One flipped bit in every kind of stored row (robustness.md F-12, T12): the checker finds it, and what is asked is refused
 * by the ledger or by the client, or answered as if nothing had happened.
 */
import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { attestationId, imageDigest, logIndex } from '../../src/brand.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import type { Client } from '../../src/client/client.ts'
import { Fault } from '../../src/errors.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage, type SqliteFolders } from '../../src/storage/sqlite/storage.ts'
import { jsonOf, serveDoor } from '../http/door.ts'
import { clientOf, COMMIT, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  openTestLedger,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

/** SBOMs beside the others: for most rows it need not be many, and some are only there above a full tile and a run of postings. */
const FEW = 3
const MANY = 260
/** Where in a value the bit is. */
const SHARES = [0, 0.5, 0.999]
const numbers = new Set(['readable', 'size', 'coding', 'through', 'rules', 'count', 'last', 'run', 'lines'])
const REFUSED = 'refused:'
/** Its entry: behind two SBOMs and a provenance. */
const REVOCATION = 4
/** Of the fewest. */
const LAST = REVOCATION + FEW

/** A stored value: table, column, and the row. */
type Place = readonly [file: string, table: string, column: string, where: string]

const shop = sbomPayload('shop', ['lodash@4.17.20', 'left-pad@1.3.0'])
const web = sbomPayload('web', ['lodash@4.17.15'])
const revoked = revocationPayload({
  target: parseTarget(`image:${digestOf('web')}`),
  mode: 'all',
  reason: 'malicious-artifact',
})

const LEDGER = 'ledger.db'
const INDEX = 'index.db'
const SIGNER = 'signer/signer.db'
const idColumn = `x'${idOfPayload(shop).slice(7)}'`
const newest = 'size = (SELECT max(size) FROM published)'
const older = `size = (SELECT max(size) FROM published WHERE size < (SELECT max(size) FROM published))`
const oneRun = 'key = (SELECT max(key) FROM posting_run)'
const manifest = `(SELECT unhex(substr(value, instr(value, '"manifest":"sha256:') + 19, 64)) FROM i.fact WHERE tbl = 0 AND key = x'0000000000000001')`

const newestOutput = 'log = 1 AND idx = (SELECT max(idx) FROM output_leaf WHERE log = 1)'
const newestOutputNote = 'log = 0 AND size = (SELECT max(size) FROM output_note WHERE log = 0)'

const places: readonly Place[] = [
  [LEDGER, 'entry', 'leaf', 'idx = 1'],
  [LEDGER, 'entry', 'leaf_hash', 'idx = 1'],
  [LEDGER, 'entry', 'attestation', 'idx = 1'],
  [LEDGER, 'entry', 'key', 'idx = 1'],
  [LEDGER, 'entry', 'readable', 'idx = 1'],
  [LEDGER, 'tile', 'hashes', 'level = 0 AND idx = 0'],
  [LEDGER, 'published', 'note', newest],
  [LEDGER, 'published', 'size', newest],
  [LEDGER, 'published', 'note', older],
  [LEDGER, 'blob', 'bytes', `digest = ${idColumn}`],
  [LEDGER, 'blob', 'digest', `digest = ${idColumn}`],
  [LEDGER, 'blob', 'coding', `digest = ${idColumn}`],
  [LEDGER, 'blob', 'size', `digest = ${idColumn}`],
  [LEDGER, 'blob', 'bytes', `digest = ${manifest}`],
  [SIGNER, 'held', 'size', 'id = 1'],
  [SIGNER, 'held', 'root', 'id = 1'],
  [SIGNER, 'held', 'note', 'id = 1'],
  [LEDGER, 'output_leaf', 'leaf', newestOutput],
  [LEDGER, 'output_leaf', 'leaf_hash', newestOutput],
  [LEDGER, 'output_leaf', 'leaf', 'log = 0 AND idx = 0'],
  [LEDGER, 'output_tile', 'hashes', 'log = 1 AND level = 0'],
  [LEDGER, 'output_note', 'note', newestOutputNote],
  [LEDGER, 'output_note', 'size', newestOutputNote],
  [SIGNER, 'held_output', 'size', 'log = 0'],
  [SIGNER, 'held_output', 'root', 'log = 1'],
  [SIGNER, 'held_output', 'note', 'log = 1'],
  [INDEX, 'manifest', 'lines', 'entry = 1'],
  [INDEX, 'manifest', 'root', 'entry = 1'],
  [INDEX, 'posting', 'edge', 'count = 2'],
  [INDEX, 'position', 'through', 'id = 1'],
  [INDEX, 'position', 'rules', 'id = 1'],
  [INDEX, 'posting', 'tail', 'count = 2'],
  [INDEX, 'fact', 'value', "tbl = 0 AND key = x'0000000000000001'"],
  [INDEX, 'fact', 'value', `tbl = 1 AND key = x'${digestOf('shop').slice(7)}'`],
  [INDEX, 'fact', 'key', `tbl = 1 AND key = x'${digestOf('shop').slice(7)}'`],
  [INDEX, 'fact', 'value', 'tbl = 2'],
  [INDEX, 'fact', 'key', 'tbl = 2'],
]
/** And those that only many entries make; there, the size before an older published one is not published too. */
const placesOfMany: readonly Place[] = [
  [LEDGER, 'tile', 'hashes', 'level = 0 AND idx = 0'],
  [LEDGER, 'tile', 'hashes', 'level = 0 AND idx = 1'],
  [LEDGER, 'tile', 'hashes', 'level = 1'],
  [LEDGER, 'published', 'size', older],
  [INDEX, 'posting', 'count', `count = ${MANY}`],
  [INDEX, 'posting', 'last', `count = ${MANY}`],
  [INDEX, 'posting_run', 'run', oneRun],
  [INDEX, 'posting_run', 'postings', oneRun],
]

describe('one flipped bit', function () {
  this.timeout(120_000)
  let root = ''
  /** What the whole ledger of so many fillers answers. */
  const whole = new Map<number, readonly string[]>()

  const foldersOf = (name: string): SqliteFolders => ({
    data: join(root, name),
    signer: join(root, name, 'signer'),
  })

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'attestree-flip-'))
    for (const fillers of [FEW, MANY]) await makeLedger(fillers)
  })
  after(() => rm(root, { recursive: true }))

  async function makeLedger(count: number): Promise<void> {
    const folders = foldersOf(`whole-${count}`)
    const ledger = await createTestLedger(await openSqliteStorage({ ...folders, create: true }))
    for (const body of [signEnvelope(shop, keys.ci), signEnvelope(web, keys.ci)]) await ledger.submit(body)
    await ledger.submit(
      signEnvelope(provenancePayload('shop', 'git.test/shop', COMMIT, 'https://ci.test/builder'), keys.ci),
    )
    await ledger.submit(signEnvelope(revoked, keys.admin))
    const fillers = Array.from({ length: count }, (_, at) => sbomPayload(`filler-${at}`, ['a@1.0.0']))
    await Promise.all(fillers.map((payload) => ledger.submit(signEnvelope(payload, keys.ci))))
    await ledger.status()
    await ledger[Symbol.asyncDispose]()
    const said = await answers(folders)
    expect(said.filter((answer) => answer.startsWith(REFUSED))).to.deep.equal([])
    expect(await problems(folders)).to.deep.equal([])
    whole.set(count, said)
  }

  /** What the check finds and what is served, with the bit flipped at that share of the value. */
  async function withFlip(place: Place, share: number, fillers = FEW) {
    const folders = foldersOf('flipped')
    cpSync(foldersOf(`whole-${fillers}`).data, folders.data, { recursive: true })
    try {
      flip(folders.data, place, share)
      return { found: await problems(folders), served: await answers(folders) }
    } finally {
      await rm(folders.data, { recursive: true })
    }
  }

  for (const [fillers, some] of [
    [FEW, places],
    [MANY, placesOfMany],
  ] as const) {
    for (const place of some) {
      it(`in ${place.join(' ')}, ${fillers} SBOMs beside: is found, and not served`, async () => {
        for (const share of numbers.has(place[2]) ? [0] : SHARES) {
          const { found, served } = await withFlip(place, share, fillers)
          expect(found, `at ${share}`).to.not.deep.equal([])
          const right = whole.get(fillers) ?? []
          const wrong = served.filter((answer, at) => !answer.startsWith(REFUSED) && answer !== right[at])
          expect(wrong, `at ${share}`).to.deep.equal([])
        }
      })
    }
  }

  it('in a key of the index: is found; what an answer leaves out then, only a proof of the index can show', async () => {
    for (const share of SHARES) {
      const { found } = await withFlip(
        [INDEX, 'posting', 'key', 'key = (SELECT max(key) FROM posting)'],
        share,
      )
      expect(found, `at ${share}`).to.not.deep.equal([])
    }
  })

  for (const isIndexed of [true, false]) {
    const where = isIndexed ? 'the index knew it' : 'the index has yet to be made'
    it(`in the key of a revocation's entry (${where}): no start, so that no revoked key is taken for a good one`, async () => {
      const folders = foldersOf('passed-by')
      cpSync(foldersOf(`whole-${FEW}`).data, folders.data, { recursive: true })
      flip(folders.data, [LEDGER, 'entry', 'key', `idx = ${REVOCATION}`], 0.5)
      if (!isIndexed) await rm(join(folders.data, INDEX))
      const storage = await openSqliteStorage({ ...folders, create: false })
      const opened = await refusal(() => openTestLedger(storage, { onIndexStopped: () => undefined }))
      await storage[Symbol.asyncDispose]()
      await rm(folders.data, { recursive: true })
      expect(opened).to.equal(`${REFUSED} integrity-error`)
    })
  }

  for (const place of [
    [LEDGER, 'blob', 'bytes', `digest = ${idColumn}`],
    [INDEX, 'fact', 'value', "tbl = 0 AND key = x'0000000000000001'"],
  ] as const) {
    it(`in ${place.join(' ')}: answered over HTTP with 500 integrity-error, and reported`, async () => {
      const folders = foldersOf('served')
      cpSync(foldersOf(`whole-${FEW}`).data, folders.data, { recursive: true })
      flip(folders.data, place, 0.5)
      await using ledger = await openTestLedger(await openSqliteStorage({ ...folders, create: false }))
      await using server = await serveDoor(ledger)
      const path = place[0] === INDEX ? `images/${digestOf('shop')}` : `attestations/${idOfPayload(shop)}/pae`
      const response = await fetch(`${server.url}/ledger/v1/${path}`)
      expect(response.status).to.equal(500)
      expect(await jsonOf(response)).to.include({ code: 'integrity-error' })
      expect(server.reported).to.have.length(1)
      await rm(folders.data, { recursive: true })
    })
  }

  it('in a time that the ledger wrote down: is found where the order breaks; a time is the ledger’s word', async () => {
    const { found } = await withFlip([LEDGER, 'entry', 'recorded_at', 'idx = 1'], 0)
    expect(found).to.deep.equal(['entry 2: recorded before the entry before it'])
  })
})

/** Everything that can be asked; a refusal with its reason, or what a client makes of the answer. */
async function answers(folders: SqliteFolders): Promise<readonly string[]> {
  const storage = await refusal(() => openSqliteStorage({ ...folders, create: false }))
  if (typeof storage === 'string') return [storage]
  const ledger = await refusal(() => openTestLedger(storage, { onIndexStopped: () => undefined }))
  if (typeof ledger === 'string') {
    await storage[Symbol.asyncDispose]()
    return [ledger]
  }
  const client = clientOf(ledger)
  const said: string[] = []
  for (const ask of questions(client)) {
    const answer = await refusal(ask)
    said.push(typeof answer === 'string' ? answer : comparable(answer))
  }
  await ledger[Symbol.asyncDispose]()
  return said
}

/** That the index is behind is said truly, whether it is or not. */
function comparable(answer: object): string {
  return JSON.stringify(answer).replace(/"indexedThrough":\d+/, '')
}

function questions(client: Client): readonly (() => Promise<object>)[] {
  return [
    () => client.status(),
    () => client.entry(logIndex(1)),
    () => client.entry(logIndex(LAST)),
    () => client.attestation(attestationId(idOfPayload(shop))),
    () => client.pae(attestationId(idOfPayload(shop))),
    () => client.image(imageDigest(digestOf('shop'))),
    () => client.image(imageDigest(digestOf('web'))),
    () => client.images({ component: 'pkg:npm/lodash', range: '<4.17.21' }),
    () => client.images({ component: 'pkg:npm/left-pad' }),
    () => client.images({ component: 'pkg:npm/a', limit: 1000 }),
    () => client.revocations(`image:${digestOf('web')}`),
    () => client.revocations(`key:${keys.ci.publicKey.id}`),
  ]
}

async function refusal<T extends object>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof Fault) return `${REFUSED} ${cause.reason}`
    // The client's word for a failure of the server (500).
    if (cause instanceof Error && /status 500/.test(cause.message)) return `${REFUSED} ${cause.message}`
    throw cause
  }
}

async function problems(folders: SqliteFolders): Promise<readonly string[]> {
  const storage = await refusal(() => openSqliteStorage({ ...folders, create: false }))
  if (typeof storage === 'string') return [storage]
  try {
    const report = await checkLedger(storage, { key: trust.logKey, scratch: openMemoryStorage().index })
    return report.problems.map(({ where, what }) => `${where}: ${what}`)
  } finally {
    await storage[Symbol.asyncDispose]()
  }
}

/** Flips the lowest bit of the byte that stands at that share of the value, behind the program's back. */
function flip(data: string, [file, table, column, where]: Place, share: number): void {
  const database = new Database(join(data, file))
  try {
    const triggers = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    for (const name of triggers.pluck().all()) database.exec(`DROP TRIGGER ${name}`)
    database.pragma('ignore_check_constraints = ON')
    database.prepare('ATTACH ? AS i').run(join(data, INDEX))
    const row = `${table} WHERE ${where} LIMIT 1`
    const value = database.prepare<[], Buffer | string | number>(`SELECT ${column} FROM ${row}`).pluck().get()
    if (value === undefined) throw new Error(`nothing at ${table} ${where}`)
    const changed = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`)
    expect(changed.run(flipped(value, share)).changes).to.be.at.least(1)
  } finally {
    database.close()
  }
}

function flipped(value: Buffer | string | number, share: number): Buffer | string | number {
  if (typeof value === 'number') return value % 2 === 0 ? value + 1 : value - 1
  const bytes = Buffer.from(value)
  const at = Math.floor(bytes.length * share)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return typeof value === 'string' ? bytes.toString() : bytes
}
