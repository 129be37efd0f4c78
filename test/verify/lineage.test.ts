/** An index and its platform images, asked through a client that makes all of it again, over a ledger in memory. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { CYCLONEDX, SLSA_PROVENANCE_V1 } from '../../src/attestation/predicate-types.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { imageDigest, treeSize } from '../../src/brand.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  revocationPayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const INDEX = imageDigest(digestOf('shop:1.4'))
const AMD = imageDigest(digestOf('shop-amd64'))
const ARM = imageDigest(digestOf('shop-arm64'))

function provenance(...subjects: readonly (readonly [name: string, digest: string])[]): Uint8Array {
  return formatStatement({
    subjects: subjects.map(([name, digest]) => ({
      name,
      digest: { sha256: digest.slice('sha256:'.length) },
    })),
    predicateType: SLSA_PROVENANCE_V1,
    predicate: { buildDefinition: {}, runDetails: { builder: { id: 'https://ci.test/b' } } },
  })
}

const purl = (platform: string): string => `pkg:docker/registry.test/shop@1.4?platform=linux%2F${platform}`
const index = ['registry.test/shop:1.4', INDEX] as const
const arm = [purl('arm64'), ARM] as const
const retold = provenance(index, arm, ['registry.test/other', imageDigest(digestOf('other'))])

/** 1 SBOM of the amd64 image · 2 3 the index has both · 4 the index has another tag · 5 an SBOM of the index itself */
async function ledgerOfIndex(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  const submit = (payload: Uint8Array): Promise<unknown> => ledger.submit(signEnvelope(payload, keys.ci))
  await submit(sbomPayload('shop-amd64', ['lodash@1.0.0']))
  await submit(provenance(index, [purl('amd64'), AMD]))
  await submit(retold)
  await submit(provenance(['registry.test/shop:latest', INDEX]))
  await submit(sbomPayload('shop:1.4', ['lodash@2.0.0']))
  return ledger
}

describe('the index of an image', () => {
  let ledger: Ledger

  before(async () => (ledger = await ledgerOfIndex()))

  const question = parseSearchQuestion({
    parts: [{ keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['1.0.0'] }],
  })
  const search = async (change?: Change) =>
    (await verifiedSearch(clientOf(ledger, change), question)).answer.items

  it('stands in the row of a platform image with its tags, and with what says so', async () => {
    const [row] = await search()
    const whole = await verifiedSearch(clientOf(ledger), question, { proof: 'complete' })
    expect(whole.answer.items).to.deep.equal(await search())
    expect(row?.image).to.equal(AMD)
    expect(row?.lineage).to.deep.equal([
      {
        is: 'index',
        image: INDEX,
        platform: 'linux/amd64',
        names: ['registry.test/shop:1.4', 'registry.test/shop:latest'],
        entries: [2, 4],
      },
    ])
  })

  it('lists its platform images, also those that nothing but a relation tells of', async () => {
    const { lineage } = await verifyImage(clientOf(ledger), INDEX)
    expect(lineage?.map((one) => [one.is, one.image, one.platform, one.names])).to.have.deep.members([
      ['platform-image', AMD, 'linux/amd64', [purl('amd64'), 'registry.test/shop-amd64']],
      ['platform-image', ARM, 'linux/arm64', [purl('arm64')]],
    ])
    expect((await verifyImage(clientOf(ledger), imageDigest(digestOf('other')))).lineage).to.equal(undefined)
  })

  it('is what the log said at the size that was asked for', async () => {
    const { lineage } = await clientOf(ledger).image(AMD, { at: treeSize(4) })
    expect(lineage?.[0]?.names).to.deep.equal(['registry.test/shop:1.4'])
    expect((await clientOf(ledger).image(AMD, { at: treeSize(2) })).lineage).to.equal(undefined)
  })

  it('is refused where it is not what was signed', async () => {
    const lies: readonly ((place: string) => (answer: JsonValue) => JsonValue)[] = [
      (at) => (a) => setAt(a, `${at}/names`, ['registry.test/evil']),
      (at) => (a) => setAt(a, `${at}/image`, digestOf('evil')),
      (at) => (a) => setAt(a, `${at}/is`, 'platform-image'),
      (at) => (a) => removeAt(a, at),
    ]
    for (const lie of lies) {
      const row = search(changeJson('ledger/v1/search', lie('/items/0/lineage/0')))
      expect((await asyncRefusal(row)).reason).to.equal('rows-differ')
      const image = verifyImage(
        clientOf(ledger, changeJson(`ledger/v1/images/${AMD}`, lie('/lineage/0'))),
        AMD,
      )
      expect((await asyncRefusal(image)).reason).to.equal('rows-differ')
    }
    const unproven = search(changeJson('ledger/v1/search', (a) => removeAt(a, '/entries/4')))
    expect((await asyncRefusal(unproven)).reason).to.equal('entry-mismatch')
  })

  it('is told to whoever asks for an image that nobody made a statement about', async () => {
    const lone = imageDigest(digestOf('lone'))
    const component = (digest: string, more = ''): JsonObject => ({
      name: 'lone',
      purl: `pkg:oci/lone@sha256%3A${digest.slice('sha256:'.length)}${more}`,
    })
    const predicate = {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: component(INDEX) },
      components: [component(lone, '?arch=s390x')],
    }
    const subjects = [{ name: 'registry.test/lone', digest: { sha256: INDEX.slice('sha256:'.length) } }]
    const other = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const payload = formatStatement({
      subjects,
      predicateType: CYCLONEDX,
      predicate,
    })
    await other.submit(signEnvelope(payload, keys.ci))
    const { reason, hint } = await asyncRefusal(other.image(lone))
    expect([reason, hint]).to.deep.equal([
      'not-recorded',
      `Signers say that it is a platform image of ${INDEX}: ask for that.`,
    ])
  })

  it('is none any more once the statement that says so was revoked', async () => {
    const target = parseTarget(`attestation:${idOfPayload(retold)}`)
    await ledger.submit(
      signEnvelope(revocationPayload({ target, mode: 'all', reason: 'false-statement' }), keys.admin),
    )
    const { lineage } = await verifyImage(clientOf(ledger), INDEX)
    expect(lineage?.map((one) => one.image)).to.deep.equal([AMD])
  })
})
