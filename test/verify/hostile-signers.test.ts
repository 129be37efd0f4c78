/** What a registered signer can write that makes the reader of an honest answer think that its server lies: nothing. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { formatStatement } from '../../src/attestation/statement.ts'
import { Client } from '../../src/client/client.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { SearchRow } from '../../src/verify/search.ts'
import type { SearchScope } from '../../src/verify/search-scope.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { trust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const BOM = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 }
const lodash = { type: 'library', name: 'lodash', purl: 'pkg:npm/lodash@4.17.20' }

function signed(image: string, predicateType: string, predicate: JsonObject): Uint8Array {
  const subject = { name: `registry.test/${image}`, digest: { sha256: digestOf(image).slice(7) } }
  return signEnvelope(formatStatement({ subjects: [subject], predicateType, predicate }), keys.ci)
}

/** As one part about one vulnerability. */
const about = (from: string) =>
  parseSearchQuestion({
    parts: [{ from, keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['4.17.20'] }],
  })

describe('a hostile signer', () => {
  let ledger: Ledger
  const zone = process.env['TZ']

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  })

  after(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  async function rowOf(image: string, vulnerability: string): Promise<SearchRow | undefined> {
    const client = new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger) })
    const { items } = (await verifiedSearch(client, about(vulnerability))).answer
    return items.find((row) => row.image === digestOf(image))
  }

  it('who writes more vulnerabilities into an SBOM than are posted, says nothing of the others', async () => {
    const many = Array.from({ length: 3400 }, (_, i) => ({
      id: `X-${i}`,
      references: [{ id: `Y-${i}` }, { id: `Z-${i}` }],
      analysis: { state: 'in_triage' },
      affects: [],
    }))
    const last = { id: 'CVE-9', analysis: { state: 'not_affected' }, affects: [] }
    const sbom = { ...BOM, components: [lodash], vulnerabilities: [...many, last] }
    await ledger.submit(signed('many', 'https://cyclonedx.org/bom', sbom))
    expect((await rowOf('many', 'Y-7'))?.vex?.length).to.equal(1)
    const row = await rowOf('many', 'CVE-9')
    expect([row?.status, row?.vex, row?.lifted]).to.deep.equal(['affected', undefined, undefined])
  })

  it('whose times have no zone gets one reading everywhere: they stay as they stand', async () => {
    await ledger.submit(signEnvelope(sbomPayload('zone', ['lodash@4.17.20']), keys.ci))
    const word = (status: string, timestamp: string) => ({ vulnerability: 'CVE-Z', status, timestamp })
    const statements = [word('fixed', '2026-01-01T02:00:00Z'), word('affected', '2026-01-01T00:00:00')]
    await ledger.submit(signed('zone', 'https://openvex.dev/ns', { statements }))
    for (const place of ['UTC', 'America/Los_Angeles', 'Asia/Tokyo']) {
      process.env['TZ'] = place
      expect(
        (await rowOf('zone', 'CVE-Z'))?.vex?.map(({ status }) => status),
        place,
      ).to.deep.equal(['affected'])
    }
  })

  it('who writes as many statements as there are matches costs one look at each, not one for each pair', async function () {
    // Pair by pair it took minutes, in the server and in every reader.
    this.timeout(30_000)
    const all = Array.from({ length: 4000 }, (_, i) => `pkg:npm/lodash@4.17.${i}`)
    const components = all.map((purl) => ({ type: 'library', name: 'lodash', purl }))
    await ledger.submit(signed('long', 'https://cyclonedx.org/bom', { ...BOM, components }))
    const statements = all.map((id) => ({ vulnerability: 'CVE-L', status: 'fixed', products: [id] }))
    await ledger.submit(signed('long', 'https://openvex.dev/ns', { statements: statements.toReversed() }))
    const client = new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger) })
    const question = { parts: [{ ...purlPart('pkg:npm/lodash'), from: 'CVE-L' }], scope: {} }
    const row = (await verifiedSearch(client, question)).answer.items.find(
      ({ image }) => image === digestOf('long'),
    )
    expect([row?.matches.length, row?.vex?.length, row?.lifted]).to.deep.equal([4000, 4000, true])
  })

  it('whose statement names nothing, as a product, speaks of nothing', async () => {
    await ledger.submit(signEnvelope(sbomPayload('nothing', ['lodash@4.17.20']), keys.ci))
    const statements = [{ vulnerability: 'CVE-N', status: 'fixed', products: [''] }]
    await ledger.submit(signed('nothing', 'https://openvex.dev/ns', { statements }))
    expect((await rowOf('nothing', 'CVE-N'))?.vex).to.equal(undefined)
  })

  it('who gives an image a name that no registry takes, has put it into no repository', async () => {
    for (const length of [1_000, 2_000]) {
      const subject = {
        name: `registry.test/${'a'.repeat(length)}`,
        digest: { sha256: digestOf(`${length}`).slice(7) },
      }
      const predicate = { ...BOM, components: [{ ...lodash, purl: 'pkg:npm/long-name@1.0.0' }] }
      const payload = formatStatement({
        subjects: [subject],
        predicateType: 'https://cyclonedx.org/bom',
        predicate,
      })
      await ledger.submit(signEnvelope(payload, keys.ci))
    }
    const client = new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger) })
    const found = async (scope: SearchScope) =>
      (await verifiedSearch(client, { parts: [purlPart('pkg:npm/long-name')], scope })).answer.items.length
    expect([await found({}), await found({ repo: '*' })]).to.deep.equal([2, 1])
  })
})
