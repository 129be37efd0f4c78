import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { attestationId } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, tellStory, trust } from '../helpers/story.ts'
import { digestOf, sbomPayload, signEnvelope, testKey } from '../helpers/test-ledger.ts'

describe('client', () => {
  let client: Client

  before(async () => {
    client = clientOf((await tellStory()).ledger)
  })

  describe('of a refusing server', () => {
    it('throws the same fault that the ledger threw', async () => {
      const unknown = await asyncRefusal(client.attestation(attestationId(digestOf('nobody'))))
      expect([unknown.reason, unknown.class]).to.deep.equal(['not-recorded', 'not-recorded'])
      const stranger = await asyncRefusal(
        client.submit(signEnvelope(sbomPayload('y', ['a@1.0.0']), testKey('stranger'))),
      )
      expect([stranger.reason, stranger.class]).to.deep.equal(['untrusted-signer', 'untrusted'])
      expect(stranger.hint).to.be.a('string')
    })

    it('keeps pointer, hint, facts and when to come back', async () => {
      const problem = {
        code: 'busy',
        detail: 'busy now',
        pointer: '/a',
        hint: 'wait',
        limit: 5,
        requestId: 'r1',
        nested: {},
      }
      const headers = { 'content-type': 'application/problem+json', 'retry-after': '2' }
      const fault = await asyncRefusal(answering(JSON.stringify(problem), { status: 503, headers }).status())
      expect([fault.reason, fault.message, fault.pointer, fault.hint]).to.deep.equal([
        'busy',
        'busy now',
        '/a',
        'wait',
      ])
      expect(fault.facts).to.deep.equal({ limit: 5, requestId: 'r1', retryAfterSeconds: 2 })
    })

    it('takes a reason that it does not know as an error without a reason, and no problem at all as no ledger', async () => {
      const headers = { 'content-type': 'application/problem+json' }
      const asked = [
        answering('{"code":"from-the-future","detail":"no"}', { status: 400, headers }),
        answering('{"code":"toString"}', { status: 400, headers }),
      ]
      const others = [
        answering('{"code":', { status: 400, headers }),
        answering('<h1>no</h1>', { status: 403, headers: { 'content-type': 'text/html' } }),
      ]
      for (const one of others) {
        const error: unknown = await one.status().catch((cause: unknown) => cause)
        expect(error).to.be.instanceOf(Unreachable).with.property('kind', 'no-ledger')
      }
      for (const one of asked) {
        const error: unknown = await one.status().catch((cause: unknown) => cause)
        expect(error).to.be.an('error')
        expect(String(error)).to.match(/^Error: server: status 40[03]: /)
      }
    })

    it('believes no server that a check of its own failed: an honest log must not look forked', async () => {
      const reasons = [
        'log-forked',
        'log-rolled-back',
        'inclusion-proof-invalid',
        'wrong-log-key',
        'wrong-trust-root',
        'pin-malformed',
        'unproven',
      ]
      for (const code of reasons) {
        const problem = { code, detail: 'it has', hint: 'rm -r pins', remembered: 'a', shown: 'b' }
        const headers = { 'content-type': 'application/problem+json' }
        const fault = await asyncRefusal(
          answering(JSON.stringify(problem), { status: 400, headers }).status(),
        )
        expect([fault.reason, fault.hint, fault.facts], code).to.deep.equal([
          'answer-malformed',
          undefined,
          {},
        ])
      }
    })

    it('does not take a page of HTML for an answer', async () => {
      const fault = await asyncRefusal(
        answering('<h1>welcome</h1>', { headers: { 'content-type': 'text/html' } }).status(),
      )
      expect(fault.reason).to.equal('answer-malformed')
      expect(fault.hint).to.include(URL_OF_LEDGER)
    })

    it('keeps no piece of an answer: a million tiny ones cost what their bytes cost', async () => {
      const text = new TextEncoder().encode('{"code":"busy","detail":"come again"}')
      const piece = new Uint8Array(1)
      let at = 0
      // The same piece each time: whoever kept them would have one byte many times.
      const tiny = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            piece[0] = text[at++] ?? 0
            if (at > text.length) controller.close()
            else controller.enqueue(piece)
          },
        },
        { highWaterMark: 0 },
      )
      const headers = { 'content-type': 'application/problem+json' }
      const fault = await asyncRefusal(answering(tiny, { status: 503, headers }).status())
      expect(fault.message).to.equal('come again')
    })

    it('does not read without end', async () => {
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)),
      })
      const fault = await asyncRefusal(
        answering(endless, { headers: { 'content-type': 'application/json' } }).status(),
      )
      expect(fault.reason).to.equal('answer-malformed')
    })
  })

  describe('of no server', () => {
    it('says that nobody was reached, and where', async () => {
      const failing = clientWith(() =>
        Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
      )
      const error: unknown = await failing.status().catch((cause: unknown) => cause)
      if (!(error instanceof Unreachable)) throw new Error('expected Unreachable')
      expect([error.kind, error.message]).to.deep.equal([
        'no-answer',
        'https://ledger.test: connect ECONNREFUSED',
      ])
    })

    it('takes the bad gateway of a proxy as nobody reached', async () => {
      const error: unknown = await answering('<h1>502</h1>', {
        status: 502,
        headers: { 'content-type': 'text/html' },
      })
        .status()
        .catch((cause: unknown) => cause)
      expect(error).to.be.instanceOf(Unreachable)
    })

    it('waits no longer than it was told, also in the middle of an answer', async () => {
      const stuck = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(1)),
      })
      const late = clientWith((_url, init) => {
        // As fetch does: the body ends with the signal.
        init?.signal?.addEventListener('abort', () => void stuck.cancel().catch(() => undefined))
        return new Promise((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
        )
      }, 20)
      const error: unknown = await late.status().catch((cause: unknown) => cause)
      if (!(error instanceof Unreachable)) throw new Error('expected Unreachable')
      expect(error.kind).to.equal('timeout')
    })

    it('gives up when its caller does, with the reason of the caller', async () => {
      const controller = new AbortController()
      const never = clientWith(
        (_url, init) =>
          new Promise((_resolve, reject) =>
            init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
          ),
      )
      const asked = never.status({ signal: controller.signal })
      controller.abort(new Error('enough'))
      const error: unknown = await asked.catch((cause: unknown) => cause)
      expect(String(error)).to.equal('Error: enough')
    })
  })
  function clientWith(fetch: typeof globalThis.fetch, timeoutMs?: number): Client {
    return new Client({
      url: URL_OF_LEDGER,
      ...trust,
      fetch,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  }

  function answering(body: ConstructorParameters<typeof Response>[0], init: ResponseInit): Client {
    return clientWith(() => Promise.resolve(new Response(body, init)))
  }
})
