/**
 * Problems (RFC 9457): the only map from faults to HTTP statuses (contracts.md 7), and the only place that
 * answers with an error. Always JSON, never a stack; what is shown of the input has its control characters escaped.
 *
 *     {"type": "https://attestree.dev/errors/untrusted-signer", "title": …, "status": 403, "detail": …,
 *      "code": "untrusted-signer", "pointer": …, "hint": …, "requestId": …, and the fault's facts}
 *
 * A bug of ours is a 500 with the code `internal-error`: what happened goes to `report`, not to the caller.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '../errors.ts'
import type { FaultClass, Reason } from '../errors.ts'
import { answerEarly, isBodyComing } from './early-answer.ts'
import { printable, printableJson } from '../encoding/printable.ts'

const statusOfClass = {
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
  // Evidence that does not hold is a client's finding. Met inside a server it means that our own storage is broken.
  'bad-proof': 500,
  unproven: 500,
} as const satisfies Record<FaultClass, number>

/** Refusals of the protocol itself, for which HTTP has a status of its own. */
const statusOfReason: { readonly [reason in Reason]?: number } = {
  'token-required': 401,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'url-too-long': 414,
  'media-type-unsupported': 415,
  'rate-limited': 429,
  'headers-too-large': 431,
}

/** One short sentence a class: RFC 9457 wants a title that does not change from case to case. */
const titleOfClass = {
  malformed: 'The request could not be read',
  unacceptable: 'The request was understood and refused',
  unsupported: 'Not supported by this ledger',
  'bad-signature': 'A signature does not hold',
  untrusted: 'The signer is not trusted for this',
  denied: 'Not allowed to submit here',
  revoked: 'The signing key is revoked',
  'too-large': 'Too large',
  'not-recorded': 'Not recorded in this ledger',
  'not-found': 'Nothing is here',
  conflict: 'In conflict with what is there',
  busy: 'Busy, try again',
  'read-only': 'This ledger is read-only',
  'storage-full': 'This ledger has no space left',
  'bad-proof': 'The ledger found its own records damaged',
  unproven: 'Not established',
} as const satisfies Record<FaultClass, string>

const TYPE_BASE = 'https://attestree.dev/errors/'
/** A queue of one batch is committed well within it. */
const RETRY_AFTER_SECONDS = 2
/** Room for our own sentence and the ~100 characters of input that a fault may show. */
const MAX_DETAIL_CHARS = 1000

export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body: string
}

/** Told of every failure that is ours (status 500), with the request id that the caller was given. */
export type Report = (error: unknown, requestId: string) => void

/** The problem that an error is: pure, and the same for a request that Node could not even parse. */
export function problemOf(error: unknown, requestId: string): Problem {
  const members = error instanceof Fault ? membersOf(error) : internalError
  return {
    status: members.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(members.status === 503 && error instanceof Fault && error.class === 'busy'
        ? { 'retry-after': String(RETRY_AFTER_SECONDS) }
        : {}),
    },
    body: `${printableJson({ ...members, requestId })}\n`,
  }
}

interface Members {
  readonly status: number
  readonly code: string
}

const internalError: Members & Record<string, unknown> = {
  type: `${TYPE_BASE}internal-error`,
  title: 'The ledger failed',
  status: 500,
  detail:
    'This is a fault of the ledger, not of the request. Its operator finds the cause under the request id.',
  code: 'internal-error',
}

function membersOf(fault: Fault): Members & Record<string, unknown> {
  // Facts come first: none of them may stand in for a standard member.
  return {
    ...fault.facts,
    type: TYPE_BASE + fault.reason,
    title: titleOfClass[fault.class],
    status: statusOfReason[fault.reason] ?? statusOfClass[fault.class],
    detail: shown(fault.message),
    code: fault.reason,
    ...(fault.pointer === undefined ? {} : { pointer: shown(fault.pointer) }),
    ...(fault.hint === undefined ? {} : { hint: shown(fault.hint) }),
  }
}

/** Readers print details to terminals. */
function shown(text: string): string {
  const cut = text.length > MAX_DETAIL_CHARS ? `${text.slice(0, MAX_DETAIL_CHARS)}…` : text
  return printable(cut)
}

/** Answers a request with a problem. One that has begun to be answered is cut, so that it cannot look whole. */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  { requestId, report }: { readonly requestId: string; readonly report: Report },
): void {
  const problem = problemOf(error, requestId)
  if (problem.status === 500) report(error, requestId)
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = new TextEncoder().encode(problem.body)
  response.removeHeader('etag')
  response.statusCode = problem.status
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value)
  response.setHeader('content-length', body.length)
  if (isBodyComing(request)) answerEarly(request, response, body)
  else response.end(body)
}
