import { expect } from 'chai'
import { describe, it } from 'mocha'
import { Fault } from '../../src/errors.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'

const PATH = '/ledger/v1/attestations'
const TOKEN = 'a'.repeat(24)

interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/** What callers are told, without what differs from one request to the next. */
async function post(url: string, path: string, init: RequestInit): Promise<Told> {
  const response = await fetch(url + path, {
    ...init,
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'x-request-id': 'same', ...init.headers },
  })
  const { date: _, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await jsonOf(response) }
}

const json = { 'content-type': 'application/json' }

describe('submissions past Express', () => {
  const refused = createDoor({
    submit: async () => {
      throw new Fault('busy', 'ledger: too much')
    },
  })
  const broken = createDoor({
    submit: async () => {
      throw new Error('a bug')
    },
  })
  const cases = [
    ['a submission', createDoor(), PATH, { headers: json, body: '{}' }, 201],
    ['a refusal', refused, PATH, { headers: json, body: '{}' }, 503],
    ['a bug', broken, PATH, { headers: json, body: '{}' }, 500],
    [
      'another media type',
      createDoor(),
      PATH,
      { headers: { 'content-type': 'text/plain' }, body: '{}' },
      415,
    ],
    ['no media type', createDoor(), PATH, { body: new Uint8Array(2) }, 415],
    ['a parameter', createDoor(), `${PATH}?at=1`, { headers: json, body: '{}' }, 400],
  ] as const

  for (const [name, door, path, init, status] of cases) {
    it(`is answered as by the route, header by header: ${name}`, async () => {
      await using lane = await serveDoor(door)
      // A token guards the route, so the same request goes the long way.
      await using route = await serveDoor(door, { submitTokens: [TOKEN] })
      const answers = [await post(lane.url, path, init), await post(route.url, path, init)]
      expect(answers[0]?.status).to.equal(status)
      expect(answers[0]).to.deep.equal(answers[1])
      expect(lane.reported.length).to.equal(route.reported.length)
    })
  }

  it('is closed where a guard stands: without the token, or after too many, nothing is submitted', async () => {
    let submitted = 0
    const door = createDoor({
      submit: () => {
        submitted++
        return createDoor().submit(new Uint8Array())
      },
    })
    await using guarded = await serveDoor(door, { submitTokens: [TOKEN] })
    const response = await fetch(guarded.url + PATH, { method: 'POST', headers: json, body: '{}' })
    expect([response.status, submitted]).to.deep.equal([401, 0])
    await using limited = await serveDoor(door, { rateLimit: 'on' })
    const { headers } = await post(limited.url, PATH, { headers: json, body: '{}' })
    expect(headers).to.have.property('ratelimit')
  })

  it('is counted under the name of its route', async () => {
    await using server = await serveDoor(createDoor())
    await post(server.url, PATH, { headers: json, body: '{}' })
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).to.include(`attestree_http_request_seconds_count{route="${PATH}",status="2xx"} 1`)
  })
})
