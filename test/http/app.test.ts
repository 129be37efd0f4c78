import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { gzipSync } from 'node:zlib'
import { Fault } from '../../src/errors.ts'
import type { ImagesAsked } from '../../src/ledger/query-images.ts'
import { ID, IMAGE, createDoor, jsonOf, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { get as rawGet } from './raw-exchange.ts'

const json = { 'content-type': 'application/json' }

describe('the HTTP door', () => {
  const asked: ImagesAsked[] = []
  const targets: string[] = []
  const submitted: Uint8Array[] = []
  let created = true
  let server: TestServer
  before(async () => {
    const door = createDoor()
    server = await serveDoor({
      ...door,
      images: (query, moment) => (asked.push(query), door.images(query, moment)),
      revocations: (target, moment) => (targets.push(target), door.revocations(target, moment)),
      submit: async (body) => (submitted.push(body), { created, answer: (await door.submit(body)).answer }),
    })
  })
  after(() => server[Symbol.asyncDispose]())

  const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
  const post = (body: string | Uint8Array, headers: Record<string, string> = json) =>
    fetch(`${server.url}/ledger/v1/attestations`, { method: 'POST', body, headers })

  it('answers every route of first light', async () => {
    const paths = [
      `/ledger/v1/attestations/${ID}`,
      `/ledger/v1/attestations/${ID.replace(':', '%3A')}`,
      `/ledger/v1/attestations/${ID}/pae`,
      '/ledger/v1/entries/0',
      '/ledger/v1/pae?from=0&to=256',
      `/ledger/v1/images/${IMAGE}`,
      '/ledger/v1/images?component=pkg:npm/lodash',
      '/ledger/v1/revocations?target=key:sha256:00',
      '/ledger/v1/status',
      '/checkpoint',
      '/tile/0/000',
      '/tile/0/001.p/44',
      '/tile/1/000.p/1',
      '/tile/entries/000',
      '/tile/entries/001.p/1',
      '/',
    ]
    for (const path of paths) expect((await get(path)).status, path).to.equal(200)
  })

  it('gives the ledger the very bytes that were sent, compressed or not', async () => {
    const body = new TextEncoder().encode('{"payload": "é", "payload": 1}  \n')
    await post(body)
    await post(gzipSync(body), { ...json, 'content-encoding': 'gzip' })
    await post(body, { 'content-type': 'Application/JSON ; Charset="UTF-8"' })
    expect(submitted.splice(0)).to.deep.equal([body, body, body])
  })

  it('says 201 for something new and 200 for what was there', async () => {
    created = true
    const first = await post('{}')
    created = false
    const again = await post('{}')
    expect([first.status, again.status]).to.deep.equal([201, 200])
    expect(first.headers.get('location')).to.equal(`/ledger/v1/attestations/${ID}`)
    expect(first.headers.get('cache-control')).to.equal('no-store')
  })

  it('hands on a question as it was asked', async () => {
    const question = {
      component: 'pkg:deb/debian/foo@1.0+dfsg?arch=amd64',
      range: '>=1, <2',
      limit: '7',
      cursor: 'abc',
    }
    await get(`/ledger/v1/images?${new URLSearchParams(question)}`)
    await get('/ledger/v1/images?component=pkg:npm/a')
    await get(`/ledger/v1/revocations?${new URLSearchParams({ target: 'signature:sha256:aa#sha256:bb' })}`)
    expect(asked.splice(0).slice(-2)).to.deep.equal([
      { ...question, limit: 7 },
      { component: 'pkg:npm/a', limit: 100 },
    ])
    expect(targets.at(-1)).to.equal('signature:sha256:aa#sha256:bb')
  })

  it('hands on as of when it is asked, and says when to come again if the index is not there yet', async () => {
    const moments: unknown[] = []
    const door = createDoor()
    await using other = await serveDoor({
      ...door,
      images: (query, moment) => (moments.push(moment), door.images(query, moment)),
      image: (digest, moment) => (moments.push(moment), door.image(digest, moment)),
      revocations: (_target, moment) => {
        moments.push(moment)
        throw new Fault('index-behind', 'index: not there yet')
      },
    })
    const question = 'images?component=pkg:npm/a&at=5&min_size=7'
    for (const path of [question, `images/${IMAGE}?at=5`, 'images?component=pkg:npm/a'])
      expect((await fetch(`${other.url}/ledger/v1/${path}`)).status, path).to.equal(200)
    const behind = await fetch(`${other.url}/ledger/v1/revocations?target=key:sha256:00&min_size=9`)
    expect([behind.status, behind.headers.get('retry-after')]).to.deep.equal([503, '2'])
    expect(moments).to.deep.equal([{ at: 5, minSize: 7 }, { at: 5 }, {}, { minSize: 9 }])
    for (const query of ['at=0', 'at=x', 'min_size=-1', 'at=2&at=3'])
      expect((await get(`/ledger/v1/images?component=pkg:npm/a&${query}`)).status, query).to.equal(400)
  })

  it('never takes a "+" of a version for a space and finds nothing', async () => {
    const response = await get('/ledger/v1/images?component=pkg:deb/debian/foo@1.0+dfsg')
    expect(response.status).to.equal(400)
    expect((await jsonOf(response)).hint).to.contain('%2B')
    expect(asked.splice(0)).to.deep.equal([])
  })

  it('lets caches keep what cannot change, and nothing else', async () => {
    const forever = 'public, max-age=31536000, immutable'
    const expected: Record<string, [string, string]> = {
      '/tile/0/000': [forever, 'application/octet-stream'],
      '/tile/entries/000': [forever, 'application/octet-stream'],
      '/tile/0/001.p/44': ['public, max-age=3600', 'application/octet-stream'],
      '/tile/entries/001.p/3': ['public, max-age=3600', 'application/octet-stream'],
      [`/ledger/v1/attestations/${ID}/pae`]: [forever, 'application/octet-stream'],
      '/ledger/v1/pae?from=1&to=257': [forever, 'application/octet-stream'],
      '/ledger/v1/pae?from=298&to=300': ['no-cache', 'application/octet-stream'],
      '/ledger/v1/pae?from=298&to=301': ['no-store', 'application/problem+json'],
      '/checkpoint': ['public, max-age=1, must-revalidate', 'text/plain; charset=utf-8'],
      '/ledger/v1/status': ['no-cache', 'application/json; charset=utf-8'],
      '/ledger/v1/entries/1': ['no-cache', 'application/json; charset=utf-8'],
      '/ledger/v1/entries/300': ['no-store', 'application/problem+json'],
      '/tile/0/001.p/45': ['no-store', 'application/problem+json'],
      '/nowhere': ['no-store', 'application/problem+json'],
    }
    for (const [path, [caching, type]] of Object.entries(expected)) {
      const { headers } = await get(path)
      expect([headers.get('cache-control'), headers.get('content-type')], path).to.deep.equal([caching, type])
    }
  })

  it('serves a tile of exactly the width asked for, and 404 beyond the published tree', async () => {
    for (const width of [1, 43, 44]) {
      const bytes = await (await get(`/tile/0/001.p/${width}`)).arrayBuffer()
      expect(bytes.byteLength).to.equal(32 * width)
    }
    for (const path of [
      '/tile/0/001.p/45',
      '/tile/0/001',
      '/tile/1/000',
      '/tile/0/002.p/1',
      '/tile/entries/001.p/45',
    ]) {
      const response = await get(path)
      expect(response.status, path).to.equal(404)
      expect((await jsonOf(response)).code, path).to.equal('not-recorded')
    }
  })

  it('answers a conditional request for a tile without sending it again', async () => {
    const etag = (await get('/tile/0/000')).headers.get('etag') ?? ''
    expect(etag).to.match(/^"/)
    // Not by fetch, which adds "Cache-Control: no-cache" and so asks for it again.
    const again = await rawGet(server.url, '/tile/0/000', `If-None-Match: ${etag}`)
    expect([again.status, again.body]).to.deep.equal([304, ''])
    expect((await get('/ledger/v1/status')).headers.get('etag')).to.equal(null)
  })

  it('tells "not recorded" from "no such route"', async () => {
    const missing = await get('/ledger/v1/entries/300')
    const nowhere = await get('/ledger/v1/entrys/300')
    expect([missing.status, (await jsonOf(missing)).code]).to.deep.equal([404, 'not-recorded'])
    expect([nowhere.status, (await jsonOf(nowhere)).code]).to.deep.equal([404, 'no-such-route'])
  })

  it('lets pages of any origin read and none of them write', async () => {
    const origin = { origin: 'https://evil.example' }
    for (const path of ['/ledger/v1/status', '/tile/0/000', '/checkpoint', '/nowhere']) {
      expect(
        (await get(path, { headers: origin })).headers.get('access-control-allow-origin'),
        path,
      ).to.equal('*')
    }
    const preflight = { ...origin, 'access-control-request-method': 'POST' }
    const write = await get('/ledger/v1/attestations', { method: 'OPTIONS', headers: preflight })
    const read = await get('/ledger/v1/status', { method: 'OPTIONS', headers: preflight })
    expect(write.headers.get('access-control-allow-origin')).to.equal(null)
    expect(read.headers.get('access-control-allow-methods')).to.equal('GET, HEAD')
    expect((await post('{}', { ...json, ...origin })).headers.get('access-control-allow-origin')).to.equal(
      null,
    )
  })

  it('sends the headers of an API, and says nothing of what it is made of', async () => {
    for (const path of ['/ledger/v1/status', '/nowhere', '/']) {
      const { headers } = await get(path)
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff')
      expect(headers.get('referrer-policy'), path).to.equal('no-referrer')
      expect(headers.get('cross-origin-resource-policy'), path).to.equal('same-site')
      expect(headers.get('x-powered-by'), path).to.equal(null)
      expect(headers.get('server'), path).to.equal(null)
    }
  })

  it('answers HEAD like GET without a body, and OPTIONS with what is allowed', async () => {
    for (const path of ['/ledger/v1/status', '/tile/0/000', '/checkpoint', '/']) {
      const whole = await get(path)
      const head = await get(path, { method: 'HEAD' })
      expect(head.status, path).to.equal(200)
      expect(head.headers.get('content-length'), path).to.equal(whole.headers.get('content-length'))
      expect(await head.text(), path).to.equal('')
      expect((await whole.arrayBuffer()).byteLength, path).to.be.above(0)
    }
    const options = await get('/ledger/v1/attestations', { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).to.deep.equal([204, 'POST, OPTIONS'])
  })

  it('takes the absolute form of a target, as proxies send it', async () => {
    const answer = await rawGet(server.url, 'http://localhost/ledger/v1/entries/7')
    expect(JSON.parse(answer.body)).to.include({ entry: 7 })
    expect((await rawGet(server.url, 'http://localhost?a=1')).status).to.equal(400)
  })

  it('says on its front page what it is and what to try, and every path there works', async () => {
    const response = await get('/')
    const text = await response.text()
    expect(response.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(text).to.contain('transparency log')
    const paths = [...text.matchAll(/^ {2}(\/\S+)/gm)].map(([, path]) => path ?? '')
    expect(paths.length).to.be.at.least(5)
    for (const path of paths) expect((await get(path)).status, path).to.equal(200)
  })

  it('echoes a request id that is safe in a log line, and makes one otherwise', async () => {
    const mine = await get('/nowhere', { headers: { 'x-request-id': 'ci-42.a_b' } })
    expect(mine.headers.get('x-request-id')).to.equal('ci-42.a_b')
    expect((await jsonOf(mine)).requestId).to.equal('ci-42.a_b')
    for (const id of ['a b', '<b>', 'x'.repeat(65)]) {
      const other = await get('/nowhere', { headers: { 'x-request-id': id } })
      expect(other.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/)
    }
  })
})

describe('a ledger that fails or refuses', () => {
  it('shows a bug of ours as a 500 without details, and reports it under the same request id', async () => {
    const bug = new TypeError('undefined is not a function at /srv/secret.ts')
    const status = () => Promise.reject(bug)
    const checkpoint = () => {
      throw bug
    }
    await using server = await serveDoor(createDoor({ status, checkpoint }))
    for (const path of ['/ledger/v1/status', '/checkpoint']) {
      const response = await fetch(server.url + path)
      const text = await response.text()
      expect(response.status).to.equal(500)
      expect(response.headers.get('content-type')).to.equal('application/problem+json')
      expect(text).to.not.contain('secret').and.not.contain('TypeError')
      const { code, requestId } = JSON.parse(text)
      expect(code).to.equal('internal-error')
      expect(server.reported.pop()).to.deep.equal({ error: bug, requestId })
    }
  })

  it('reports its own broken evidence, and no refusal', async () => {
    const broken = new Fault('integrity-error', 'blob: does not hash to its name')
    const pae = () => Promise.reject(broken)
    const submit = () =>
      Promise.reject(
        new Fault('signature-invalid', 'signature 0: does not hold', { pointer: '/signatures/0' }),
      )
    await using server = await serveDoor(createDoor({ pae, submit }))
    const damaged = await fetch(`${server.url}/ledger/v1/attestations/${ID}/pae`)
    expect([damaged.status, (await jsonOf(damaged)).code]).to.deep.equal([500, 'integrity-error'])
    const refused = await fetch(`${server.url}/ledger/v1/attestations`, {
      method: 'POST',
      body: '{}',
      headers: json,
    })
    expect([refused.status, (await jsonOf(refused)).pointer]).to.deep.equal([422, '/signatures/0'])
    expect(server.reported.map(({ error }) => error)).to.deep.equal([broken])
  })

  it('pushes back with a time to come back at', async () => {
    const submit = () => Promise.reject(new Fault('busy', 'queue: full'))
    await using server = await serveDoor(createDoor({ submit }))
    const response = await fetch(`${server.url}/ledger/v1/attestations`, {
      method: 'POST',
      body: '{}',
      headers: json,
    })
    expect(response.status).to.equal(503)
    expect(Number(response.headers.get('retry-after'))).to.be.within(1, 5)
  })
})
