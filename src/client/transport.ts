/**
 * One HTTP exchange: `fetch` with a time limit and a size limit. Nothing that comes back is believed here.
 *
 * Whatever the network does becomes one of three things: bytes, a refusal (problem.ts), or `Unreachable`.
 */
import { Fault } from '../errors.ts'
import { createGrowingBytes } from '../encoding/growing-bytes.ts'
import { errorOfRefusal } from './problem.ts'
import { Unreachable } from './unreachable.ts'

export interface Transport {
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  /** Sent with submissions, and with nothing else. */
  readonly token?: string | undefined
}

export interface Exchange {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly accept: string
  /** JSON, for POST. */
  readonly body?: Uint8Array
  /** Then the submit token goes with it, and with nothing else. */
  readonly isSubmission?: boolean
  /** More bytes than this are not read. */
  readonly maxBytes: number
  /** How many times the usual it may take. @default 1 */
  readonly patience?: number
  readonly signal?: AbortSignal | undefined
}

export interface Received {
  readonly status: number
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** A problem is a few lines. */
const MAX_PROBLEM_BYTES = 64 * 1024

/** What a proxy answers by itself when the server behind it is away. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * @throws Fault with the server's reason, if it refused
 * @throws Fault `bad-proof` (`answer-malformed`) if the answer is longer than it may be
 * @throws Unreachable; the signal's reason, if the caller gave up
 */
export async function exchange(transport: Transport, wanted: Exchange): Promise<Received> {
  wanted.signal?.throwIfAborted()
  const timeout = AbortSignal.timeout(transport.timeoutMs * (wanted.patience ?? 1))
  const signal = wanted.signal === undefined ? timeout : AbortSignal.any([wanted.signal, timeout])
  const { response, bytes } = await converse(transport, wanted, signal)
  const contentType = response.headers.get('content-type') ?? ''
  if (response.ok) return { status: response.status, contentType, bytes }
  const refusal = {
    status: response.status,
    contentType,
    retryAfter: response.headers.get('retry-after') ?? undefined,
    body: bytes,
  }
  const error = errorOfRefusal(refusal, wanted.url.href)
  if (error instanceof Fault || !gatewayStatuses.has(response.status)) throw error
  throw new Unreachable('no-answer', wanted.url.href, `${wanted.url.origin}: ${error.message}`, error)
}

async function converse(
  transport: Transport,
  wanted: Exchange,
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly bytes: Uint8Array }> {
  try {
    const response = await send(transport, wanted, signal)
    const bytes = await readAll(response, response.ok ? wanted.maxBytes : MAX_PROBLEM_BYTES)
    return { response, bytes }
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    if (wanted.signal?.aborted === true) throw wanted.signal.reason
    throw unreachable(transport, wanted, cause, signal.aborted)
  }
}

/** How Node says that a connection which was kept open is no longer; browsers ask again by themselves. */
const goneCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/**
 * Questions once more: servers close connections on which nobody asks for some seconds, and a client that is verifying a large
 * answer for longer does not see it before it asks for the next page.
 */
async function send(transport: Transport, wanted: Exchange, signal: AbortSignal): Promise<Response> {
  const request = (): Promise<Response> =>
    transport.fetch(wanted.url, requestOf(wanted, signal, transport.token))
  try {
    return await request()
  } catch (cause) {
    const error = cause instanceof Error ? cause.cause : undefined
    const isGone = error instanceof Error && 'code' in error && goneCodes.has(error.code)
    if (!isGone || wanted.isSubmission === true) throw cause
    return request()
  }
}

const thisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function requestOf(
  { url, method, accept, body, isSubmission = false }: Exchange,
  signal: AbortSignal,
  token?: string,
): RequestInit {
  const authorization = token === undefined || !isSubmission ? {} : { authorization: `Bearer ${token}` }
  const headers = {
    accept,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...authorization,
    // On one machine, compressing costs more than it saves. Browsers do not let us say so, and need not.
    ...(thisMachine.test(url.hostname) ? { 'accept-encoding': 'identity' } : {}),
  }
  // Copied, since fetch wants bytes that nobody shares.
  return { method, headers, signal, ...(body === undefined ? {} : { body: new Uint8Array(body) }) }
}

/** `fetch` says "fetch failed"; why is in the cause. */
function unreachable(
  { timeoutMs }: Transport,
  { url, patience = 1 }: Exchange,
  cause: unknown,
  late: boolean,
): Unreachable {
  if (late)
    return new Unreachable(
      'timeout',
      url.href,
      `${url.origin}: no answer within ${timeoutMs * patience} ms`,
      cause,
    )
  const error = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why = error instanceof Error ? error.message : String(error)
  return new Unreachable('no-answer', url.href, `${url.origin}: ${why.slice(0, 200)}`, cause)
}

/** Copied as it comes: whoever sends decides how small the pieces are, and each that is kept costs a hundred bytes. */
async function readAll(response: Response, maxBytes: number): Promise<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) return new Uint8Array(0)
  const read = createGrowingBytes(maxBytes, declaredLength(response))
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (read.length + chunk.value.length > maxBytes) {
      await reader.cancel()
      throw new Fault('answer-malformed', `answer: expected at most ${maxBytes} bytes, got more`)
    }
    read.append(chunk.value)
  }
  return read.take()
}

/** Before decompression, and only said: a hint. */
function declaredLength({ headers }: Response): number | undefined {
  const length = Number(headers.get('content-length') ?? 'none')
  return Number.isSafeInteger(length) && length > 0 ? length : undefined
}
