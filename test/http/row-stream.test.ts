/** Rows as NDJSON and CSV: whole, or seen to be cut; and nothing in them that runs. */
import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { imageDigest, logIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { csvCell } from '../../src/http/csv.ts'
import type { LedgerDoor } from '../../src/http/ledger-door.ts'
import type { ImageRow, ImagesAnswer } from '../../src/verify/answer.ts'
import { formatSearchQuestion } from '../../src/verify/search-wire.ts'
import { verifyImages } from '../../src/verify/evidence.ts'
import { imagesAnswer, readAnswer } from '../../src/verify/read-answer.ts'
import { digestOf } from '../helpers/test-ledger.ts'
import { COMMIT, QUESTION, tellStory, trust } from '../helpers/story.ts'
import type { Story } from '../helpers/story.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { differences, resolve } from './openapi-document.ts'
import type { Json } from './openapi-document.ts'

const NDJSON = 'application/x-ndjson'
type Line = { readonly kind: string; readonly [name: string]: Json }

const ask = (url: string, params: Record<string, string>, accept: string) =>
  fetch(`${url}/ledger/v1/images?${new URLSearchParams(params)}`, { headers: { accept } })

function linesOf(text: string): readonly Line[] {
  expect(text.endsWith('\n')).to.equal(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const record = JSON.parse(line) as Line
      expect(differences(resolve('#/components/schemas/RowRecord'), record), line).to.deep.equal([])
      return record
    })
}

describe('rows of a real ledger', () => {
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

  it('come all at once as NDJSON with the proof that there are no others, to every question', async () => {
    const client = new Client({ url: server.url, ...trust })
    const whole = { proof: 'complete', whole: true } as const
    const { answer, report } = await verifiedImages(client, { ...QUESTION, ...whole })
    expect(answer.items).to.deep.equal((await client.images(QUESTION)).items)
    expect(report.complete).to.not.equal(undefined)
    linesOf(await (await ask(server.url, { ...QUESTION, proof: 'complete' }, NDJSON)).text())
    const question = { parts: [purlPart('pkg:npm/lodash', '<4.17.21')], scope: {} }
    const searched = await client.search(question, whole)
    expect(searched.items.map(({ image }) => image)).to.deep.equal(answer.items.map(({ image }) => image))
    const body = JSON.stringify({ ...formatSearchQuestion(question), proof: 'complete' })
    const headers = { accept: NDJSON, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/ledger/v1/search`, { method: 'POST', headers, body })
    expect(response.headers.get('content-type')).to.equal(NDJSON)
    linesOf(await response.text())
  })

  it('are the same as NDJSON as in JSON, and can be verified', async () => {
    const response = await ask(server.url, QUESTION, NDJSON)
    expect(response.headers.get('content-type')).to.equal(NDJSON)
    expect(response.headers.get('vary')).to.equal('Accept')
    const lines = linesOf(await response.text())
    const only = (kind: string) =>
      lines
        .filter((line) => line.kind === kind)
        .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => name !== 'kind')))
    const entries = only('Entry').map(({ index, ...entry }) => [String(index), entry] as const)
    const put = {
      ...only('Answer')[0],
      asOf: only('AsOf')[0],
      entries: Object.fromEntries(entries),
      items: only('Row'),
    }
    const answer = readAnswer(imagesAnswer, put as Json)
    const json = (await jsonOf(
      await ask(server.url, QUESTION, 'application/json'),
    )) as unknown as ImagesAnswer
    expect(answer.items).to.deep.equal(json.items)
    expect([answer.entries, answer.coverage]).to.deep.equal([json.entries, json.coverage])
    const ids = [...new Set(Object.values(answer.entries).map((entry) => entry.attestation))]
    const pae = Object.fromEntries(
      await Promise.all(ids.map(async (id) => [id, await story.ledger.pae(id)] as const)),
    )
    verifyImages({ question: answer.question, answer, pae }, trust)
    expect(lines.at(-1)).to.deep.equal({ kind: 'End', count: 2, complete: true })
  })

  it('are CSV with a header, and an end that says how far they reach', async () => {
    const response = await ask(server.url, QUESTION, 'text/csv')
    expect(response.headers.get('content-type')).to.match(/^text\/csv; charset=utf-8/)
    const [shop, web] = [digestOf('shop'), digestOf('web')]
    expect((await response.text()).split('\r\n')).to.deep.equal([
      'image,names,status,revoked,matches,entries,builders,commits',
      `${shop},registry.test/shop,affected,false,pkg:npm/lodash@4.17.20,1,https://ci.test/builder,git.test/shop@${COMMIT}`,
      `${web},registry.test/web,affected,true,pkg:npm/lodash@4.17.15,4,,`,
      '#END,2,origin=ledger.test,treeSize=8,indexedThrough=8,images=4,affected=2,notAffected=1,undetermined=0,unknown=1,unreadableEntries=0',
      '',
    ])
    expect(await (await ask(server.url, { commit: COMMIT }, 'text/csv')).text()).to.contain('\r\n#END,1,')
  })

  it('are refused as a question is, before anything is sent', async () => {
    for (const accept of [NDJSON, 'text/csv']) {
      for (const params of [{ component: 'lodash' }, { ...QUESTION, limit: '1' }, { ...QUESTION, at: '9' }]) {
        const response = await ask(server.url, params, accept)
        expect(response.status).to.be.oneOf([400, 404])
        expect(response.headers.get('content-type')).to.equal('application/problem+json')
      }
    }
  })

  it('are JSON for a browser, and for who says nothing', async () => {
    for (const accept of ['text/html,application/xhtml+xml,*/*;q=0.8', '*/*', 'text/html']) {
      const response = await ask(server.url, QUESTION, accept)
      expect(response.headers.get('content-type'), accept).to.equal('application/json; charset=utf-8')
    }
  })
})

const row = (name: string, names: readonly string[] = []): ImageRow => ({
  image: imageDigest(digestOf(name)),
  names,
  status: 'affected',
  revoked: false,
  matches: [{ purl: 'pkg:npm/a@1', entry: logIndex(1) }],
  sboms: [],
  provenance: [],
})

/** A door with three pages of one row each; the last may fail. */
function pagedDoor(last?: () => Error): LedgerDoor {
  const door = createDoor()
  const images: LedgerDoor['images'] = async (query, moment) => {
    const at = Number(query.cursor ?? 0)
    if (at === 2 && last !== undefined) throw last()
    const page = await door.images(query, moment)
    const asOf = { ...page.asOf, checkpoint: `checkpoint ${Math.floor(at / 2)}` }
    return { ...page, asOf, items: [row(`image ${at}`)], ...(at < 2 ? { next: String(at + 1) } : {}) }
  }
  return { ...door, images }
}

describe('a stream of rows', () => {
  it('holds the rows of all pages, and each checkpoint once', async () => {
    await using server = await serveDoor(pagedDoor())
    const text = await (await ask(server.url, { component: 'pkg:npm/a' }, NDJSON)).text()
    const kinds = linesOf(text).map(({ kind }) => kind)
    expect(kinds).to.deep.equal(['Answer', 'AsOf', 'Row', 'Row', 'AsOf', 'Row', 'End'])
    const csv = await (await ask(server.url, { component: 'pkg:npm/a' }, 'text/csv')).text()
    expect(csv.split('\r\n').filter((line) => line.startsWith('sha256:'))).to.have.length(3)
  })

  it('never looks whole when it failed: no end record, and the transfer is cut', async () => {
    for (const accept of [NDJSON, 'text/csv']) {
      await using server = await serveDoor(pagedDoor(() => new Error('secret')))
      const response = await ask(server.url, { component: 'pkg:npm/a' }, accept)
      let text = ''
      const read = async () => {
        for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk as Uint8Array)
      }
      const failure = await read().then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(failure, accept).to.be.instanceOf(Error)
      expect(text).to.contain(digestOf('image 1'))
      expect(text).to.not.match(/End|#END|secret/)
      expect(server.reported).to.have.length(1)
      if (accept === NDJSON)
        expect(linesOf(text).at(-1)).to.nested.include({ kind: 'Error', 'problem.code': 'internal-error' })
    }
  })
})

describe('a CSV cell', () => {
  it('never begins as a formula does', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\u00a0=1', '＝1', '＠x']) {
      expect(csvCell(text), text).to.match(/^'/)
    }
    expect(csvCell('=HYPERLINK("http://a";"b")')).to.equal('"\'=HYPERLINK(""http://a"";""b"")"')
    expect(csvCell('pkg:npm/a@1.0.0')).to.equal('pkg:npm/a@1.0.0')
  })

  it('shows what would break a line or turn the text around', () => {
    expect(csvCell('a\r\nb')).to.equal('a\\u{d}\\u{a}b')
    expect(csvCell('\t=1')).to.equal('\\u{9}=1')
    expect(csvCell('safe\u202egnp.exe\u001b[2J')).to.equal('safe\\u{202e}gnp.exe\\u{1b}[2J')
    expect(csvCell('a,b')).to.equal('"a,b"')
  })
})
