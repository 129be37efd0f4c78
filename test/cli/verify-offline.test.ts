import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { judgeRows } from '../../src/cli/verify-offline.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { syncStatus } from '../../src/client/sync-status.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  idOfPayload,
  keys,
  revocationPayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const sbom = sbomPayload('shop', ['lodash@4.17.20'])
const revocation = revocationPayload({
  target: parseTarget(`attestation:${idOfPayload(sbom)}`),
  mode: 'all',
  reason: 'false-statement',
})
const whole = { proof: 'complete', whole: true } as const

/** 0 trust root · 1 SBOM of shop · 2 its revocation, which the answers are older than. */
describe('rows judged by a kept status map', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(sbom, keys.ci))
  })
  after(() => ledger[Symbol.asyncDispose]())

  it('are revoked with the entries behind them, also those that came as lines of their manifests', async () => {
    const client = clientOf(ledger)
    const { report } = await verifiedImages(client, { component: 'pkg:npm/lodash', ...whole })
    const question = { parts: [purlPart('pkg:npm/lodash')], scope: {} }
    const { answer, complete } = await verifiedSearch(client, question, whole)
    expect([report.complete?.byManifest, complete?.byManifest]).to.deep.equal([[1], [1]])
    const before = (await syncStatus(client)).known
    expect(judgeRows(before, report).revoked).to.deep.equal([])
    await ledger.submit(signEnvelope(revocation, keys.admin))
    const { known } = await syncStatus(client)
    expect(judgeRows(known, report).revoked).to.deep.equal(['entry #1'])
    const found = { rows: answer.items, entries: [], ...(complete && { complete }) }
    expect(judgeRows(known, found).revoked).to.deep.equal(['entry #1'])
  })
})
