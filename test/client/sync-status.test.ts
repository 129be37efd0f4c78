import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { syncStatus, type SyncedStatus } from '../../src/client/sync-status.ts'
import { attestationId } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { checkStatusMapFile, parseStatusMap } from '../../src/verify/status-map.ts'
import { verifyStatus, verifyStatusMap } from '../../src/verify/status-report.ts'
import { at, editAt, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { misfits, schemaNamed } from '../helpers/json-schema.ts'
import { changeJson, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import { clientOf, payloads, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  idOfPayload,
  keys,
  revocationPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const OLD = `attestation:${idOfPayload(payloads.old)}`
const SHOP = `attestation:${idOfPayload(payloads.shop)}`
const OTHER_ROOT = attestationId(`sha256:${'00'.repeat(32)}`)
const revocationOf = (target: string): Uint8Array =>
  signEnvelope(
    revocationPayload({ target: parseTarget(target), mode: 'all', reason: 'false-statement' }),
    keys.admin,
  )

/** 0 trust root · 1 SBOM of shop · 2 SBOM of old · 3 revocation of 2. */
describe('the status map that is kept', () => {
  let ledger: Ledger
  let synced: SyncedStatus
  let file: Uint8Array
  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    for (const payload of [payloads.shop, payloads.old]) await ledger.submit(signEnvelope(payload, keys.ci))
    await ledger.submit(revocationOf(OLD))
    synced = await syncStatus(clientOf(ledger))
    file = synced.file
  })
  after(() => ledger[Symbol.asyncDispose]())

  const linesOf = (bytes: Uint8Array): string[] => new TextDecoder().decode(bytes).split('\n').slice(0, -1)
  const fileOf = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`)
  const refused = (lines: readonly string[]): string =>
    refusal(() => verifyStatusMap(fileOf(lines), trust)).reason
  const edited = (line: string | undefined, edit: (value: JsonValue) => JsonValue): string =>
    JSON.stringify(edit(JSON.parse(line ?? '') as JsonValue))

  it('is one file, which answers for any target, and whose every line has a schema', () => {
    const known = checkStatusMapFile(parseStatusMap(file), trust)
    expect([known.through, synced.known.through, synced.entries, synced.fetched]).to.deep.equal([4, 4, 2, 2])
    expect([OLD, SHOP].map((target) => known.of(target).state)).to.deep.equal(['revoked', 'not-revoked'])
    const schema = schemaNamed('status-map.schema.json')
    for (const line of linesOf(file))
      expect(misfits(schema, parseText(new TextEncoder().encode(line)))).to.deep.equal([])
  })

  it('is refused if an entry that it lists is missing, strange, changed or twice in it; or if it was cut', () => {
    const [head = '', root = '', revocation = ''] = linesOf(file)
    const moved = edited(revocation, (line) => setAt(line, '/index', 2))
    const other = edited(revocation, (line) => setAt(line, '/pae', at(JSON.parse(root) as JsonValue, '/pae')))
    expect(
      [
        [head, root],
        [head, root, revocation, revocation],
        [head, revocation, root],
        [head, root, moved],
        [head, root, other],
        [edited(head, (line) => removeAt(line, '/status/prefixes/0/keys/0')), root, revocation],
        [edited(head, (line) => removeAt(line, '/status/prefixes/0')), root, revocation],
        [edited(head, (line) => setAt(line, '/inclusion', '')), root, revocation],
        [edited(head, (line) => setAt(line, '/asOf/indexedThrough', 3)), root, revocation],
      ].map(refused),
    ).to.deep.equal([
      'answer-incomplete',
      'answer-incomplete',
      'answer-incomplete',
      'answer-incomplete',
      'entry-mismatch',
      'map-proof-invalid',
      'answer-incomplete',
      'inclusion-proof-invalid',
      'answer-incomplete',
    ])
    expect(refusal(() => verifyStatusMap(file.subarray(0, -1), trust)).reason).to.equal('evidence-malformed')
  })

  it('is refused with another entry in the place of one in the log, signed and admissible as it is', async () => {
    const [head = '', root = ''] = linesOf(file)
    await using other = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    for (const payload of [payloads.shop, payloads.old]) await other.submit(signEnvelope(payload, keys.ci))
    await other.submit(revocationOf(SHOP))
    const theirs = linesOf((await syncStatus(clientOf(other))).file)[2] ?? ''
    expect(refused([head, root, theirs])).to.equal('inclusion-proof-invalid')
  })

  it('is refused as of long ago, when nothing was revoked yet and there was no trust root to compare', () => {
    const { root } = openCheckpoint(parseStatusMap(file).answer.asOf.checkpoint, trust.logKey)
    const [head = '', first = ''] = linesOf(file)
    const asOf = (through: number, inclusion: Uint8Array): string =>
      edited(head, (line) =>
        setAt(setAt(line, '/asOf/indexedThrough', through), '/inclusion', formatBase64(inclusion)),
      )
    const others = { ...trust, trustRoot: OTHER_ROOT }
    expect(refusal(() => verifyStatusMap(fileOf([asOf(0, root)]), others)).reason).to.equal(
      'answer-incomplete',
    )
    expect(refused([asOf(0, root)])).to.equal('answer-incomplete')
    expect(refused([asOf(1, new Uint8Array()), first])).to.equal('answer-incomplete')
  })

  it('says nothing of the whole map where it is about no target', () => {
    const { asOf, status } = parseStatusMap(file).answer
    const empty = { type: 'https://attestree.dev/status/v1', targets: [], asOf, status, entries: {}, pae: {} }
    const bytes = new TextEncoder().encode(JSON.stringify(sorted(empty)))
    expect(refusal(() => verifyStatus(bytes, trust)).reason).to.equal('evidence-malformed')
  })

  it('is brought up to date by what is new alone, and made anew where the file of before is wrong', async () => {
    await ledger.submit(revocationOf(SHOP))
    const kept = await syncStatus(clientOf(ledger), { kept: file })
    expect([kept.entries, kept.fetched, kept.known.of(SHOP).state]).to.deep.equal([3, 1, 'revoked'])
    const [head = '', root = '', revocation = ''] = linesOf(file)
    const wrong = fileOf([head, root, edited(revocation, (line) => setAt(line, '/body', 'AA=='))])
    const anew = await syncStatus(clientOf(ledger), { kept: wrong })
    expect([anew.fetched, anew.known.of(OLD).state]).to.deep.equal([3, 'revoked'])
    const other = fileOf([head, edited(revocation, (line) => setAt(line, '/index', 0))])
    expect((await syncStatus(clientOf(ledger), { kept: other })).fetched).to.equal(3)
  })

  const lies: readonly (readonly [string, string, Change])[] = [
    [
      'leaves a key out',
      'map-proof-invalid',
      changeJson('index/status/map', (answer) => removeAt(answer, '/status/prefixes/0/keys/0')),
    ],
    [
      'sends another entry',
      'signed-bytes-withheld',
      changeJson('index/status/entries', (answer) => setAt(answer, '/entries/1/index', 2)),
    ],
    [
      'sends no entries',
      'signed-bytes-withheld',
      changeJson('index/status/entries', (answer) => editAt(answer, '/entries', () => [])),
    ],
  ]
  for (const [lie, reason, change] of lies)
    it(`refuses a server that ${lie}: ${reason}`, async () => {
      expect((await asyncRefusal(syncStatus(clientOf(ledger, change)))).reason).to.equal(reason)
    })
})

/** In canonical JSON, as far as this file needs it. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
