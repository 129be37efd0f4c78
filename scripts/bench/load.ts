/**
 * The load generator: so many connections, each with one request at a time. Plain sockets and requests made beforehand, so
 * that what is measured is the server.
 */
import { connect, type Socket } from 'node:net'

export interface Load {
  /** Acknowledged requests a second, over the whole run. */
  readonly perSecond: number
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** No run takes longer, however slow the machine is at the moment. */
const MAX_RUN_MS = 20_000

/** Sends each body once, as far as the time goes. @throws Error at the first answer that is not 201 */
export async function postAll(
  url: string,
  connections: number,
  bodies: readonly Uint8Array[],
): Promise<Load> {
  const { hostname, port } = new URL(url)
  const requests = bodies.map((body) => requestOf(hostname, body))
  const took: number[] = []
  let next = 0
  const began = performance.now()
  const client = async (): Promise<void> => {
    const exchange = openExchange(hostname, Number(port))
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const sent = performance.now()
      if (sent - began > MAX_RUN_MS) break
      await exchange.send(request)
      took.push(performance.now() - sent)
    }
    exchange.close()
  }
  await Promise.all(Array.from({ length: connections }, client))
  const seconds = (performance.now() - began) / 1000
  took.sort((a, b) => a - b)
  const at = (share: number): number =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN
  return { count: took.length, perSecond: took.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function requestOf(host: string, body: Uint8Array): Uint8Array {
  const head =
    `POST /ledger/v1/attestations HTTP/1.1\r\nhost: ${host}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

interface Exchange {
  /** Resolves when the whole answer is there. */
  send(request: Uint8Array): Promise<void>
  close(): void
}

function openExchange(host: string, port: number): Exchange {
  let socket: Socket | undefined
  let settle: { readonly resolve: () => void; readonly reject: (cause: Error) => void } | undefined
  let text = ''
  const take = (chunk: string): void => {
    text += chunk
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1])
    if (text.length < end + 4 + length) return
    if (/\r\nconnection: close/i.test(text.slice(0, end))) socket = undefined
    if (text.startsWith('HTTP/1.1 201')) settle?.resolve()
    else settle?.reject(new Error(`expected 201, got ${text.slice(0, 2000)}`))
    text = ''
  }
  const open = (): Socket => {
    const opened = connect(port, host).setNoDelay(true).setEncoding('latin1').on('data', take)
    opened.on('close', () => {
      // Without an answer that said so: the server takes no more connections.
      if (socket === opened) settle?.reject(new Error('the server ended a connection'))
    })
    return opened.on('error', (cause) => settle?.reject(cause))
  }
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        socket ??= open()
        socket.write(request)
      }),
    close: () => {
      const ending = socket
      socket = undefined
      ending?.destroy()
    },
  }
}
