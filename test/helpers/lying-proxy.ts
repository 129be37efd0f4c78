/** A real HTTP proxy between a client and an honest ledger: it passes everything on, or tells one lie. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { jsonBytes, parseText } from './json-edit.ts'

export interface Passed {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
  /** Promises all bytes, sends half of them and hangs up. */
  readonly hangUp?: true
}

/** @param path with query, without the leading slash. @param ask sends the honest server another question */
export type Lie = (
  path: string,
  honest: Passed,
  ask: (path: string) => Promise<Passed>,
) => Passed | Promise<Passed>

export interface LyingProxy extends AsyncDisposable {
  readonly url: string
  /** What it asks; another ledger's URL makes it show that. */
  target: string
  /** Told from now on; undefined: the truth. */
  lie: Lie | undefined
}

export async function startProxy(target: string): Promise<LyingProxy> {
  const server = createServer((request, response) => {
    pass(proxy, request, response).catch((cause: unknown) => response.destroy(cause as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: LyingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    lie: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

async function pass(
  { target, lie }: LyingProxy,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').slice(1)
  const body = request.method === 'POST' ? await buffer(request) : undefined
  const honest = await ask(target, path, body)
  const told = lie === undefined ? honest : await lie(path, honest, (other) => ask(target, other))
  response.writeHead(told.status, { 'content-type': told.type, 'content-length': told.body.length })
  if (told.hangUp !== true) return void response.end(told.body)
  response.write(told.body.slice(0, told.body.length / 2), () => response.destroy())
}

async function ask(target: string, path: string, body?: Uint8Array): Promise<Passed> {
  const headers = { 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { method: 'POST', body: new Uint8Array(body), headers }
  const response = await fetch(new URL(path, `${target}/`), sent)
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, body: new Uint8Array(await response.arrayBuffer()) }
}

/** Answers to paths that begin so are `change`d; all others are the truth. */
export function lieAbout(prefix: string, change: (honest: Passed) => Passed): Lie {
  return (path, honest) => (path.startsWith(prefix) ? change(honest) : honest)
}

export function lieInJson(prefix: string, edit: (answer: JsonValue) => JsonValue): Lie {
  return lieAbout(prefix, (honest) => ({ ...honest, body: jsonBytes(edit(parseText(honest.body))) }))
}

/** "There is none", as a ledger says it. */
export function withhold(prefix: string): Lie {
  const body = jsonBytes({ code: 'not-recorded', detail: 'there is none' })
  return lieAbout(prefix, () => ({ status: 404, type: 'application/problem+json', body }))
}
