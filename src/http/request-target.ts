/**
 * Request targets (RFC 9112, 3.2) and the Host field: what must hold before any route is looked for, so that
 * Express never meets a path that it cannot decode.
 *
 * Paths stay as they were sent; decoding one segment is the business of the route, parameters of query-params.ts.
 */
import type { IncomingMessage } from 'node:http'
import { Fault } from '../errors.ts'
import { countOf } from './media-type.ts'

/** Room for a 4 KiB purl beside a range and a cursor, and within Node's 8 KiB for the whole head (serve.ts). */
export const MAX_TARGET_CHARS = 6 * 1024

/**
 * The target in origin form: path and query, as sent.
 *
 * @throws Fault `malformed` for a target that is no path or cannot be decoded, or not one Host.
 * @throws Fault `too-large` (`url-too-long`)
 */
export function requestTarget(request: IncomingMessage): string {
  const target = originForm(request.url ?? '')
  if (target.length > MAX_TARGET_CHARS) throw urlTooLong(target.length)
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(target)) {
    throw malformed('expected a path of printable ASCII that begins with "/" and has no "#"', target)
  }
  checkPath(target.replace(/\?.*$/, ''))
  const hosts = countOf(request, 'host')
  if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')) {
    throw new Fault('request-malformed', `request: expected one Host field, got ${hosts}`)
  }
  return target
}

/** Also used where Node's parser gave up on the length of a request line (serve.ts). */
export function urlTooLong(received: number): Fault {
  return new Fault('url-too-long', `URL: expected at most ${MAX_TARGET_CHARS} characters, got ${received}`, {
    facts: { limit: MAX_TARGET_CHARS, received },
  })
}

/** Proxies may send `GET http://host/path`; servers must take it (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return path.startsWith('/') || path === target ? path : `/${path}`
}

function checkPath(path: string): void {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch (cause) {
    throw malformed('expected %XX escapes of valid UTF-8', path, cause)
  }
  if (/[\x00-\x1f\x7f]/.test(decoded)) throw malformed('expected no control characters', path)
}

function malformed(expected: string, path: string, cause?: unknown): Fault {
  return new Fault('request-malformed', `URL: ${expected}, got ${path.slice(0, 100)}`, { cause })
}
