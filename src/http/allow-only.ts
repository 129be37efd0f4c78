/** Methods that a route does not have: OPTIONS is answered, anything else is 405 with Allow (RFC 9110, 15.5.6). */
import type { RequestHandler } from 'express'
import { Fault } from '../errors.ts'

/** The last handler of every route; `method` is the one it serves. */
export function allowOnly(method: 'GET' | 'POST'): RequestHandler {
  const allow = method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS'
  return (request, response) => {
    response.setHeader('allow', allow)
    if (request.method === 'OPTIONS') {
      // Pages of any origin may read. A route that writes answers no preflight, so no page of another origin writes.
      if (method === 'GET') allowAnyOrigin(response, 'GET, HEAD')
      response.status(204).end()
      return
    }
    throw new Fault(
      'method-not-allowed',
      `${request.path.slice(0, 100)}: expected ${allow}, got ${request.method}`,
      {
        facts: { allow },
      },
    )
  }
}

interface Headers {
  setHeader(name: string, value: string): unknown
}

/** interface.md 4.1: independent pages that verify must be able to read; no credentials are ever involved. */
export function allowAnyOrigin(response: Headers, methods?: string): void {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-expose-headers', 'Retry-After, X-Request-Id')
  if (methods !== undefined) response.setHeader('access-control-allow-methods', methods)
}
