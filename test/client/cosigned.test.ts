/** A client whose trust file asks for cosignatures, of ledgers that show them, have none, or lie. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { imageDigest, treeSize } from '../../src/brand.ts'
import { auditIndex } from '../../src/client/audit-index.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { collectSearchEvidence, verifySearchEvidence } from '../../src/client/search-evidence.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { syncStatus } from '../../src/client/sync-status.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { verifiedStatus } from '../../src/client/verified-status.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { cosign, formatCosignerKey } from '../../src/tlog/cosignature.ts'
import { parsePolicy } from '../../src/tlog/policy.ts'
import { createCosignedCheck } from '../../src/verify/cosigned.ts'
import { requireEstablished } from '../../src/verify/evidence-report.ts'
import { verifyEvidence, type LogTrust } from '../../src/verify/evidence.ts'
import { formatStatus } from '../../src/verify/status-evidence.ts'
import { verifyStatus } from '../../src/verify/status-report.ts'
import { at, setAt } from '../helpers/json-edit.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import { clientOf, payloads, trust as plain } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, signEnvelope, testKey } from '../helpers/test-ledger.ts'

const auditor = testKey('auditor', 'ed25519')
const cosigner = { name: 'auditor.test', key: auditor.publicKey }
const NOW_S = Date.UTC(2026, 10, 24, 12, 0, 0) / 1000
const policy = parsePolicy(`witness a ${formatCosignerKey(cosigner)}\nquorum a\n`)
const trustAt = (now: number): LogTrust => ({
  ...plain,
  cosigned: createCosignedCheck({ policy, maxAgeS: 24 * 3600 }, () => now * 1000),
})
const trust = trustAt(NOW_S + 30)
const KEY = `key:${keys.ci.publicKey.id}`
const LODASH = { component: 'pkg:npm/lodash' }

async function openLedger(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0, cosigners: [cosigner] })
  for (const payload of [payloads.shop, payloads.api]) await ledger.submit(signEnvelope(payload, keys.ci))
  return ledger
}

/** What the auditor's command does: replays, signs, hands in. */
async function audit(ledger: Ledger): Promise<void> {
  const client = clientOf(ledger, undefined, trust)
  const { outcome, published } = await auditIndex(client)
  expect(outcome).to.equal('sound')
  for (const map of ['components', 'status'] as const)
    await client.maps.cosign(map, cosign(published[map], cosigner.name, auditor, NOW_S))
}

describe('a client that asks for cosignatures', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await openLedger()
    // A root is published when somebody asks for a proof of what is in the log.
    await verifiedImages(clientOf(ledger), { ...LODASH, proof: 'complete' })
    await audit(ledger)
  })
  after(() => ledger[Symbol.asyncDispose]())

  it('is told who vouches for an answer and as of when, online and from the file', async () => {
    const client = clientOf(ledger, undefined, trust)
    const file = await collectEvidence(client, LODASH)
    const { complete, established, notEstablished } = verifyEvidence(file, trust)
    expect(complete?.components.cosigned).to.deep.include({
      at: '2026-11-24T12:00:00Z',
      by: ['auditor.test'],
    })
    expect(established.join('\n'))
      .to.match(
        /root of the components map is cosigned by auditor\.test: the earliest at 2026-11-24T12:00:00Z \(30 s ago\)/,
      )
      .and.to.match(/root of the status map is cosigned by auditor\.test/)
    expect(notEstablished.map(({ id }) => id)).to.not.include.members(['audited', 'not-witnessed'])
    expect(verifyEvidence(file, plain).notEstablished.map(({ id }) => id)).to.include('audited')
    requireEstablished(verifyEvidence(file, trust), ['complete', 'not-revoked', 'audited'])
    const search = await collectSearchEvidence(client, { parts: [purlPart('pkg:npm/lodash')], scope: {} })
    expect(verifySearchEvidence(search, trust).complete?.status.cosigned?.by).to.deep.equal(['auditor.test'])
  })

  it('is told that something is not revoked at a witnessed time, not by the server’s word', async () => {
    const client = clientOf(ledger, undefined, trust)
    const { value } = await verifiedStatus(client, KEY)
    if (value.proven === undefined) throw new Error('not proven')
    const report = verifyStatus(formatStatus(value.proven.evidence), trust)
    expect(report.established).to.include(
      `${KEY} is not revoked as of size 3, at witnessed time 2026-11-24T12:00:00Z.`,
    )
    expect(report.notEstablished.map(({ id }) => id)).to.deep.equal(['newer'])
    const { known } = await syncStatus(client)
    expect(known.status.cosigned?.by).to.deep.equal(['auditor.test'])
    const image = await verifyImage(client, imageDigest(digestOf('shop')))
    expect(image.statusCosigned?.at).to.equal('2026-11-24T12:00:00Z')
  })

  it('is not told that something is not revoked by a file that leaves out what its map has: its end is unsigned', async () => {
    const { value } = await verifiedStatus(clientOf(ledger, undefined, trust), KEY)
    if (value.proven === undefined) throw new Error('not proven')
    const { evidence } = value.proven
    const earlier = { ...evidence, asOf: { ...evidence.asOf, indexedThrough: treeSize(1) } }
    expect(refusal(() => verifyStatus(formatStatus(earlier), trust)).reason).to.equal('answer-incomplete')
  })

  it('finds a file too old when its cosignatures are', async () => {
    const file = await collectEvidence(clientOf(ledger, undefined, trust), LODASH)
    const later = trustAt(NOW_S + 25 * 3600)
    expect(refusal(() => verifyEvidence(file, later)).reason).to.equal('not-cosigned')
  })

  /** Every question that shows a root. */
  const questions: readonly (readonly [string, (client: ReturnType<typeof clientOf>) => Promise<unknown>])[] =
    [
      ['rows', (client) => collectEvidence(client, LODASH)],
      [
        'a search',
        (client) => collectSearchEvidence(client, { parts: [purlPart('pkg:npm/lodash')], scope: {} }),
      ],
      ['a status', (client) => verifiedStatus(client, KEY)],
      ['an image', (client) => verifyImage(client, imageDigest(digestOf('shop')))],
      ['the whole status map', (client) => syncStatus(client)],
    ]
  const JSON_PATHS = [
    'ledger/v1/images',
    'ledger/v1/search',
    'ledger/v1/revocations',
    'index/status/map',
    'index/status/lookup',
  ]
  const MAPS = ['/complete/components/map', '/complete/status/map', '/status/map', '/map']
  const everywhere = (change: (note: string) => string) =>
    JSON_PATHS.map((path) => changeJson(path, (answer) => MAPS.reduce(changed(change), answer))).reduce(
      (one, other) => (path, body) => other(path, one(path, body)),
    )
  const changed =
    (change: (note: string) => string) =>
    (answer: JsonValue, pointer: string): JsonValue => {
      const note = memberAt(answer, `${pointer}/checkpoint`)
      return typeof note === 'string' ? setAt(answer, `${pointer}/checkpoint`, change(note)) : answer
    }
  const memberAt = (value: JsonValue, pointer: string): JsonValue | undefined => {
    try {
      return at(value, pointer)
    } catch {
      return undefined
    }
  }
  const strip = (note: string): string => `${note.split('\n').slice(0, 5).join('\n')}\n`
  /** As an operator would who is asked for a signature that it does not have. */
  const forge = (note: string): string =>
    cosign(strip(note), cosigner.name, testKey('stranger', 'ed25519'), NOW_S)
  const move = (note: string): string =>
    note.replace(
      /(— auditor\.test .{20})(.)/,
      (_, before: string, digit: string) => before + (digit === 'A' ? 'B' : 'A'),
    )

  for (const [what, ask] of questions) {
    it(`takes no answer to ${what} from a server that strips, forges or moves a cosignature`, async () => {
      const asked = (change: (note: string) => string) =>
        asyncRefusal(ask(clientOf(ledger, everywhere(change), trust)))
      expect((await asked(strip)).reason).to.equal('not-cosigned')
      expect((await asked(forge)).reason).to.equal('not-cosigned')
      expect((await asked(move)).reason).to.equal('checkpoint-signature-invalid')
    })
  }

  it('takes no rows without a proof instead: a server that has none to give fails the policy', async () => {
    await using bare = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const client = clientOf(bare, undefined, trust)
    const refused = await asyncRefusal(verifiedImages(client, { ...LODASH, proof: 'cosigned' }))
    expect(refused.reason).to.equal('not-cosigned')
    expect((await asyncRefusal(verifiedImages(client, LODASH))).message).to.match(
      /^answer: expected the proof/,
    )
  })
})
