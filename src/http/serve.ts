/**
 * A listening server: limits on connections and heads, and an orderly end.
 *
 * Limits on bodies are in request-body.ts, what Node's parser refuses is answered in unparsed-request.ts; TLS is the
 * business of the proxy in front.
 */
import { createServer } from 'node:http'
import type { RequestListener, Server, ServerResponse } from 'node:http'
import { Fault } from '../errors.ts'
import { answerUnparsed } from './unparsed-request.ts'

/** robustness.md 6.1, with Node's own value in brackets where it is more generous. */
export const SERVER_LIMITS = {
  /** A head is a few packets: whoever needs longer holds connections open (60 s). */
  headersTimeout: 10_000,
  /** The largest body, 88 MiB, at 2.5 Mbit/s. Bodies that drip end earlier (request-body.ts). */
  requestTimeout: 300_000,
  /** Enough for the next request of the same client; idle connections are free to take again. */
  keepAliveTimeout: 5_000,
  /** How exactly the times above are kept (30 s). */
  connectionsCheckingInterval: 1_000,
  /** The longest request target is 6 KiB; nothing we read needs long fields (16 KiB). */
  maxHeaderSize: 8 * 1024,
  /** Browsers send about twenty (2,000). */
  maxHeadersCount: 100,
  /** Spreads long-lived clients over the processes behind a balancer. */
  maxRequestsPerSocket: 1_000,
  /** Slow connections cannot use up file descriptors; 1,024 is the usual soft limit. */
  maxConnections: 1_024,
  /** Nothing sent or received for so long: a reader that went away. Longer than any answer takes to make. */
  socketTimeout: 120_000,
  /** README 2.7: SIGTERM drains within 10 s; what is still running then is cut. */
  drainTimeout: 8_000,
} as const

export type ServerLimits = { readonly [name in keyof typeof SERVER_LIMITS]: number }

export interface ServeOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly limits?: Partial<ServerLimits>
}

export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Takes no new connections, lets running requests end, and resolves when all connections are closed. */
  close(): Promise<void>
}

/**
 * Starts to listen; resolves once connections are taken.
 *
 * @throws Fault `conflict` (`address-in-use`) if another program listens there.
 * @throws Fault `malformed` if the host is no address of this machine.
 */
export async function startServer(app: RequestListener, options: ServeOptions): Promise<RunningServer> {
  const limits = { ...SERVER_LIMITS, ...options.limits }
  const server = createLimitedServer(limits)
  const running = new Set<ServerResponse>()
  let draining = false
  const answer: RequestListener = (request, response) => {
    running.add(response)
    response.once('close', () => running.delete(response))
    if (draining) response.setHeader('connection', 'close')
    app(request, response)
  }
  server.on('request', answer)
  // Expect: 100-continue waits for the body's reader, so that a refused body is never sent.
  server.on('checkContinue', answer)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerUnparsed(error, socket, running))
  await listen(server, options)
  const drain = async () => {
    draining = true
    for (const response of running) if (!response.headersSent) response.setHeader('connection', 'close')
    await closeServer(server, limits.drainTimeout)
  }
  let closed: Promise<void> | undefined
  return { url: urlOf(server), close: () => (closed ??= drain()) }
}

function createLimitedServer(limits: ServerLimits): Server {
  const { headersTimeout, requestTimeout, keepAliveTimeout, connectionsCheckingInterval, maxHeaderSize } =
    limits
  const server = createServer({
    headersTimeout,
    requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval,
    maxHeaderSize,
    // request-target.ts asks for it, and answers in JSON.
    requireHostHeader: false,
  })
  server.maxHeadersCount = limits.maxHeadersCount
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket
  server.maxConnections = limits.maxConnections
  server.timeout = limits.socketTimeout
  return server
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(listenFault(error, host, port))
    server.once('error', refuse)
    server.listen({ host, port }, () => {
      server.off('error', refuse)
      resolve()
    })
  })
}

function listenFault(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  if (cause.code === 'EADDRINUSE') {
    return new Fault(
      'address-in-use',
      `address: expected ${host} port ${port} to be free, another program uses it`,
      {
        hint: 'Choose another port with --port, or stop the other program.',
        cause,
      },
    )
  }
  if (cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND') {
    return new Fault(
      'parameter-malformed',
      `host: expected an address of this machine, got ${host.slice(0, 100)}`,
      { cause },
    )
  }
  return cause
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('server: listens on no TCP port')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

function closeServer(server: Server, drainTimeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = setTimeout(() => server.closeAllConnections(), drainTimeout)
    server.close((error) => {
      clearTimeout(cut)
      if (error === undefined) resolve()
      else reject(error)
    })
  })
}
