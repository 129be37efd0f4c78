/** Images by what statements say of them, where statements speak of other things too. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { formatStatement } from '../../src/attestation/statement.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTestLedger, digestOf, keys, provenancePayload, signEnvelope } from '../helpers/test-ledger.ts'

const builder = 'https://builder.test/one'
const commit = 'c'.repeat(40)

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
