import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { auditLog } from '../../src/client/audit.ts'
import type { AuditReport } from '../../src/client/audit.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { formatByteList, parseByteList } from '../../src/encoding/byte-list.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { attestationId, logIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { Fault } from '../../src/errors.ts'
import { append, publish, sign } from '../../src/ledger/commit.ts'
import { createLog } from '../../src/ledger/create.ts'
import { recover } from '../../src/ledger/start-up.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { setAt } from '../helpers/json-edit.ts'
import { p384TestKey } from '../helpers/test-key.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import type { Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal, flipBit } from '../helpers/mangle.ts'
import { clientOf, payloads, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  openTestLedger,
  ORIGIN,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

describe('audit', () => {
  let ledger: Ledger
  /** Larger than a tile, so that there is a second level. */
  let large: Ledger
  const LARGE_SIZE = 260

  before(async () => {
    ledger = (await tellStory()).ledger
    large = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const submitted = Array.from({ length: LARGE_SIZE - 1 }, (_, i) =>
      large.submit(signEnvelope(sbomPayload(`i${i}`, ['a@1.0.0']), keys.ci)),
    )
    await Promise.all(submitted)
  })

  const audit = (of: Ledger, deep: boolean, change?: Change): Promise<AuditReport> =>
    auditLog(clientOf(of, change), { deep })

  it('finds an honest log sound, shallow and deep, and says what it looked at', async () => {
    for (const deep of [false, true]) {
      const { outcome, entries, tiles, problems, checkpoint } = await audit(ledger, deep)
      expect({ outcome, entries, tiles, problems, size: checkpoint.size }).to.deep.equal({
        outcome: 'sound',
        entries: STORY_SIZE,
        tiles: 1,
        problems: [],
        size: STORY_SIZE,
      })
    }
  })

  it('replays a log of several tiles and levels, and tells how far it is', async () => {
    const seen: (readonly [number, number])[] = []
    const report = await auditLog(clientOf(large), { onProgress: (done, total) => seen.push([done, total]) })
    expect([report.outcome, report.entries, report.tiles]).to.deep.equal(['sound', LARGE_SIZE, 3])
    expect(seen).to.deep.equal([
      [256, LARGE_SIZE],
      [260, LARGE_SIZE],
    ])
  })

  it('finds the trust root of a P-384 key only in what was signed, also when shallow', async () => {
    const p384 = p384TestKey('ci')
    const storage = openMemoryStorage()
    const log = { origin: ORIGIN, key: keys.log, store: storage.log, signer: storage.signer }
    const root = trustRoot({ ci: [keys.ci] })
    const admin = { admin: { keys: [p384.publicKey.id] }, ci: { keys: [keys.ci.publicKey.id] } }
    const { [keys.admin.publicKey.id]: _gone, ...others } = root.keys
    const spki = { [p384.publicKey.id]: { spki: formatBase64(p384.publicKey.spki) } }
    const other = trustRootStatement({ ...root, principals: admin, keys: { ...others, ...spki } })
    await createLog(log, signEnvelope(other, p384), { now: () => 0, sleep: async () => undefined })
    const made = await openTestLedger(storage)
    const signed = await ledger.pae(trust.trustRoot)
    // Its entry 0 is not the trusted root, but holds no digest that says so: only the server names it.
    const name = changeJson('ledger/v1/entries/0', (a) => setAt(a, '/entries/0/attestation', trust.trustRoot))
    const lie: typeof fetch = async (input, init) =>
      String(input).endsWith('/pae')
        ? new Response(new Uint8Array(signed))
        : ledgerFetch(made, name)(input, init)
    const client = new Client({ url: URL_OF_LEDGER, ...trust, fetch: lie })
    expect((await asyncRefusal(auditLog(client))).reason).to.equal('entry-mismatch')
  })

  it('names the entry that a changed bundle holds, and that its root is another', async () => {
    const bundle = (path: string, body: Uint8Array): Uint8Array =>
      path.startsWith('tile/entries/') ? body.with(100, (body[100] ?? 0) ^ 1) : body
    const { outcome, problems } = await audit(ledger, false, bundle)
    expect(outcome).to.equal('wrong')
    expect(problems.map((one) => one.where)).to.deep.equal(['entry 0', 'tile 0/0', 'checkpoint'])
    expect(problems[1]?.what).to.equal('has another hash than entry 0')
  })

  it('names the entries that a changed tile contradicts, on any level', async () => {
    const leafTile = await audit(large, false, (path, body) =>
      path === 'tile/0/000' ? flipBit(body, 256 * 17 + 3) : body,
    )
    expect(leafTile.problems.map(({ where, what }) => [where, what])).to.deep.equal([
      ['tile 0/0', 'has another hash than entry 17'],
    ])
    const upper = await audit(large, false, (path, body) =>
      path.startsWith('tile/1/') ? flipBit(body, 3) : body,
    )
    expect(upper.problems.map(({ where, what }) => [where, what])).to.deep.equal([
      ['tile 1/0', 'has another hash than entries 0 to 255'],
    ])
  })

  it('finds a missing tile or bundle, and one of another length', async () => {
    const gone = await audit(ledger, false, hide('tile/0/'))
    expect(gone.problems.map((one) => one.where)).to.deep.equal(['tile 0/0'])
    const bundle = await audit(ledger, false, hide('tile/entries/'))
    expect([bundle.outcome, bundle.problems.map((one) => one.where)]).to.deep.equal([
      'wrong',
      ['entries 0 to 7'],
    ])
    const cut = await audit(ledger, false, (path, body) =>
      path.startsWith('tile/') ? body.subarray(0, body.length - 1) : body,
    )
    expect(cut.problems.map((one) => one.where)).to.deep.equal(['entries 0 to 7'])
  })

  /** As a server that says it has no such thing. */
  function hide(prefix: string): Change {
    return (path, body) => {
      if (path.startsWith(prefix)) throw new Fault('not-found', `nothing at ${path}`)
      return body
    }
  }

  it('deep, finds what was signed missing or changed, and names the entry', async () => {
    const hidden = hide(`ledger/v1/attestations/${idOfPayload(payloads.api)}/pae`)
    const missing = await audit(ledger, true, (path, body) => {
      if (path.startsWith(`${RANGE}from=3`)) throw new Fault('integrity-error', 'it is missing')
      if (path.startsWith(RANGE)) return editList(body, (paes) => paes.slice(0, 3))
      return hidden(path, body)
    })
    expect(found(missing)).to.deep.equal([['entry 3', 'not-found']])
    const changed = await audit(
      ledger,
      true,
      range((paes) => paes.with(4, flipBit(paes[4] ?? nothing, 900))),
    )
    expect(found(changed)).to.deep.equal([['entry 4', 'entry-mismatch']])
  })

  const RANGE = 'ledger/v1/pae?'
  const nothing = new Uint8Array()
  const found = ({ problems }: AuditReport) => problems.map(({ where, reason }) => [where, reason])
  const editList = (body: Uint8Array, edit: (paes: Uint8Array[]) => Uint8Array[]): Uint8Array =>
    formatByteList(edit(parseByteList(body, 256)))
  const range =
    (edit: (paes: Uint8Array[]) => Uint8Array[]): Change =>
    (path, body) =>
      path.startsWith(RANGE) ? editList(body, edit) : body

  const [ALL, third, fourth] = [`entries 0 to ${STORY_SIZE - 1}`, 'entry 3', 'entry 4']
  const lies: readonly (readonly [what: string, lie: Change, found: string[][]])[] = [
    ['is cut inside of one', list((body) => body.slice(0, -1)), [[ALL, 'answer-malformed']]],
    ['is cut inside of a length', list((body) => body.slice(0, 3)), [[ALL, 'answer-malformed']]],
    ['is empty', list(() => new Uint8Array()), [[ALL, 'answer-malformed']]],
    ['has one too many', range((paes) => [...paes, new Uint8Array(9)]), [[ALL, 'answer-malformed']]],
    [
      'has two swapped',
      range((paes) => paes.with(3, paes[4] ?? nothing).with(4, paes[3] ?? nothing)),
      [
        [third, 'entry-mismatch'],
        [fourth, 'entry-mismatch'],
      ],
    ],
    ['has one twice', range((paes) => paes.with(4, paes[3] ?? nothing)), [[fourth, 'entry-mismatch']]],
    ['has an empty one', range((paes) => paes.with(4, nothing)), [[fourth, 'entry-mismatch']]],
  ]
  for (const [what, lie, problems] of lies)
    it(`deep, finds what was signed in a list that ${what}`, async () => {
      const report = await audit(ledger, true, lie)
      expect([report.outcome, found(report)]).to.deep.equal(['wrong', problems])
    })

  function list(change: (body: Uint8Array) => Uint8Array): Change {
    return (path, body) => (path.startsWith(RANGE) ? change(body) : body)
  }

  it('deep, asks for what was signed a bundle at a time, and for each by itself where a server cannot', async () => {
    const asked = async (change: Change): Promise<readonly string[]> => {
      const paths: string[] = []
      const noting: Change = (path, body) => {
        if (path.includes('pae')) paths.push(path)
        return change(path, body)
      }
      expect((await audit(large, true, noting)).outcome).to.equal('sound')
      return paths
    }
    expect(await asked((_path, body) => body)).to.deep.equal([
      `${RANGE}from=0&to=256`,
      `${RANGE}from=256&to=260`,
    ])
    const older = await asked((path, body) => {
      if (path.startsWith(RANGE)) throw new Fault('no-such-route', `nothing at ${path}`)
      return body
    })
    expect(older.filter((path) => path.startsWith(RANGE))).to.have.length(1)
    expect(older).to.have.length(1 + LARGE_SIZE)
    // A list may end wherever the server likes: what it leaves out is asked for.
    const slow = await asked(range((paes) => paes.slice(0, 100)))
    expect(slow.map((path) => path.slice(RANGE.length))).to.deep.equal([
      'from=0&to=256',
      'from=100&to=256',
      'from=200&to=256',
      'from=256&to=260',
    ])
  })

  it('deep, stops at the hundredth problem', async () => {
    const report = await audit(
      large,
      true,
      range((paes) => paes.map(() => nothing)),
    )
    expect([report.problems.length, report.problems.at(-1)?.where]).to.deep.equal([100, 'entry 99'])
  })

  it('deep, repeats every decision: an entry that its signer had no right to is found', async () => {
    const forged = await ledgerWithStranger()
    expect((await audit(forged, false)).outcome).to.equal('sound')
    const found = await audit(forged, true)
    expect(found.problems.map(({ where, reason }) => [where, reason])).to.deep.equal([
      ['entry 1', 'not-admissible'],
    ])
    expect(found.problems[0]?.what).to.include('trust root in force')
  })

  /** Its operator put an entry into the log that admission would have refused. */
  async function ledgerWithStranger(): Promise<Ledger> {
    const storage = openMemoryStorage()
    const log = { origin: ORIGIN, key: keys.log, store: storage.log, signer: storage.signer }
    // No ledger is open meanwhile: it would go on to index, beside the one that is opened in the end.
    const root = signEnvelope(trustRootStatement(trustRoot({ ci: [keys.ci] })), keys.admin)
    await createLog(log, root, { now: () => 0, sleep: async () => undefined })
    const signed = pae(IN_TOTO_PAYLOAD_TYPE, payloads.shop)
    const stranger = testKey('stranger')
    const leaf = entryOf(signed, stranger.publicKey, stranger.sign(signed))
    const attestation = attestationIdOf(signed)
    const entry = {
      index: logIndex(1),
      leaf,
      leafHash: leafHash(leaf),
      attestation,
      key: stranger.publicKey.id,
      recordedAt: '2026-11-24T12:00:00.000Z',
      readable: true,
    }
    // Signed by a log that does not ask who may sign, as ours would not.
    const head = await recover(log, async () => undefined)
    await publish(
      log,
      await sign(log, await append(log, head, [entry], [{ digest: attestation, bytes: signed }])),
    )
    return openTestLedger(storage)
  }

  it('is no verdict on another log than the trusted one', async () => {
    const root = attestationId(digestOf('other root'))
    expect((await asyncRefusal(auditLog(clientOf(ledger, undefined, { trustRoot: root })))).reason).to.equal(
      'wrong-trust-root',
    )
  })

  it('is no verdict where the server refuses to answer', async () => {
    const busy: Change = (path, body) => {
      if (path.startsWith('tile/')) throw new Fault('busy', 'later')
      return body
    }
    expect((await asyncRefusal(audit(ledger, false, busy))).reason).to.equal('busy')
  })
})
