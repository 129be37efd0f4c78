import { describe, it } from 'mocha'
import { expect } from 'chai'
import { connect } from 'node:net'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { BODY_LIMITS } from '../../src/http/request-body.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'
import { exchange, exchangeUntilClosed, head } from './raw-exchange.ts'

const type = 'Content-Type: application/json'
const path = '/ledger/v1/attestations'
const chunkedHead = head('POST', path, type, 'Transfer-Encoding: chunked')
const limit = 100_000
const body = { ...BODY_LIMITS, maxBytes: limit }

function post(
  url: string,
  bytes: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  const init = { method: 'POST', body: bytes, headers: { 'content-type': 'application/json', ...headers } }
  return fetch(url + path, init)
}

describe('request bodies', () => {
  it('are taken up to the limit to the byte, compressed or not, and not beyond', async () => {
    const lengths: number[] = []
    const door = createDoor()
    const submit = (bytes: Uint8Array) => (lengths.push(bytes.length), door.submit(bytes))
    await using server = await serveDoor({ ...door, submit }, { body })
    const gzip = { 'content-encoding': 'gzip' }
    for (const length of [0, 1, limit, limit + 1]) {
      const bytes = new Uint8Array(length).fill(0x20)
      const wanted = length > limit ? 413 : 201
      expect((await post(server.url, bytes)).status, `${length}`).to.equal(wanted)
      expect((await post(server.url, gzipSync(bytes), gzip)).status, `${length} in gzip`).to.equal(wanted)
    }
    expect(lengths).to.deep.equal([0, 0, 1, 1, limit, limit])
  })

  it('may have 88 MiB, as the design says', () => {
    expect(BODY_LIMITS.maxBytes).to.equal(88 * 1024 * 1024)
    // A payload of 64 MiB in base64 and a mebibyte of everything else.
    expect(BODY_LIMITS.maxBytes).to.be.above((64 * 1024 * 1024 * 4) / 3 + 1024 * 1024)
  })

  it('that are refused for their length are answered while they still come, and the connection is closed', async () => {
    await using server = await serveDoor(createDoor(), { body })
    const chunk = `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`
    // Neither request ever ends: only a server that answers early, and closes by itself, comes to an end here.
    const answers = await Promise.all([
      exchangeUntilClosed(server.url, chunkedHead, chunk, chunk),
      exchangeUntilClosed(server.url, head('POST', path, type, 'Content-Length: 99999999'), 'x'),
    ])
    for (const answer of answers) {
      expect(answer.status).to.equal(413)
      expect(answer.headers.get('connection')).to.equal('close')
    }
    const [counted, declared] = answers.map((answer) => JSON.parse(answer.body).received)
    expect(counted).to.be.within(limit + 1, 140_000)
    expect(declared).to.equal(99_999_999)
  })

  it('that are refused reach a client that sends everything before it reads', async () => {
    await using server = await serveDoor(createDoor(), { body })
    const bytes = new Uint8Array(5_000_000)
    const answer = await exchange(
      server.url,
      head('POST', path, type, `Content-Length: ${bytes.length}`),
      bytes,
    )
    expect(JSON.parse(answer.body)).to.include({ code: 'request-too-large', limit, received: 5_000_000 })
  })

  it('are not asked for when they would be refused', async () => {
    const submitted: Uint8Array[] = []
    const door = createDoor()
    const submit = (bytes: Uint8Array) => (submitted.push(bytes), door.submit(bytes))
    await using server = await serveDoor({ ...door, submit }, { body })
    const asking = (...fields: string[]) =>
      head('POST', path, 'Connection: close', 'Expect: 100-continue', ...fields)
    const tooLong = await exchange(server.url, asking(type, 'Content-Length: 100001'))
    const wrongType = await exchange(server.url, asking('Content-Type: text/plain', 'Content-Length: 2'))
    expect([tooLong.status, wrongType.status]).to.deep.equal([413, 415])

    const { hostname, port } = new URL(server.url)
    const socket = connect({ host: hostname, port: Number(port) })
    socket.write(asking(type, 'Content-Length: 2'))
    expect(String((await once(socket, 'data'))[0])).to.equal('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write('{}')
    expect(String((await once(socket, 'data'))[0])).to.match(/^HTTP\/1\.1 201 /)
    expect(submitted).to.deep.equal([new TextEncoder().encode('{}')])
  })

  it('that drip are answered 408', async () => {
    await using server = await serveDoor(createDoor(), { body: { ...body, paceMs: 30, paceBytes: 10 } })
    const answer = await exchange(server.url, head('POST', path, type, 'Content-Length: 1000'), '{"a')
    expect([answer.status, JSON.parse(answer.body).code]).to.deep.equal([408, 'request-timeout'])
  })

  it('together hold no more than their share of memory, and give it back when answered', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let arrived = () => {}
    const first = new Promise<void>((resolve) => (arrived = resolve))
    const door = createDoor()
    const submit = async (bytes: Uint8Array) => {
      arrived()
      await held
      return door.submit(bytes)
    }
    await using server = await serveDoor({ ...door, submit }, { body: { ...body, maxHeldBytes: 150_000 } })
    const large = new Uint8Array(limit)
    const slow = post(server.url, large)
    await first
    const pushedBack = await post(server.url, large)
    expect([pushedBack.status, (await jsonOf(pushedBack))['code']]).to.deep.equal([503, 'busy'])
    expect(pushedBack.headers.get('retry-after')).to.not.equal(null)
    release()
    expect((await slow).status).to.equal(201)
    for (let i = 0; i < 3; i++) expect((await post(server.url, large)).status).to.equal(201)
  })

  it('of a client that leaves are forgotten: nothing is submitted or reported, and no memory stays held', async () => {
    let submitted = 0
    const door = createDoor()
    const submit = (bytes: Uint8Array) => (submitted++, door.submit(bytes))
    await using server = await serveDoor({ ...door, submit }, { body: { ...body, maxHeldBytes: limit } })
    const { hostname, port } = new URL(server.url)
    for (const coding of ['identity', 'gzip']) {
      const socket = connect({ host: hostname, port: Number(port) })
      socket.write(
        head(
          'POST',
          path,
          type,
          `Content-Encoding: ${coding}`,
          'Content-Length: 90000',
          'Expect: 100-continue',
        ),
      )
      await once(socket, 'data')
      const part = coding === 'gzip' ? gzipSync('x'.repeat(90_000)).subarray(0, 50) : 'x'.repeat(80_000)
      await new Promise((resolve) => socket.end(part, () => resolve(undefined)))
      await once(socket.resume(), 'close')
    }
    expect((await post(server.url, new Uint8Array(limit))).status).to.equal(201)
    expect([submitted, server.reported]).to.deep.equal([1, []])
  })
})
