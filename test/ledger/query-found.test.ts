/** Images by what statements say of them, where statements speak of other things too. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { formatStatement } from '../../src/attestation/statement.ts'
import { Client } from '../../src/client/client.ts'
import { verifiedFound } from '../../src/client/verified-images.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { trust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, provenancePayload, signEnvelope } from '../helpers/test-ledger.ts'

const builder = 'https://builder.test/one'
const commit = 'c'.repeat(40)

describe('images by type of statement', () => {
  it('are those of which any statement has it, each row verified, whatever the type: also one that is not opened', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const [name, type] = ['registry.test/scanned', 'https://scanner.test/report/v1']
    const digest = { sha256: digestOf('scanned').slice('sha256:'.length) }
    const scan = formatStatement({ subjects: [{ name, digest }], predicateType: type, predicate: { a: 1 } })
    await ledger.submit(signEnvelope(provenancePayload('shop', 'git.test/shop', commit, builder), keys.ci))
    await ledger.submit(signEnvelope(scan, keys.ci))
    const client = new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger) })
    const found = async (asked: string): Promise<readonly string[]> =>
      (await verifiedFound(client, { type: asked })).answer.items.map((row) => row.image)
    expect(await found(type)).to.deep.equal([digestOf('scanned')])
    expect(await found('https://slsa.dev/provenance/v1')).to.deep.equal([digestOf('shop')])
    expect(await found('https://scanner.test/report')).to.deep.equal([])
  })
})

describe('images by builder, commit or signer', () => {
  it('are found although the same builder, commit or signer stands in a statement about a binary', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(provenancePayload('shop', 'git.test/shop', commit, builder), keys.ci))
    const binary = formatStatement({
      subjects: [
        { name: 'binary-linux-amd64', digest: { sha256: digestOf('binary').slice('sha256:'.length) } },
      ],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: 'https://example.com/build/v1',
          externalParameters: {},
          resolvedDependencies: [{ uri: 'git+https://git.test/shop', digest: { gitCommit: commit } }],
        },
        runDetails: { builder: { id: builder } },
      },
    })
    await ledger.submit(signEnvelope(binary, keys.ci))
    for (const question of [{ builder }, { commit }, { signer: keys.ci.publicKey.id }]) {
      const { items } = await ledger.found(question)
      expect(items.map((row) => row.image)).to.deep.equal([digestOf('shop')])
    }
  })
})
