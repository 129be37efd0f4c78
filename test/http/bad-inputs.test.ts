/** The bad-input catalogue (robustness.md 4, H and Q), as far as it touches HTTP alone: over sockets, byte for byte. */
import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { BODY_LIMITS } from '../../src/http/request-body.ts'
import { ID, IMAGE, createDoor, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { exchange, get, head } from './raw-exchange.ts'
import type { RawAnswer } from './raw-exchange.ts'

/** Small, so that a bomb is cheap to make. */
const MAX_BYTES = 100_000

type Send = (url: string) => Promise<RawAnswer>
type Row = readonly [number: string, what: string, send: Send, status: number, code: string]

const target =
  (path: string): Send =>
  (url) =>
    get(url, path)

const raw =
  (...parts: (string | Uint8Array)[]): Send =>
  (url) =>
    exchange(url, ...parts)

function submit(body: Uint8Array | string, ...fields: string[]): Send {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const lines = ['Connection: close', `Content-Length: ${bytes.length}`, ...fields]
  return raw(head('POST', '/ledger/v1/attestations', ...lines), bytes)
}

const type = 'Content-Type: application/json'
const images = (query: string) => target(`/ledger/v1/images?component=pkg:npm/a&${query}`)
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`
const chunked = head('POST', '/ledger/v1/attestations', type, 'Transfer-Encoding: chunked')

const rows: readonly Row[] = [
  ['H1', 'no Content-Type', submit('{}'), 415, 'media-type-unsupported'],
  ['H1', 'text/plain', submit('{}', 'Content-Type: text/plain'), 415, 'media-type-unsupported'],
  [
    'H1',
    'a form',
    submit('a=1', 'Content-Type: application/x-www-form-urlencoded'),
    415,
    'media-type-unsupported',
  ],
  [
    'H1',
    'a type that only begins like JSON',
    submit('{}', 'Content-Type: application/jsonx'),
    415,
    'media-type-unsupported',
  ],
  [
    'H1',
    'no type at all',
    submit('{}', 'Content-Type: application/json; charset'),
    415,
    'media-type-unsupported',
  ],
  ['H1', 'two Content-Types', submit('{}', type, 'Content-Type: text/plain'), 415, 'media-type-unsupported'],
  ['H2', 'charset utf-7', submit('{}', `${type}; charset=utf-7`), 415, 'media-type-unsupported'],
  ['H2', 'charset utf-16, quoted', submit('{}', `${type}; charset="utf-16"`), 415, 'media-type-unsupported'],
  [
    'H2',
    'two charsets',
    submit('{}', `${type}; charset=utf-8; charset=utf-7`),
    415,
    'media-type-unsupported',
  ],
  ['H3', 'a body over the limit', submit('x'.repeat(MAX_BYTES + 1), type), 413, 'request-too-large'],
  ['H3', 'chunks over the limit', raw(chunked, chunk(60_000), chunk(60_000)), 413, 'request-too-large'],
  [
    'H3',
    'a length of 1 TB',
    raw(head('POST', '/ledger/v1/attestations', type, 'Content-Length: 1000000000000')),
    413,
    'request-too-large',
  ],
  [
    'H4',
    'a gzip bomb',
    submit(gzipSync(new Uint8Array(10_000_000)), type, 'Content-Encoding: gzip'),
    413,
    'request-too-large',
  ],
  [
    'H4',
    'brotli',
    submit(brotliCompressSync('{}'), type, 'Content-Encoding: br'),
    415,
    'media-type-unsupported',
  ],
  [
    'H4',
    'deflate',
    submit(deflateSync('{}'), type, 'Content-Encoding: deflate'),
    415,
    'media-type-unsupported',
  ],
  ['H4', 'zstd', submit('{}', type, 'Content-Encoding: zstd'), 415, 'media-type-unsupported'],
  [
    'H4',
    'gzip twice',
    submit(gzipSync(gzipSync('{}')), type, 'Content-Encoding: gzip, gzip'),
    415,
    'media-type-unsupported',
  ],
  [
    'H4',
    'gzip twice in two fields',
    submit('{}', type, 'Content-Encoding: gzip', 'Content-Encoding: gzip'),
    415,
    'media-type-unsupported',
  ],
  [
    'H4',
    'a gzip stream cut off',
    submit(gzipSync('x'.repeat(999)).subarray(0, 20), type, 'Content-Encoding: gzip'),
    400,
    'encoding-malformed',
  ],
  ['H4', 'gzip that is none', submit('{}', type, 'Content-Encoding: gzip'), 400, 'encoding-malformed'],
  [
    'H5',
    'two ways to frame a body',
    raw(head('POST', '/', 'Content-Length: 3', 'Transfer-Encoding: chunked'), '0\r\n\r\n'),
    400,
    'request-malformed',
  ],
  [
    'H5',
    'two lengths',
    raw(head('POST', '/', 'Content-Length: 3', 'Content-Length: 4'), 'abcd'),
    400,
    'request-malformed',
  ],
  ['H5', 'no Host', raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), 400, 'request-malformed'],
  [
    'H5',
    'two Hosts',
    raw('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'),
    400,
    'request-malformed',
  ],
  [
    'H5',
    'a field over 8 KiB',
    (url) => get(url, '/', `X-Long: ${'y'.repeat(9000)}`),
    431,
    'headers-too-large',
  ],
  [
    'H5',
    'many fields',
    (url) => get(url, '/', ...Array.from({ length: 900 }, (_, i) => `X-${i}: yyyyyyyyyy`)),
    431,
    'headers-too-large',
  ],
  ['H5', 'an unknown method', raw(head('BREW', '/', 'Connection: close')), 400, 'request-malformed'],
  ['H5', 'not HTTP', raw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'), 400, 'request-malformed'],
  [
    'H5',
    'DELETE',
    raw(head('DELETE', '/ledger/v1/entries/0', 'Connection: close')),
    405,
    'method-not-allowed',
  ],
  ['H5', 'GET where only POST is', target('/ledger/v1/attestations'), 405, 'method-not-allowed'],
  [
    'H5',
    'POST to a tile',
    raw(head('POST', '/tile/0/000', 'Connection: close', 'Content-Length: 2'), '{}'),
    405,
    'method-not-allowed',
  ],
  ['H5', 'TRACE', raw(head('TRACE', '/checkpoint', 'Connection: close')), 405, 'method-not-allowed'],
  ['H7', 'a bad escape', target('/%zz'), 400, 'request-malformed'],
  ['H7', 'a bad escape in an id', target('/ledger/v1/entries/%zz'), 400, 'request-malformed'],
  ['H7', 'a NUL', target('/ledger/v1/entries/0%00'), 400, 'request-malformed'],
  ['H7', 'a line break', target('/ledger/v1/entries/0%0d%0aX:1'), 400, 'request-malformed'],
  ['H7', 'invalid UTF-8', target('/%ff'), 400, 'request-malformed'],
  [
    'H7',
    'a raw byte beyond ASCII',
    raw(Buffer.from(head('GET', '/é', 'Connection: close'), 'latin1')),
    400,
    'request-malformed',
  ],
  ['H7', 'a fragment', target('/checkpoint#x'), 400, 'request-malformed'],
  ['H7', 'a star', target('*'), 400, 'request-malformed'],
  ['H7', 'a broken host in the target', target('http://[::1/nowhere'), 404, 'no-such-route'],
  ['H7', 'a target of another scheme', target('ftp://localhost/checkpoint'), 400, 'request-malformed'],
  ['H7', 'an escaped way up', target('/..%2f'), 404, 'no-such-route'],
  ['H7', 'a way up', target('/ledger/../../etc/passwd'), 404, 'no-such-route'],
  ['H7', 'an escaped way up in a tile', target('/tile/0/..%2f..%2fetc%2fpasswd'), 400, 'tile-malformed'],
  ['H7', '7 KB of URL', target(`/${'a'.repeat(7_000)}`), 414, 'url-too-long'],
  ['H7', '10 KB of URL', target(`/${'a'.repeat(10_000)}`), 414, 'url-too-long'],
  ['H7', '100 KB of URL', target(`/${'a'.repeat(100_000)}`), 414, 'url-too-long'],
  ['H8', 'an unknown route', target('/ledger/v2/status'), 404, 'no-such-route'],
  ['H8', 'a slash at the end', target('/ledger/v1/status/'), 404, 'no-such-route'],
  ['H8', 'another case', target('/ledger/v1/Status'), 404, 'no-such-route'],
  ['H8', 'an empty segment', target('//checkpoint'), 404, 'no-such-route'],
  ['H8', 'a page of markup', target('/<script>alert(1)</script>'), 404, 'no-such-route'],
  ['K11', 'a tile with leading zeros', target('/tile/0/001.p/07'), 400, 'tile-malformed'],
  ['K11', 'a partial tile of width 0', target('/tile/0/000.p/0'), 400, 'tile-malformed'],
  ['K11', 'a partial tile of width 256', target('/tile/0/000.p/256'), 400, 'tile-malformed'],
  ['K11', 'level 64', target('/tile/64/000'), 400, 'tile-malformed'],
  ['K11', 'an index without groups', target('/tile/0/1234067'), 400, 'tile-malformed'],
  ['K11', 'an escaped digit', target('/tile/0/00%30'), 400, 'tile-malformed'],
  ['K12', 'a width never published', target('/tile/0/001.p/45'), 404, 'not-recorded'],
  ['Q1', 'limit=0', images('limit=0'), 400, 'parameter-malformed'],
  ['Q1', 'limit=-1', images('limit=-1'), 400, 'parameter-malformed'],
  ['Q1', 'limit=abc', images('limit=abc'), 400, 'parameter-malformed'],
  ['Q1', 'limit=1e9', images('limit=1e9'), 400, 'parameter-malformed'],
  ['Q1', 'limit=1.5', images('limit=1.5'), 400, 'parameter-malformed'],
  ['Q1', 'limit=1001', images('limit=1001'), 400, 'parameter-malformed'],
  ['Q1', 'an Arabic three', images('limit=%D9%A3'), 400, 'parameter-malformed'],
  ['Q2', 'a repeated parameter', images('limit=1&limit=2'), 400, 'parameter-malformed'],
  ['Q3', 'an unknown parameter', images('stage=prod'), 400, 'parameter-malformed'],
  ['Q3', 'a parameter where there are none', target('/ledger/v1/status?at=5'), 400, 'parameter-malformed'],
  ['Q3', 'a parameter on a tile', target('/tile/0/000?x=1'), 400, 'parameter-malformed'],
  ['Q4', 'a bracketed name', images('a[b]=1'), 400, 'parameter-malformed'],
  ['Q4', 'a polluting name', images('__proto__[limit]=1'), 400, 'parameter-malformed'],
  ['Q7', 'a short digest', target(`/ledger/v1/images/${IMAGE.slice(0, -1)}`), 400, 'digest-malformed'],
  ['Q7', 'an upper-case digest', target(`/ledger/v1/images/${IMAGE.toUpperCase()}`), 400, 'digest-malformed'],
  ['Q7', 'a tag instead of a digest', target('/ledger/v1/images/shop:1.4'), 400, 'digest-malformed'],
  ['Q7', 'a SHA-512 digest', target(`/ledger/v1/images/sha512:${'a'.repeat(128)}`), 422, 'unsupported'],
  [
    'Q7',
    'a short attestation id',
    target(`/ledger/v1/attestations/${ID.slice(0, -2)}/pae`),
    400,
    'digest-malformed',
  ],
  ['Q8', 'an index of 2^53 + 1', target('/ledger/v1/entries/9007199254740993'), 400, 'parameter-malformed'],
  ['Q8', 'an index with a sign', target('/ledger/v1/entries/-1'), 400, 'parameter-malformed'],
  ['Q8', 'an index with a leading zero', target('/ledger/v1/entries/007'), 400, 'parameter-malformed'],
  ['Q9', 'a NUL in a value', images('range=%00'), 400, 'parameter-malformed'],
  ['Q9', 'a lone surrogate', images('range=%ED%A0%80'), 400, 'parameter-malformed'],
  ['Q9', 'more than 4 KiB', images(`cursor=${'a'.repeat(4_097)}`), 400, 'parameter-malformed'],
  ['Q9', 'an empty question', target('/ledger/v1/images?component='), 400, 'parameter-malformed'],
  ['Q9', 'no question', target('/ledger/v1/images'), 400, 'parameter-malformed'],
  ['Q9', 'no target', target('/ledger/v1/revocations'), 400, 'parameter-malformed'],
]

describe('bad input over HTTP', () => {
  let server: TestServer
  before(async () => {
    server = await serveDoor(createDoor(), { body: { ...BODY_LIMITS, maxBytes: MAX_BYTES } })
  })
  after(() => server[Symbol.asyncDispose]())

  for (const [number, what, send, status, code] of rows) {
    it(`${number} ${what}: ${status} ${code}, in JSON, and the next request is served`, async () => {
      const answer = await send(server.url)
      expect(answer.status).to.equal(status)
      expect(answer.headers.get('content-type')).to.equal('application/problem+json')
      const problem = JSON.parse(answer.body)
      expect(problem).to.include({ status, code, type: `https://attestree.dev/errors/${code}` })
      expect(problem.requestId).to.equal(answer.headers.get('x-request-id'))
      expect(answer.body).to.not.match(/<html|node_modules|\n\s+at /i)
      expect(problem.detail.length).to.be.below(300)
      expect(server.reported).to.deep.equal([])
      expect((await get(server.url, '/ledger/v1/status')).status).to.equal(200)
    })
  }

  it('names the limit and what it got, whenever something is too large', async () => {
    for (const row of rows.filter(([, , , status]) => status === 413)) {
      const problem = JSON.parse((await row[2](server.url)).body)
      expect(problem.limit, row[1]).to.equal(MAX_BYTES)
      expect(problem.received, row[1]).to.be.above(MAX_BYTES)
    }
  })

  it('names the methods that a route has, whenever one is not allowed', async () => {
    for (const row of rows.filter(([, , , status]) => status === 405)) {
      expect((await row[2](server.url)).headers.get('allow'), row[1]).to.match(/^(GET, HEAD|POST), OPTIONS$/)
    }
  })
})
