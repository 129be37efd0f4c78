/** The HTTP door in front of a real ledger in memory: what goes in over the wire comes out proven over the wire. */
import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { gzipSync } from 'node:zlib'
import { attestationId, imageDigest, logIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { sha256Id } from '../../src/crypto/sha256.ts'
import { parseEntryBundle } from '../../src/tlog/entry-bundle.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { formatTilePath, tilesOfSize } from '../../src/tlog/tile.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { digestOf, idOfPayload, keys, sbomPayload, signEnvelope, testKey } from '../helpers/test-ledger.ts'
import { payloads, QUESTION, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import type { Story } from '../helpers/story.ts'
import { jsonOf, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { differences, expectMembers, openApi } from './openapi-document.ts'
import type { Json } from './openapi-document.ts'

describe('a real ledger over HTTP', () => {
  let story: Story
  let server: TestServer
  let client: Client
  before(async () => {
    story = await tellStory()
    server = await serveDoor(story.ledger)
    client = new Client({ url: server.url, ...trust })
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await story.ledger[Symbol.asyncDispose]()
    expect(server.reported).to.deep.equal([])
  })

  const get = (path: string) => fetch(server.url + path)
  const post = (body: Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/ledger/v1/attestations`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })

  it('answers in the shapes of schema/openapi.yaml, nothing missing and nothing more', async () => {
    const shop = idOfPayload(payloads.shop)
    const asked: readonly (readonly [path: string, template: string])[] = [
      ['/ledger/v1/status', '/ledger/v1/status'],
      ['/ledger/v1/entries/0', '/ledger/v1/entries/{index}'],
      ['/ledger/v1/entries/7', '/ledger/v1/entries/{index}'],
      [`/ledger/v1/attestations/${shop}`, '/ledger/v1/attestations/{id}'],
      [`/ledger/v1/images/${digestOf('shop')}`, '/ledger/v1/images/{digest}'],
      [`/ledger/v1/images/${digestOf('web')}`, '/ledger/v1/images/{digest}'],
      [`/ledger/v1/images?${new URLSearchParams(QUESTION)}`, '/ledger/v1/images'],
      [`/ledger/v1/images?${new URLSearchParams({ ...QUESTION, limit: '1' })}`, '/ledger/v1/images'],
      [`/ledger/v1/images?component=pkg:npm/nowhere-to-be-found`, '/ledger/v1/images'],
      ['/ledger/v1/deployments?environment=prod', '/ledger/v1/deployments'],
      ['/ledger/v1/images/unknown?repo=**', '/ledger/v1/images/unknown'],
      [
        '/ledger/v1/images/unknown?environment=prod&deployed_at=2026-11-17T16:45:00Z&recorded_after=0&recorded_before=9',
        '/ledger/v1/images/unknown',
      ],
      ['/ledger/v1/packages?component=pkg:npm/lodash&limit=2', '/ledger/v1/packages'],
      ['/ledger/v1/names?name=loda&match=prefix&type=npm&limit=1', '/ledger/v1/names'],
      [`/ledger/v1/revocations?target=image:${digestOf('web')}`, '/ledger/v1/revocations'],
      [`/ledger/v1/revocations?target=attestation:${idOfPayload(payloads.old)}`, '/ledger/v1/revocations'],
      [`/ledger/v1/revocations?target=key:${testKey('nobody').publicKey.id}`, '/ledger/v1/revocations'],
    ]
    for (const [path, template] of asked) {
      const response = await get(path)
      const answer = await jsonOf(response)
      expect(response.status, path).to.equal(200)
      expect(differencesOf('get', template, '200', answer), path).to.deep.equal([])
    }
    const again = await post(signEnvelope(payloads.shop, keys.ci))
    expect(differencesOf('post', '/ledger/v1/attestations', '200', await jsonOf(again))).to.deep.equal([])
  })

  it('proves to a client over the wire which images contain a component, and what is revoked', async () => {
    const { items, coverage } = await client.images({ ...QUESTION })
    expect(items.map((row) => [row.image, row.status, row.revoked])).to.have.deep.members([
      [digestOf('shop'), 'affected', false],
      [digestOf('web'), 'affected', true],
    ])
    expect(coverage.affected).to.equal(2)
    expect((await client.revocations(`image:${digestOf('web')}`)).state).to.equal('revoked')
    expect((await client.image(imageDigest(digestOf('api')))).revoked).to.equal(false)
    expect((await client.entry(logIndex(3))).entry).to.equal(3)
  })

  it('pages: the cursors of one question give every row once, and are refused for another', async () => {
    const first = await jsonOf(
      await get(`/ledger/v1/images?${new URLSearchParams({ ...QUESTION, limit: '1' })}`),
    )
    const cursor = String(first['next'])
    const second = await jsonOf(
      await get(`/ledger/v1/images?${new URLSearchParams({ ...QUESTION, limit: '1', cursor })}`),
    )
    const images = [first, second].flatMap(({ items }) =>
      (items as { image: string }[]).map(({ image }) => image),
    )
    expect(images.sort()).to.deep.equal([digestOf('shop'), digestOf('web')].sort())
    const foreign = await get(
      `/ledger/v1/images?${new URLSearchParams({ component: 'pkg:npm/left-pad', cursor })}`,
    )
    expect([foreign.status, (await jsonOf(foreign))['code']]).to.deep.equal([400, 'cursor-malformed'])
  })

  it('serves a checkpoint and tiles from which the whole tree is found again', async () => {
    const note = await (await get('/checkpoint')).text()
    const { size } = openCheckpoint(note, trust.logKey)
    expect(size).to.be.at.least(STORY_SIZE)
    for (const tile of tilesOfSize(size)) {
      expect((await get(`/${formatTilePath(tile)}`)).status, formatTilePath(tile)).to.equal(200)
      const wider = await get(`/${formatTilePath({ ...tile, width: tile.width + 1 })}`)
      expect([wider.status, (await jsonOf(wider))['code']]).to.deep.equal([404, 'not-recorded'])
    }
    const hashes = new Uint8Array(await (await get(`/tile/0/000.p/${size}`)).arrayBuffer())
    const bundle = new Uint8Array(await (await get(`/tile/entries/000.p/${size}`)).arrayBuffer())
    for (const [i, entry] of parseEntryBundle(bundle, size).entries()) {
      expect(leafHash(entry), `entry ${i}`).to.deep.equal(hashes.slice(32 * i, 32 * i + 32))
    }
  })

  it('serves the bytes that were signed under their own hash', async () => {
    const id = attestationId(idOfPayload(payloads.api))
    const bytes = new Uint8Array(await (await get(`/ledger/v1/attestations/${id}/pae`)).arrayBuffer())
    expect(sha256Id(bytes)).to.equal(id)
  })

  it('records the same attestation once, however it is sent', async () => {
    const envelope = signEnvelope(sbomPayload('fresh', ['lodash@4.17.19']), keys.ci)
    const [first, again] = [
      await post(envelope),
      await post(gzipSync(envelope), { 'content-encoding': 'gzip' }),
    ]
    const [one, two] = [await jsonOf(first), await jsonOf(again)]
    expect([first.status, again.status]).to.deep.equal([201, 200])
    expect(differencesOf('post', '/ledger/v1/attestations', '201', one)).to.deep.equal([])
    expect((two['signatures'] as { entry: number }[])[0]?.entry).to.equal(
      (one['signatures'] as { entry: number }[])[0]?.entry,
    )
    expect((await get(first.headers.get('location') ?? '')).status).to.equal(200)
    const { items } = await client.images({ component: 'pkg:npm/lodash@4.17.19' })
    expect(
      items.map((row) => row.image),
      'a submitter finds what it submitted',
    ).to.deep.equal([digestOf('fresh')])
  })

  it('refuses with the status of contracts.md 7, and the log does not grow', async () => {
    const envelope = JSON.parse(new TextDecoder().decode(signEnvelope(payloads.shop, keys.ci))) as Record<
      string,
      unknown
    >
    const payload = Buffer.from(sbomPayload('shop', ['other@1.0.0'])).toString('base64')
    const bytes = (value: unknown) =>
      new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
    const refused: readonly (readonly [what: string, body: Uint8Array, status: number, code: string])[] = [
      ['nothing', bytes(''), 400, 'json-malformed'],
      ['null', bytes('null'), 400, 'envelope-malformed'],
      ['not JSON', bytes('{"payload":'), 400, 'json-malformed'],
      ['a duplicate key', bytes('{"payload":"","payload":""}'), 400, 'json-duplicate-key'],
      ['10,000 levels', bytes('['.repeat(10_000)), 400, 'json-depth'],
      ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400, 'encoding-malformed'],
      ['an unknown signer', signEnvelope(payloads.shop, testKey('nobody')), 403, 'untrusted-signer'],
      ['no right to submit', signEnvelope(payloads.shop, keys.admin), 403, 'unauthorized'],
      ['another payload', bytes({ ...envelope, payload }), 422, 'signature-invalid'],
      ['no signatures', bytes({ ...envelope, signatures: [] }), 422, 'no-signature'],
    ]
    const sizeBefore = (await client.status()).asOf.treeSize
    for (const [what, body, status, code] of refused) {
      const response = await post(body)
      expect([response.status, (await jsonOf(response))['code']], what).to.deep.equal([status, code])
    }
    expect((await client.status()).asOf.treeSize).to.equal(sizeBefore)
  })

  it('says "not recorded" for what is well-formed and not there', async () => {
    const nothing = `sha256:${'00'.repeat(32)}`
    for (const path of [
      `/ledger/v1/attestations/${nothing}`,
      `/ledger/v1/attestations/${nothing}/pae`,
      `/ledger/v1/images/${nothing}`,
      '/ledger/v1/entries/9007199254740991',
    ]) {
      const response = await get(path)
      expect([response.status, (await jsonOf(response))['code']], path).to.deep.equal([404, 'not-recorded'])
    }
  })

  it('refuses questions that it does not understand, each with its own reason', async () => {
    const refused: readonly (readonly [query: string, status: number, code: string])[] = [
      ['images?component=npm/lodash', 400, 'purl-malformed'],
      ['images?component=pkg:npm/lodash@1.0.0&range=%3C2', 400, 'parameter-malformed'],
      ['images?component=pkg:npm/lodash&range=%5E1.0.0', 422, 'unsupported'],
      ['images?component=pkg:npm/lodash&range=%3C%3C', 400, 'range-malformed'],
      ['images?component=pkg:npm/lodash&cursor=abc', 400, 'cursor-malformed'],
      ['revocations?target=shop', 400, 'reference-malformed'],
    ]
    for (const [query, status, code] of refused) {
      const response = await get(`/ledger/v1/${query}`)
      expect([response.status, (await jsonOf(response))['code']], query).to.deep.equal([status, code])
    }
  })
})

function differencesOf(method: string, path: string, status: string, answer: unknown): string[] {
  const operation = expectMembers(expectMembers(expectMembers(openApi['paths'])[path])[method])
  const response = expectMembers(expectMembers(operation['responses'])[status])
  const { schema } = expectMembers(expectMembers(response['content'])['application/json'])
  return differences(expectMembers(schema), answer as Json)
}
