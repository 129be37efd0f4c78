/** The images without an SBOM that counts, asked through the client, over a ledger in memory. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { treeSize } from '../../src/brand.ts'
import type { UnknownQuery } from '../../src/client/ask-unknown.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const name = (image: string): string =>
  ['team/full', 'team/built:1', 'other/taken', 'team/empty'].find((one) => digestOf(one) === image) ?? image

describe('the images of which nobody knows what is inside', () => {
  let ledger: Ledger

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const taken = sbomPayload('other/taken', ['lodash@1.0.0'])
    const submit = (payload: Uint8Array, key = keys.ci): Promise<unknown> =>
      ledger.submit(signEnvelope(payload, key))
    await submit(sbomPayload('team/full', ['lodash@1.0.0']))
    await submit(provenancePayload('team/built:1', 'git.test/x', 'd'.repeat(40), 'https://ci.test/b'))
    await submit(taken)
    await submit(sbomPayload('team/empty', []))
    const target = parseTarget(`attestation:${idOfPayload(taken)}`)
    await submit(revocationPayload({ target, mode: 'all', reason: 'false-statement' }), keys.admin)
  })

  const listed = async (query: UnknownQuery = {}): Promise<readonly string[]> =>
    (await clientOf(ledger).unknownImages(query)).items.map((row) => name(row.image)).sort()

  it('are those without an SBOM, with a revoked one, and with one that lists nothing; as many as are counted', async () => {
    const { items, coverage } = await clientOf(ledger).unknownImages()
    expect(items.map((row) => name(row.image)).sort()).to.deep.equal([
      'other/taken',
      'team/built:1',
      'team/empty',
    ])
    expect([coverage.images, coverage.unknown]).to.deep.equal([4, items.length])
    expect(items.map((row) => row.image)).to.deep.equal(items.map((row) => row.image).sort())
    const built = items.find((row) => name(row.image) === 'team/built:1')
    expect(built).to.deep.include({
      names: ['registry.test/team/built:1'],
      revoked: false,
      entry: 2,
      sboms: [],
    })
    expect(built?.provenance[0]?.builder).to.equal('https://ci.test/b')
    expect(items.find((row) => name(row.image) === 'other/taken')?.sboms).to.deep.equal([3])
  })

  it('come in pages that fit together, as of the first page’s size', async () => {
    const client = clientOf(ledger)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await client.unknownImages({ limit: 1, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map((row) => row.image))
      cursor = page.next
    } while (cursor !== undefined)
    expect(seen).to.deep.equal((await client.unknownImages()).items.map((row) => row.image))
    const { next = '' } = await client.unknownImages({ limit: 1 })
    expect((await asyncRefusal(client.unknownImages({ repo: 'a/**', cursor: next }))).reason).to.equal(
      'cursor-malformed',
    )
  })

  it('as of an earlier size are those of then', async () => {
    expect(await listed({ at: treeSize(4) })).to.deep.equal(['team/built:1'])
    expect(await listed({ at: treeSize(2) })).to.deep.equal([])
  })

  it('within a scope are as many as a search of that scope counts', async () => {
    expect(await listed({ repo: 'registry.test/team/*' })).to.deep.equal(['team/built:1', 'team/empty'])
    const part = { keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['1.0.0'] }
    for (const scope of [
      { repo: 'registry.test/team/*' },
      { platform: 'linux/arm64' },
      { repo: 'nobody/**' },
    ]) {
      const question = parseSearchQuestion({ parts: [part], scope })
      const { coverage } = await ledger.search({ question })
      expect(await listed(scope), JSON.stringify(scope)).to.have.lengthOf(coverage.unknown)
    }
  })

  it('are refused where an entry is not proven, and where the answer is of another scope', async () => {
    const lying = (change: object) =>
      clientOf(
        ledger,
        changeJson('ledger/v1/images/unknown', (answer) => ({ ...Object(answer), ...change })),
      ).unknownImages()
    expect((await asyncRefusal(lying({ entries: {} }))).reason).to.equal('entry-mismatch')
    expect((await asyncRefusal(lying({ question: { repo: 'x' } }))).reason).to.equal('entry-mismatch')
  })
})
