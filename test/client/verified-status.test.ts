import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { Client } from '../../src/client/client.ts'
import { memoryPins, type PinStore } from '../../src/client/pins.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import { verifiedStatus } from '../../src/client/verified-status.ts'
import { imageDigest } from '../../src/brand.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { formatStatus } from '../../src/verify/status-evidence.ts'
import { verifyStatus, type StatusReport } from '../../src/verify/status-report.ts'
import { at, editAt, everything, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { misfits, schemaNamed } from '../helpers/json-schema.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import { clientOf, payloads, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  revocationPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const OLD = `attestation:${idOfPayload(payloads.old)}`
const KEY = `key:${keys.ci.publicKey.id}`
const revocation = revocationPayload({ target: parseTarget(OLD), mode: 'all', reason: 'false-statement' })

/** 0 trust root · 1 SBOM of shop · 2 SBOM of old · 3 revocation of 2. */
describe('verified status', () => {
  let ledger: Ledger
  /** What the server answered about entry 2 while it was not revoked. */
  let earlier: JsonValue
  let earlierImage: JsonValue

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    for (const payload of [payloads.shop, payloads.old]) await ledger.submit(signEnvelope(payload, keys.ci))
    earlier = await answered(OLD)
    earlierImage = JSON.parse(JSON.stringify(await ledger.image(imageDigest(digestOf('old'))))) as JsonValue
    await ledger.submit(signEnvelope(revocation, keys.admin))
  })
  after(() => ledger[Symbol.asyncDispose]())

  async function answered(target: string): Promise<JsonValue> {
    return JSON.parse(JSON.stringify(await ledger.proofs.revocations(target))) as JsonValue
  }

  async function fileOf(target: string, change?: Change): Promise<Uint8Array> {
    const { value } = await verifiedStatus(clientOf(ledger, change), target)
    if (value.proven === undefined) throw new Error('not proven')
    return formatStatus(value.proven.evidence)
  }

  const statesIn = ({ targets }: StatusReport): unknown => targets.map(({ target, state }) => [target, state])

  it('is proven by a file of a few kilobytes: as of which size, and what else is not', async () => {
    const file = await fileOf(KEY)
    const report = verifyStatus(file, trust)
    expect(statesIn(report)).to.deep.equal([[KEY, 'not-revoked']])
    expect(report.through).to.equal(4)
    expect(report.notEstablished.map(({ id }) => id)).to.deep.equal([
      'newer',
      'times',
      'audited',
      'not-witnessed',
    ])
    expect(file.length).to.be.below(10_000)
  })

  it('of an attestation is that of all it depends on, each by itself', async () => {
    const report = verifyStatus(await fileOf(OLD), trust)
    expect(statesIn(report)).to.deep.equal([
      [OLD, 'revoked'],
      [OLD.replace('attestation', 'signature') + `#${keys.ci.publicKey.id}`, 'not-revoked'],
      [KEY, 'not-revoked'],
      [`image:${digestOf('old')}`, 'not-revoked'],
    ])
    expect(report.notEstablished.map(({ id }) => id)).to.include('related')
  })

  it('has files that fit their schema, of which every member is needed', async () => {
    const document = parseText(await fileOf(KEY))
    const schema = schemaNamed('status.schema.json')
    expect(misfits(schema, document)).to.deep.equal([])
    for (const { pointer } of everything(document)) {
      if (pointer === '' || /\/\d+$/.test(pointer)) continue
      const less = removeAt(document, pointer)
      expect(refusal(() => verifyStatus(formatCanonicalJson(less), trust)).class, pointer).to.equal(
        'bad-proof',
      )
    }
  })

  /** As if nothing had been recorded since: another lie than that is one about the proof. */
  const hidden = (answer: JsonValue): JsonValue =>
    ['/entries/3', '/revocations/0'].reduce(removeAt, setAt(withVerdicts(answer), '/state', 'not-revoked'))
  const withVerdicts = (answer: JsonValue): JsonValue => setAt(answer, '/verdicts', at(earlier, '/verdicts'))

  const KEYS = '/complete/status/keys'
  const isOf = (key: JsonValue) => (one: JsonValue) => (one as JsonObject)['key'] !== key

  const lies: readonly (readonly [string, string, (answer: JsonValue) => JsonValue])[] = [
    ['that hides a revocation which the map lists', 'answer-incomplete', hidden],
    [
      'that shows nothing of the target',
      'answer-incomplete',
      (answer) => {
        const key = at(earlier, '/complete/status/absent/0/key')
        return editAt(hidden(answer), KEYS, (found) => (found as JsonValue[]).filter(isOf(key)))
      },
    ],
    [
      'that proves the absence of another key',
      'map-proof-invalid',
      (answer) => {
        const key = at(earlier, '/complete/status/absent/0/key')
        const without = editAt(hidden(answer), KEYS, (found) => (found as JsonValue[]).filter(isOf(key)))
        const proof = at(answer, '/complete/status/absent/0/proof')
        return editAt(without, '/complete/status/absent', (found) => [
          ...(found as JsonValue[]),
          { key, proof },
        ])
      },
    ],
    [
      'that gives a revocation another reason',
      'rows-differ',
      (answer) => setAt(answer, '/revocations/0/reason', 'unspecified'),
    ],
    [
      'that lets a revocation begin later than it does',
      'rows-differ',
      (answer) => setAt(answer, '/revocations/0/cutoff', { treeSize: 999 }),
    ],
    [
      'that says it is complete, and proves nothing',
      'answer-incomplete',
      (answer) => removeAt(answer, '/complete'),
    ],
  ]

  for (const [lie, reason, tell] of lies)
    it(`refuses a server ${lie}: ${reason}`, async () => {
      const change = changeJson('ledger/v1/revocations', tell)
      expect((await asyncRefusal(verifiedStatus(clientOf(ledger, change), OLD))).reason).to.equal(reason)
    })

  it('by an older root is as of its size, and refused by whoever has seen a newer one', async () => {
    const sizes = await ledger.records.consistency(at(earlier, '/asOf/treeSize') as never)
    const stale = changeJson('ledger/v1/revocations', (answer) =>
      setAt(
        setAt(hidden(answer), '/complete', at(earlier, '/complete')),
        '/complete/status/map/consistency',
        sizes.proof,
      ),
    )
    const clientWith = (pins: PinStore, change?: Change): Client =>
      new Client({ url: URL_OF_LEDGER, ...trust, pins, fetch: ledgerFetch(ledger, change) })
    const fresh = await verifiedStatus(clientWith(memoryPins(), stale), OLD)
    expect(fresh.value.proven?.report.through).to.equal(3)
    const pins = memoryPins()
    await verifiedStatus(clientWith(pins), KEY)
    expect((await asyncRefusal(verifiedStatus(clientWith(pins, stale), OLD))).reason).to.equal(
      'log-rolled-back',
    )
  })

  it('of an image is not that of before a revocation which the newest map has', async () => {
    const stale = changeJson('ledger/v1/images/', () => earlierImage)
    const asked = verifyImage(clientOf(ledger, stale), imageDigest(digestOf('old')))
    expect((await asyncRefusal(asked)).reason).to.equal('index-behind')
  })

  it('of an image: nothing behind its verdicts is missing, and a hidden revocation is found', async () => {
    const image = imageDigest(digestOf('old'))
    const honest = await verifyImage(clientOf(ledger), image)
    expect([honest.statusSize, honest.notEstablished]).to.deep.equal([4, ['complete', 'scope']])
    const lie = changeJson('ledger/v1/images/', (answer) => {
      const verdict = { entry: 2, subject: image, verdict: 'valid', reasons: [] }
      const shown = removeAt(setAt(answer, '/attestations/0/verdict', verdict), '/entries/3')
      return setAt(setAt(shown, '/sboms/0/counts', true), '/status', 'with-sbom')
    })
    expect((await asyncRefusal(verifyImage(clientOf(ledger, lie), image))).reason).to.equal(
      'answer-incomplete',
    )
  })
})
