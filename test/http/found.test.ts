/** Images by commit, builder, signer, base image, licence and hash, from a real ledger over HTTP. */
import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { logIndex, treeSize } from '../../src/brand.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { FoundAnswer, FoundRow } from '../../src/verify/answer.ts'
import { checkAnswer } from '../../src/verify/proven-entry.ts'
import {
  createTestLedger,
  digestOf,
  keys,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'
import { BASE, BUILT, HASH, MADE, tellFoundStory } from '../helpers/found-story.ts'
import { trust } from '../helpers/story.ts'
import { jsonOf, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { differences, resolve } from './openapi-document.ts'
import type { Json } from './openapi-document.ts'

const other = testKey('other')
const [C, D] = ['c'.repeat(40), 'd'.repeat(64)]
const [HOSTED, LAPTOP] = ['https://ci.test/hosted?x=1&y=a+b', 'laptop']

describe('images by what was stated of them', () => {
  let ledger: Ledger
  let server: TestServer
  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), {
      batchWindowMs: 0,
      submitters: { ci: [keys.ci], other: [other] },
    })
    server = await serveDoor(ledger)
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@1.0.0']), keys.ci)) // 1
    await ledger.submit(signEnvelope(provenancePayload('shop', 'git.test/shop', C, HOSTED), keys.ci)) // 2
    await ledger.submit(signEnvelope(provenancePayload('api', 'git.test/fork', C, LAPTOP), other)) // 3
    await ledger.submit(signEnvelope(provenancePayload('web', 'git.test/shop', D, HOSTED), other)) // 4
    await ledger.submit(signEnvelope(provenancePayload('shop', 'git.test/shop', C, HOSTED), other)) // 5
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
  })

  const get = (params: Record<string, string>) =>
    fetch(`${server.url}/ledger/v1/images?${new URLSearchParams(params)}`)
  async function ask(params: Record<string, string>): Promise<FoundAnswer> {
    const answer = await jsonOf(await get(params))
    expect(differences(resolve('#/components/schemas/FoundAnswer'), answer as Json)).to.deep.equal([])
    const found = answer as unknown as FoundAnswer
    const { entries } = checkAnswer(found, trust.logKey)
    for (const row of found.items)
      for (const index of [...row.matches, ...row.provenance].map((one) => one.entry).concat(row.sboms))
        expect(entries.has(index), `a proof of entry ${index}`).to.equal(true)
    return found
  }
  const brief = ({ items }: FoundAnswer) =>
    items.map(({ image, matches, status }: FoundRow) => [
      image,
      matches.map(({ entry }) => Number(entry)),
      status,
    ])

  it('finds all images of a commit, in whatever repository, with the entries that say so', async () => {
    const found = await ask({ commit: C })
    expect(found.question).to.deep.equal({ commit: C })
    expect(brief(found)).to.deep.equal([
      [digestOf('shop'), [2, 5], 'affected'],
      [digestOf('api'), [3], 'affected'],
    ])
    expect(found.items[0]).to.deep.include({
      names: ['registry.test/shop'],
      sboms: [logIndex(1)],
      revoked: false,
    })
    expect(found.items[0]?.provenance.map(({ builder }) => builder)).to.deep.equal([HOSTED, HOSTED])
    expect(found.coverage).to.deep.equal({ images: 3, withSbom: 1, unknown: 2, unreadableEntries: 0 })
    expect(brief(await ask({ commit: D }))).to.deep.equal([[digestOf('web'), [4], 'affected']])
    expect(brief(await ask({ commit: 'e'.repeat(40) }))).to.deep.equal([])
  })

  it('finds images by builder and by signer', async () => {
    expect(brief(await ask({ builder: HOSTED })).map(([image]) => image)).to.deep.equal([
      digestOf('shop'),
      digestOf('web'),
    ])
    expect(brief(await ask({ builder: 'https://ci.test/hosted' }))).to.deep.equal([])
    expect(brief(await ask({ signer: other.publicKey.id }))).to.deep.equal([
      [digestOf('api'), [3], 'affected'],
      [digestOf('web'), [4], 'affected'],
      [digestOf('shop'), [5], 'affected'],
    ])
  })

  it('gives every row once, page by page, and takes no cursor of another question', async () => {
    const pages: FoundAnswer[] = []
    let cursor: string | undefined
    do {
      const page = await ask({
        signer: other.publicKey.id,
        limit: '1',
        ...(cursor === undefined ? {} : { cursor }),
      })
      pages.push(page)
      cursor = page.next
    } while (cursor !== undefined)
    expect(pages.flatMap(brief).map(([image]) => image)).to.deep.equal(['api', 'web', 'shop'].map(digestOf))
    const foreign = await get({ commit: C, cursor: pages[0]?.next ?? '' })
    expect([foreign.status, (await jsonOf(foreign))['code']]).to.deep.equal([400, 'cursor-malformed'])
  })

  it('still shows the images of a leaked key, as undetermined where nobody else says so', async () => {
    const target = parseTarget(`key:${other.publicKey.id}`)
    const cutoff = { treeSize: treeSize(4) }
    const leaked = revocationPayload({ target, mode: 'since', reason: 'key-compromise', cutoff })
    await ledger.submit(signEnvelope(leaked, keys.admin))
    const found = await ask({ signer: other.publicKey.id })
    expect(brief(found)).to.deep.equal([
      [digestOf('api'), [3], 'affected'],
      [digestOf('web'), [4], 'undetermined'],
      [digestOf('shop'), [5], 'undetermined'],
    ])
    expect(Object.keys(found.entries), 'with the revocation').to.include('6')
    expect(brief(await ask({ commit: C }))[0]).to.deep.equal([digestOf('shop'), [2, 5], 'affected'])
  })

  it('finds images by base image, licence and hash, with the claimed times, in the shape of the OpenAPI', async () => {
    const other = await tellFoundStory()
    await using door = await serveDoor(other)
    const fits = async (path: string, shape: string) => {
      const answer = (await jsonOf(await fetch(`${door.url}/ledger/v1/${path}`))) as Json
      expect(differences(resolve(`#/components/schemas/${shape}`), answer), path).to.deep.equal([])
      return JSON.stringify(answer)
    }
    for (const query of [`base=${BASE}`, 'licence=mit', `hash=${HASH}`])
      expect(await fits(`images?${query}`, 'FoundAnswer'))
        .to.contain(digestOf('shop'))
        .and.contain(BUILT.startedOn)
    expect(await fits(`images?licence=mit`, 'FoundAnswer')).to.contain('{"licence":"MIT"}')
    expect(await fits(`images/${digestOf('shop')}`, 'ImageAnswer')).to.contain(MADE)
  })

  it('refuses a question that is none, or two', async () => {
    const refused: readonly (readonly [Record<string, string>, string])[] = [
      [{}, 'parameter-malformed'],
      [{ commit: C, component: 'pkg:npm/a' }, 'parameter-malformed'],
      [{ commit: C, range: '<1' }, 'parameter-malformed'],
      [{ commit: C.slice(1) }, 'hex-malformed'],
      [{ commit: C.toUpperCase() }, 'hex-malformed'],
      [{ signer: 'ci' }, 'digest-malformed'],
      [{ base: `sha1:${C}` }, 'digest-malformed'],
      [{ base: C, licence: 'MIT' }, 'parameter-malformed'],
      [{ hash: `md5:${C.slice(8)}` }, 'digest-malformed'],
      [{ hash: `sha1:${C.toUpperCase()}` }, 'hex-malformed'],
      [{ licence: 'Public-Domain' }, 'parameter-malformed'],
      [{ licence: 'MIT OR ISC' }, 'parameter-malformed'],
      [{ licence: 'LicenseRef-own' }, 'parameter-malformed'],
    ]
    for (const [params, code] of refused) {
      const response = await get(params)
      expect([response.status, (await jsonOf(response))['code']], JSON.stringify(params)).to.deep.equal([
        400,
        code,
      ])
    }
  })
})
