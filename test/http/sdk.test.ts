/**
 * The SDK over HTTP, beside what test/client/ has without a network: many submissions at once, consistency, proofs for
 * other tools, earlier sizes.
 */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { collectBundle, collectProofFile } from '../../src/client/collect-proof.ts'
import type { SubmitResult } from '../../src/client/submit.ts'
import { parseBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { parseBundleEnvelope } from '../../src/entry/bundle.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { checkProofFile, parseProofFile } from '../../src/tlog/proof-file.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, payloads, QUESTION, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  keys,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'
import { serveDoor, type TestServer } from './door.ts'

/** Changes what the server answers, as text. */
function lying(url: string, edit: (path: string, body: string) => string): Client {
  const changed: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    const path = new URL(input instanceof Request ? input.url : input).pathname
    const { status, headers } = response
    const type = headers.get('content-type') ?? ''
    if (!/json/.test(type)) return response
    return new Response(edit(path, await response.text()), { status, headers: { 'content-type': type } })
  }
  return new Client({ url, ...trust, fetch: changed })
}

describe('the SDK beside questions', () => {
  let ledger: Ledger
  let server: TestServer
  let client: Client
  before(async () => {
    ledger = (await tellStory()).ledger
    server = await serveDoor(ledger)
    client = new Client({ url: server.url, ...trust })
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
  })

  it('submits many at once: each is checked, each refusal is told, in their order', async () => {
    await using other = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await using door = await serveDoor(other)
    const bodies = [
      signEnvelope(payloads.shop, keys.ci),
      signEnvelope(payloads.api, testKey('stranger')),
      signEnvelope(payloads.web, keys.ci),
    ]
    const told = (results: readonly SubmitResult[]) =>
      results.map((one) =>
        'answer' in one ? one.answer.signatures.map((s) => 'entry' in s && s.new) : one.refused.name,
      )
    const ours = new Client({ url: door.url, ...trust })
    expect(told(await ours.submitMany(bodies))).to.deep.equal([[true], 'Fault', [true]])
    expect(told(await ours.submitMany(bodies.slice(0, 1)))).to.deep.equal([[false]])
    expect((await asyncRefusal(ours.submitMany([]))).reason).to.equal('parameter-malformed')
    // Answers that were swapped are about something else than was sent.
    const swapped = lying(door.url, (_path, body) => {
      const { items } = JSON.parse(body) as { items: unknown[] }
      return JSON.stringify({ items: items.toReversed() })
    })
    const two = [signEnvelope(payloads.shop, keys.ci), signEnvelope(payloads.web, keys.ci)]
    expect((await asyncRefusal(swapped.submitMany(two))).reason).to.equal('entry-mismatch')
    const fewer = lying(door.url, (_path, body) => body.replace(/^\{"items":\[.*\]\}$/s, '{"items":[]}'))
    expect((await asyncRefusal(fewer.submitMany(two))).reason).to.equal('entry-mismatch')
  })

  it('proves that the log grew, up to the signed root, and refuses roots that do not lead to it', async () => {
    const { to, asOf, toRoot } = await client.consistency({ from: treeSize(3) })
    expect([to, toRoot]).to.deep.equal([STORY_SIZE, asOf.rootHash])
    for (const [from, end] of [
      [0, 5],
      [5, 5],
      [2, 7],
      [4, STORY_SIZE],
    ] as const)
      expect((await client.consistency({ from: treeSize(from), to: treeSize(end) })).to).to.equal(end)
    const liar = lying(server.url, (path, body) => {
      if (!path.endsWith('/consistency')) return body
      const answer = JSON.parse(body) as { fromRoot: string; toRoot: string }
      return JSON.stringify({ ...answer, fromRoot: answer.toRoot })
    })
    expect((await asyncRefusal(liar.consistency({ from: treeSize(3) }))).reason).to.equal(
      'consistency-proof-invalid',
    )
    const both = lying(server.url, (path, body) =>
      path.endsWith('/consistency')
        ? body.replaceAll(/"(fromRoot|toRoot)":"[^"]+"/g, `"$1":"${Buffer.alloc(32, 7).toString('base64')}"`)
        : body,
    )
    const same = { from: treeSize(5), to: treeSize(5) }
    expect((await asyncRefusal(both.consistency(same))).reason).to.equal('consistency-proof-invalid')
  })

  it('makes bundles and proof files that hold by themselves', async () => {
    const index = logIndex(2)
    const bundle = await collectBundle(client, index)
    expect(parseBundleEnvelope(utf8(JSON.stringify(bundle))).payload).to.deep.equal(payloads.shopProvenance)
    const served = await (await fetch(`${server.url}/ledger/v1/entries/2/bundle`)).json()
    expect(JSON.parse(JSON.stringify(bundle))).to.deep.equal(served)
    const file = await collectProofFile(client, index)
    const leaf = parseBase64((await client.entry(index)).entries['2']?.body ?? '')
    expect(checkProofFile(parseProofFile(file), leafHash(leaf), trust.logKey).size).to.equal(STORY_SIZE)
    expect(file).to.equal(await (await fetch(`${server.url}/ledger/v1/entries/2/tlog-proof`)).text())
  })

  it('asks as of an earlier size, and takes no answer as of another', async () => {
    const old = imageDigest(digestOf('old'))
    const at = treeSize(7)
    const row = (await client.images({ ...QUESTION, at })).items.map(({ image }) => image)
    expect(row, 'before its SBOM was revoked').to.include(old)
    expect((await client.images(QUESTION)).items.map(({ image }) => image)).to.not.include(old)
    expect((await client.image(old, { at })).attestations[0]?.verdict.verdict).to.equal('valid')
    expect(
      (await client.revocations(`image:${digestOf('web')}`, { at: treeSize(5) })).revocations,
    ).to.deep.equal([])
    expect(
      (await client.found({ signer: keys.ci.publicKey.id, at, minSize: at })).asOf.indexedThrough,
    ).to.equal(at)
    // A server that leaves the parameter out of account answers something else.
    const deaf: typeof fetch = (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      for (const name of ['at', 'min_size']) url.searchParams.delete(name)
      return fetch(url, init)
    }
    const unheard = new Client({ url: server.url, ...trust, fetch: deaf })
    for (const ask of [
      unheard.images({ ...QUESTION, at }),
      unheard.image(old, { at }),
      unheard.revocations(`image:${old}`, { at }),
      unheard.images({ ...QUESTION, minSize: treeSize(99) }),
    ])
      expect((await asyncRefusal(ask)).reason).to.equal('entry-mismatch')
    expect((await asyncRefusal(client.images({ ...QUESTION, at: treeSize(99) }))).reason).to.equal(
      'not-recorded',
    )
  })

  it('reads what the server found against the CycloneDX schema, apart from the intake report', async () => {
    const validation = { checked: true, findings: [{ pointer: '/components/0', message: 'no' }] }
    const other = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const body = signEnvelope(sbomPayload('x', ['a@1']), keys.ci)
    const added = clientOf(other, (path, bytes) =>
      path === 'ledger/v1/attestations'
        ? utf8(JSON.stringify({ ...(JSON.parse(new TextDecoder().decode(bytes)) as object), validation }))
        : bytes,
    )
    expect((await added.submit(body)).validation).to.deep.equal(validation)
  })
})
