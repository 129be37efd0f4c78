/** Who may submit by HTTP before anything is read: tokens, and how often an address may. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { Client } from '../../src/client/client.ts'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { BATCHES_PER_WINDOW, SUBMISSIONS_PER_WINDOW } from '../../src/http/rate-limit.ts'
import { parseTokens } from '../../src/http/submit-tokens.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { payloads, trust } from '../helpers/story.ts'
import { createTestLedger, keys, signEnvelope } from '../helpers/test-ledger.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'
import { differences, resolve, type Json } from './openapi-document.ts'

const TOKEN = 'dGhpcyBpcyBubyBzZWNyZXQgYXQgYWxs'
const OTHER = 'YW5vdGhlciBvbmUsIG9mIHNvbWVib2R5'
const SUBMIT = '/ledger/v1/attestations'
const BATCH = '/ledger/v1/attestations:batch'

function post(url: string, headers: Record<string, string> = {}, body = '{}'): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

describe('submit tokens', () => {
  it('let in whoever brings one, tell the others apart, and are asked for before a body is read', async () => {
    await using server = await serveDoor(createDoor(), { submitTokens: [OTHER, TOKEN] })
    for (const path of [SUBMIT, BATCH]) {
      const without = await post(server.url + path, {}, 'no JSON')
      expect([without.status, without.headers.get('www-authenticate')]).to.deep.equal([
        401,
        'Bearer realm="submit"',
      ])
      const problem = (await jsonOf(without)) as Json
      expect(problem).to.include({ code: 'token-required' })
      expect(differences(resolve('#/components/schemas/Problem'), problem)).to.deep.equal([])
      for (const wrong of [`${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
        const refused = await post(server.url + path, { authorization: `Bearer ${wrong}` })
        expect([refused.status, (await jsonOf(refused))['code']]).to.deep.equal([403, 'token-refused'])
      }
      for (const scheme of [`Basic ${TOKEN}`, TOKEN, 'Bearer '])
        expect((await post(server.url + path, { authorization: scheme })).status, scheme).to.equal(401)
    }
    for (const authorization of [`Bearer ${TOKEN}`, `bearer  ${OTHER}`])
      expect((await post(server.url + SUBMIT, { authorization })).status).to.equal(201)
    expect((await fetch(`${server.url}/ledger/v1/status`)).status, 'reading needs none').to.equal(200)
  })

  it('are sent by a client with what it submits, and with nothing else', async () => {
    const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await using server = await serveDoor(ledger, { submitTokens: [TOKEN] })
    const sent: (string | null)[] = []
    const spying: typeof fetch = (input, init) => {
      sent.push(new Headers(init?.headers).get('authorization'))
      return fetch(input, init)
    }
    const body = signEnvelope(payloads.shop, keys.ci)
    const refused = await asyncRefusal(new Client({ url: server.url, ...trust }).submit(body))
    expect([refused.reason, exitCodeOf(refused)]).to.deep.equal(['token-required', 30])
    const client = new Client({ url: server.url, ...trust, token: TOKEN, fetch: spying })
    await client.status()
    expect((await client.submit(body)).signatures).to.have.length(1)
    expect(sent.filter((one) => one !== null)).to.deep.equal([`Bearer ${TOKEN}`])
  })

  it('are read from a file line by line, and never repeated in a message', () => {
    expect(parseTokens(`# ci\n${TOKEN}\n\n  ${OTHER}=  \r\n`, 'f')).to.deep.equal([TOKEN, `${OTHER}=`])
    for (const bad of ['', '# nobody\n', 'short', `${TOKEN} ${OTHER}`, `${TOKEN}\n${'ä'.repeat(30)}`]) {
      const { message } = expectFault('parameter-malformed', () => parseTokens(bad, 'f'))
      expect(message)
        .to.not.contain(bad.trim() === '' ? TOKEN : bad)
        .and.not.contain(TOKEN)
    }
  })
})

describe('the rate limit', () => {
  it('holds an address to its submissions a minute while admission is open, and nobody else', async () => {
    let admission: 'open' | 'registered' = 'registered'
    await using server = await serveDoor(createDoor({ admission: () => admission }))
    const many = await Promise.all(Array.from({ length: 5 }, () => post(server.url + SUBMIT)))
    expect(many.every(({ status, headers }) => status === 201 && !headers.has('ratelimit'))).to.equal(true)
    admission = 'open'
    for (let i = 0; i < SUBMISSIONS_PER_WINDOW; i++) await (await post(server.url + SUBMIT)).body?.cancel()
    const refused = await post(server.url + SUBMIT)
    expect(refused.status).to.equal(429)
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60)
    expect(refused.headers.get('ratelimit')).to.match(/remaining=0/)
    expect(refused.headers.get('content-type')).to.equal('application/problem+json')
    expect(await jsonOf(refused)).to.include({
      code: 'rate-limited',
      limit: SUBMISSIONS_PER_WINDOW,
      status: 429,
    })
    // A header that anyone can send makes no other address of one.
    expect((await post(server.url + SUBMIT, { 'x-forwarded-for': '203.0.113.9' })).status).to.equal(429)
    expect((await fetch(`${server.url}/ledger/v1/status`)).status, 'reading goes on').to.equal(200)
  })

  it('counts batches by themselves, and addresses behind a proxy that is trusted', async () => {
    await using server = await serveDoor(createDoor(), { rateLimit: 'on', trustedProxies: 1 })
    const batch = async (address: string) =>
      (await post(server.url + BATCH, { 'x-forwarded-for': address }, '[{}]')).status
    for (let i = 0; i < BATCHES_PER_WINDOW; i++) expect(await batch('203.0.113.9')).to.equal(200)
    expect([await batch('203.0.113.9'), await batch('203.0.113.10')]).to.deep.equal([429, 200])
    await using off = await serveDoor(createDoor({ admission: () => 'open' }), { rateLimit: 'off' })
    for (let i = 0; i <= BATCHES_PER_WINDOW; i++)
      expect((await post(off.url + BATCH, {}, '[{}]')).status).to.equal(200)
  })
})
