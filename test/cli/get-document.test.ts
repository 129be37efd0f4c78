/** `get sbom` hands out what somebody vouches for who may speak of the image under the name asked for, and nothing else. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { trustRootStatement, type TrustRoot } from '../../src/attestation/trust-root.ts'
import { attestationId } from '../../src/brand.ts'
import { sbomDocument, signedDocument, type GotDocument } from '../../src/cli/get-document.ts'
import { Client } from '../../src/client/client.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

const scanner = testKey('scanner')
const submitters = { ci: [keys.ci], scanner: [scanner] }
const first = trustRoot(submitters)
const types = ['https://*']
const scoped: TrustRoot = {
  ...first,
  version: 2,
  previous: idOfPayload(trustRootStatement(first)),
  grants: [
    { to: 'ci', role: 'submit', predicateTypes: types, images: ['registry.test/shop'] },
    { to: 'scanner', role: 'submit', predicateTypes: types },
  ],
}
const trust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(trustRootStatement(first))),
}

describe('attestree get sbom IMAGE', () => {
  let ledger: Ledger

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0, submitters })
    await ledger.submit(signEnvelope(trustRootStatement(scoped), keys.admin))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['a@1.0.0']), keys.ci))
  })

  const get = (reference: string): Promise<GotDocument> =>
    signedDocument(
      new Client({ url: URL_OF_LEDGER, ...trust, fetch: ledgerFetch(ledger) }),
      reference,
      sbomDocument,
    )

  it('judges image scopes against the name asked for, as verify does, and says so', async () => {
    const got = await get(`registry.test/shop@${digestOf('shop')}`)
    expect([got.scope, got.passedOver]).to.deep.equal(['checked against registry.test/shop', []])
    expect((await get(digestOf('shop'))).scope).to.equal('not checked')
    expect((await get('2')).scope).to.equal(undefined)

    const refused = await asyncRefusal(get(`registry.test/pay@${digestOf('shop')}`))
    expect([refused.class, refused.reason]).to.deep.equal(['untrusted', 'unauthorized'])
    expect(refused.message).to.include('registry.test/pay')
  })

  it('passes over a newer one that is out of scope, and hands out the newest that vouches', async () => {
    await ledger.submit(signEnvelope(sbomPayload('shop', ['scanned@1.0.0']), scanner))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['a@2.0.0']), keys.ci))
    const [ours, others] = await Promise.all([
      get(`registry.test/shop@${digestOf('shop')}`),
      get(`registry.test/pay@${digestOf('shop')}`),
    ])
    expect(ours.passedOver).to.deep.equal([])
    expect(new TextDecoder().decode(ours.document)).to.include('2.0.0')
    expect(new TextDecoder().decode(others.document)).to.include('scanned')
    expect(others.passedOver).to.deep.equal([4])
  })
})
