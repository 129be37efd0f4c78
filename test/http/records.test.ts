/** What others' tools take from a real ledger over HTTP: consistency proofs, bundles, proof files, events. */
import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { treeSize } from '../../src/brand.ts'
import { parseEnvelope } from '../../src/attestation/envelope.ts'
import { pae } from '../../src/attestation/pae.ts'
import { parseByteList } from '../../src/encoding/byte-list.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { parseStatement } from '../../src/attestation/statement.ts'
import { parseBase64 } from '../../src/encoding/base64.ts'
import { parseBundleEnvelope } from '../../src/entry/bundle.ts'
import { formatManifest, manifestOf } from '../../src/sbom/manifest.ts'
import { checkConsistency } from '../../src/tlog/consistency.ts'
import { checkProofFile, parseProofFile } from '../../src/tlog/proof-file.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { checkAnswer } from '../../src/verify/proven-entry.ts'
import type { EntryAnswer } from '../../src/verify/answer.ts'
import type { ConsistencyAnswer, EventsAnswer } from '../../src/verify/records-answer.ts'
import { digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { payloads, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import type { Story } from '../helpers/story.ts'
import { jsonOf, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { differences, resolve } from './openapi-document.ts'
import type { Json } from './openapi-document.ts'

describe('records over HTTP', () => {
  let story: Story
  let server: TestServer
  before(async () => {
    story = await tellStory()
    server = await serveDoor(story.ledger)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await story.ledger[Symbol.asyncDispose]()
  })

  const get = (path: string) => fetch(`${server.url}/ledger/v1/${path}`)
  async function answered<T>(path: string, schema: string): Promise<T> {
    const response = await get(path)
    expect(response.status, path).to.equal(200)
    const answer = await jsonOf(response)
    expect(differences(resolve(`#/components/schemas/${schema}`), answer as Json), path).to.deep.equal([])
    return answer as T
  }

  it('proves every older tree to be the beginning of every newer one', async () => {
    for (let to = 0; to <= STORY_SIZE; to++) {
      for (let from = 0; from <= to; from++) {
        const answer = await answered<ConsistencyAnswer>(
          `proofs/consistency?from=${from}&to=${to}`,
          'ConsistencyAnswer',
        )
        const roots = { oldRoot: parseBase64(answer.fromRoot), root: parseBase64(answer.toRoot) }
        checkConsistency(
          { oldSize: treeSize(from), size: treeSize(to), ...roots },
          answer.proof.map((hash) => parseBase64(hash)),
        )
      }
    }
    const newest = await answered<ConsistencyAnswer>('proofs/consistency?from=3', 'ConsistencyAnswer')
    expect([newest.to, newest.toRoot]).to.deep.equal([STORY_SIZE, newest.asOf.rootHash])
  })

  it('gives what was signed for a run of entries in one answer, compressed for who asks', async () => {
    for (const coding of ['identity', 'gzip']) {
      const response = await fetch(`${server.url}/ledger/v1/pae?from=1&to=5`, {
        headers: { 'accept-encoding': coding },
      })
      expect(response.headers.get('content-encoding')).to.equal(coding === 'gzip' ? 'gzip' : null)
      const paes = parseByteList(new Uint8Array(await response.arrayBuffer()), 4)
      const { shop, shopProvenance, api, web } = payloads
      expect(paes).to.deep.equal(
        [shop, shopProvenance, api, web].map((one) => pae(IN_TOTO_PAYLOAD_TYPE, one)),
      )
    }
  })

  it('gives the manifests of a run of entries: those that follow from what was signed', async () => {
    const response = await get('manifests?from=1&to=5')
    const list = parseByteList(new Uint8Array(await response.arrayBuffer()), 4)
    const { shop, shopProvenance, api, web } = payloads
    const signed = [shop, shopProvenance, api, web].map((one) =>
      manifestOf(parseStatement(one), keys.ci.publicKey.id),
    )
    expect(list).to.deep.equal(signed.map(formatManifest))
  })

  it('refuses runs of entries that are none, too long, or not there yet', async () => {
    const refused: readonly (readonly [query: string, status: number, code: string])[] = [
      ['from=3&to=3', 400, 'parameter-malformed'],
      ['from=3&to=2', 400, 'parameter-malformed'],
      ['from=0&to=257', 400, 'parameter-malformed'],
      ['from=0', 400, 'parameter-malformed'],
      [`from=0&to=${STORY_SIZE + 1}`, 404, 'not-recorded'],
      ['from=9007199254740990&to=9007199254740991', 404, 'not-recorded'],
    ]
    for (const [query, status, code] of refused) {
      for (const list of ['pae', 'manifests']) {
        const response = await get(`${list}?${query}`)
        expect([response.status, (await jsonOf(response))['code']], query).to.deep.equal([status, code])
      }
    }
  })

  it('refuses a proof between sizes that are none', async () => {
    const refused: readonly (readonly [query: string, status: number, code: string])[] = [
      ['', 400, 'parameter-malformed'],
      ['?from=5&to=4', 400, 'parameter-malformed'],
      ['?from=-1', 400, 'parameter-malformed'],
      [`?from=1&to=${STORY_SIZE + 1}`, 404, 'not-recorded'],
      [`?from=${STORY_SIZE + 1}`, 404, 'not-recorded'],
    ]
    for (const [query, status, code] of refused) {
      const response = await get(`proofs/consistency${query}`)
      expect([response.status, (await jsonOf(response))['code']], query).to.deep.equal([status, code])
    }
  })

  it('gives an entry as a bundle that holds what was signed, and as a proof file that can be checked', async () => {
    const { entries } = await answered<EntryAnswer>('entries/1', 'EntryAnswer')
    const leaf = parseBase64(entries['1']?.body ?? '')
    const bundle = await get('entries/1/bundle')
    expect(bundle.headers.get('content-type')).to.equal('application/vnd.dev.sigstore.bundle.v0.3+json')
    const text = await bundle.text()
    const submitted = parseEnvelope(signEnvelope(payloads.shop, keys.ci))
    const envelope = parseBundleEnvelope(new TextEncoder().encode(text))
    expect(Buffer.from(envelope.payload).toString()).to.equal(Buffer.from(submitted.payload).toString())
    const logged = JSON.parse(text).verificationMaterial.tlogEntries[0]
    expect(logged.logIndex).to.equal('1')
    expect(parseBase64(logged.canonicalizedBody)).to.deep.equal(leaf)
    const file = parseProofFile(await (await get('entries/1/tlog-proof')).text())
    expect(file.index).to.equal(1)
    expect(checkProofFile(file, leafHash(leaf), trust.logKey).size).to.equal(STORY_SIZE)
  })

  it('has neither for an entry that is not there', async () => {
    for (const path of ['entries/8/bundle', 'entries/8/tlog-proof'])
      expect([path, (await get(path)).status]).to.deep.equal([path, 404])
  })

  it('tells every entry once, in order, to who asks again after the last one, also after new ones', async () => {
    const seen: number[] = []
    let next: number | undefined
    const poll = async (): Promise<number> => {
      const query = next === undefined ? 'limit=3' : `limit=3&after=${next}`
      const answer = await answered<EventsAnswer>(`events?${query}`, 'EventsAnswer')
      const { entries } = checkAnswer(answer, trust.logKey)
      for (const { entry } of answer.items) {
        expect(entries.has(entry), `a proof of ${entry}`).to.equal(true)
        seen.push(entry)
      }
      next = answer.next
      return answer.items.length
    }
    while ((await poll()) > 0);
    expect(seen).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7])
    expect(await poll(), 'nothing new').to.equal(0)
    await story.ledger.submit(signEnvelope(sbomPayload('later', ['a@1.0.0']), keys.ci))
    expect(await poll()).to.equal(1)
    expect(seen.at(-1)).to.equal(8)
    const { items } = await answered<EventsAnswer>('events?after=7', 'EventsAnswer')
    expect(items).to.deep.equal([
      {
        entry: 8,
        subjects: [{ digest: digestOf('later'), name: 'registry.test/later' }],
        signer: 'ci',
        verdict: 'valid',
      },
    ])
  })

  it('does not pretend to know what comes after an entry that it never had', async () => {
    const response = await get('events?after=1000')
    expect([response.status, (await jsonOf(response))['code']]).to.deep.equal([404, 'not-recorded'])
    expect((await get('events?after=-1')).status).to.equal(400)
    expect((await get('events?limit=1001')).status).to.equal(400)
  })
})
