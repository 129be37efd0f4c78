import { describe, it } from 'mocha'
import { expect } from 'chai'
import { Fault, classOfReason } from '../../src/errors.ts'
import type { Reason } from '../../src/errors.ts'
import { problemOf } from '../../src/http/problem.ts'

const reasons = Object.keys(classOfReason) as Reason[]
const body = (error: unknown) => JSON.parse(problemOf(error, 'r1').body) as Record<string, unknown>

describe('problems', () => {
  /** contracts.md 7, the last table. */
  const statuses: Record<string, number> = {
    malformed: 400,
    unacceptable: 422,
    unsupported: 422,
    'bad-signature': 422,
    untrusted: 403,
    denied: 403,
    revoked: 403,
    'too-large': 413,
    'not-recorded': 404,
    'not-found': 404,
    conflict: 409,
    busy: 503,
    'read-only': 503,
    'storage-full': 507,
    'bad-proof': 500,
    unproven: 500,
  }
  const ofTheProtocol: Partial<Record<Reason, number>> = {
    'token-required': 401,
    'method-not-allowed': 405,
    'request-timeout': 408,
    'url-too-long': 414,
    'media-type-unsupported': 415,
    'rate-limited': 429,
    'headers-too-large': 431,
  }

  it('gives every reason the status of its class, and RFC 9457 members that name it', () => {
    for (const reason of reasons) {
      const problem = problemOf(new Fault(reason, 'subject: expected this, got that'), 'r1')
      expect(problem.status, reason).to.equal(ofTheProtocol[reason] ?? statuses[classOfReason[reason]])
      const members = JSON.parse(problem.body) as Record<string, unknown>
      expect(members).to.include({
        type: `https://attestree.dev/errors/${reason}`,
        status: problem.status,
        detail: 'subject: expected this, got that',
        code: reason,
        requestId: 'r1',
      })
      expect(members['title']).to.be.a('string').and.not.be.empty
      expect(members).to.not.have.any.keys('pointer', 'hint')
    }
  })

  it('shows pointer, hint and facts, and lets no fact stand in for a standard member', () => {
    const facts = { limit: 5, received: 6, status: 200, code: 'fine', type: 'about:blank', detail: 'x' }
    const fault = new Fault('request-too-large', 'body: too long', {
      pointer: '/a/0',
      hint: 'Send less.',
      facts,
    })
    expect(body(fault)).to.include({
      limit: 5,
      received: 6,
      pointer: '/a/0',
      hint: 'Send less.',
      status: 413,
      code: 'request-too-large',
      type: 'https://attestree.dev/errors/request-too-large',
      detail: 'body: too long',
    })
  })

  it('tells when to come back only where coming back helps', () => {
    for (const reason of reasons) {
      const { status, headers } = problemOf(new Fault(reason, 'x'), 'r1')
      const wanted = classOfReason[reason] === 'busy' && status === 503
      expect('retry-after' in headers, reason).to.equal(wanted)
    }
  })

  it('says nothing about a bug of ours but the request id', () => {
    const { status, body: text } = problemOf(new TypeError('secret /home/me/key.pem'), 'r-42')
    expect(status).to.equal(500)
    expect(JSON.parse(text)).to.include({ code: 'internal-error', requestId: 'r-42', status: 500 })
    expect(text).to.not.contain('secret').and.not.contain('TypeError').and.not.contain('at ')
  })

  it('shows no control, direction or surrogate character of the input as such', () => {
    const message = 'name: got \u001b[31mred\u0000\r\n\u202egnp\u2028 \ud800 \u{e0001}'
    const { detail } = body(new Fault('purl-malformed', message))
    expect(detail).to.equal(
      'name: got \\u{1b}[31mred\\u{0}\\u{d}\\u{a}\\u{202e}gnp\\u{2028} \\u{d800} \\u{e0001}',
    )
  })

  it('cuts a detail that is too long', () => {
    expect(String(body(new Fault('purl-malformed', 'x'.repeat(100_000)))['detail']).length).to.be.at.most(
      1001,
    )
  })
})
