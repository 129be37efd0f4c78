import { expect } from 'chai'
import { describe, it } from 'mocha'
import { Client } from '../../src/client/client.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { trust } from '../helpers/story.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

describe('the submit token', () => {
  it('goes with submissions alone, and with no question, whatever is sent for it', async () => {
    const sent: [path: string, authorization: string | null][] = []
    const client = new Client({
      ...trust,
      url: 'https://ledger.test',
      token: 'a-token-of-some-length',
      fetch: async (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input)
        sent.push([pathname, new Headers(init?.headers).get('authorization')])
        return new Response('{}', { status: 400, headers: { 'content-type': 'application/json' } })
      },
    })
    const body = signEnvelope(sbomPayload('shop', ['a@1']), keys.ci)
    const question = parseSearchQuestion({ parts: [{ hash: `sha256:${'ab'.repeat(32)}` }] })
    const calls = [client.submit(body), client.submitMany([body]), client.search(question), client.status()]
    for (const { status } of await Promise.allSettled(calls)) expect(status).to.equal('rejected')
    expect(new Map(sent)).to.deep.equal(
      new Map([
        ['/ledger/v1/attestations', 'Bearer a-token-of-some-length'],
        ['/ledger/v1/attestations:batch', 'Bearer a-token-of-some-length'],
        ['/ledger/v1/search', null],
        ['/ledger/v1/status', null],
      ]),
    )
  })
})

describe('a connection that the server closed in the meantime', () => {
  it('is no failure of a question, which is asked once more; a submission is not sent again unasked', async () => {
    const sent: string[] = []
    const client = new Client({
      ...trust,
      url: 'https://ledger.test',
      fetch: async (input) => {
        sent.push(new URL(input instanceof Request ? input.url : input).pathname)
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
        })
      },
    })
    const body = signEnvelope(sbomPayload('shop', ['a@1']), keys.ci)
    for (const call of [() => client.submit(body), () => client.status()])
      await call().then(
        () => expect.fail('expected no answer'),
        (cause: unknown) => expect(cause).to.be.instanceOf(Unreachable),
      )
    expect(sent).to.deep.equal(['/ledger/v1/attestations', '/ledger/v1/status', '/ledger/v1/status'])
  })
})
