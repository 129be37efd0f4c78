/** Image scopes, judged by the consumer against the reference it asked about; a server knows only digests. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { repositoryOf } from '../../src/attestation/image.ts'
import { trustRootStatement, type TrustRoot } from '../../src/attestation/trust-root.ts'
import { attestationId, imageDigest } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { requireEstablished } from '../../src/verify/evidence-report.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  sbomPayload,
  signEnvelope,
  trustRoot,
} from '../helpers/test-ledger.ts'

const first = trustRoot({ ci: [keys.ci] })
const scoped: TrustRoot = {
  ...first,
  version: 2,
  previous: idOfPayload(trustRootStatement(first)),
  // Of the three names that the payloads give, `registry.test/<name>`.
  grants: [{ to: 'ci', role: 'submit', predicateTypes: ['https://*'], images: ['registry.test/shop'] }],
}
const trust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(trustRootStatement(first))),
}
const shop = imageDigest(digestOf('shop'))

describe('image scopes', () => {
  let storage: Storage
  let ledger: Ledger

  before(async () => {
    storage = openMemoryStorage()
    ledger = await createTestLedger(storage, { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(trustRootStatement(scoped), keys.admin))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci))
  })

  const client = (): Client => new Client({ url: URL_OF_LEDGER, ...trust, fetch: ledgerFetch(ledger) })
  const verdictFor = async (name?: string): Promise<string | undefined> => {
    const repository = name === undefined ? undefined : repositoryOf(name)
    return (await verifyImage(client(), shop, { repository })).attestations[0]?.verdict.verdict
  }

  it('refuse what names an image outside, and leave the log sound', async () => {
    const outside = ledger.submit(signEnvelope(sbomPayload('pay', ['lodash@4.17.20']), keys.ci))
    expect((await asyncRefusal(outside)).reason).to.equal('unauthorized')
    await expectSound(storage)
  })

  it('are judged against the reference asked about, whatever name the signer gave', async () => {
    expect(await verdictFor('registry.test/shop:1.4')).to.equal('valid')
    expect(await verdictFor('registry.test/pay')).to.equal('unauthorized')
  })

  it('asked about a bare digest, are not checked, and the answer says so', async () => {
    expect(await verdictFor()).to.equal('valid')
    expect((await ledger.image(shop)).notEstablished).to.include('scope')
  })

  it('are no part of what evidence establishes, and --require scope says so', async () => {
    const report = verifyEvidence(await collectEvidence(client(), { component: 'pkg:npm/lodash' }), trust)
    expect(report.notEstablished.find((one) => one.id === 'scope')?.text).to.match(/scope: not checked/)
    expect(refusal(() => requireEstablished(report, ['scope'])).reason).to.equal('unproven')
  })
})
