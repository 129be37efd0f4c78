/**
 * Requests that Node's parser gave up on: bad framing, a head that is too long, a body that took too long.
 * They never reach the app; the caller gets a problem all the same (Node's own answers have no body).
 */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Fault } from '../errors.ts'
import { problemOf } from './problem.ts'
import { MAX_TARGET_CHARS, urlTooLong } from './request-target.ts'

/** Closing at once would reset the connection, and the client might lose the answer. */
const LINGER_MS = 1_000

/** The listener for `clientError`; `running` are the responses that the server is busy with. */
export function answerUnparsed(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  running: ReadonlySet<ServerResponse>,
): void {
  const begun = [...running].some((response) => response.socket === socket && response.headersSent)
  // A second answer in the middle of the first would be read as part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy()
    return
  }
  const requestId = randomUUID()
  const { status, headers, body } = problemOf(faultOfParser(error), requestId)
  const fields = {
    ...headers,
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    connection: 'close',
  }
  const lines = Object.entries({ ...fields, 'content-length': Buffer.byteLength(body) }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  // Node reads such a socket no more and leaves it half open; a moment later it has been read and can go.
  const gone = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(gone))
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'))
}

function faultOfParser(error: NodeJS.ErrnoException & { rawPacket?: Uint8Array }): Fault {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Fault('request-timeout', 'request: expected all of it in time, got only a part', {
      cause: error,
    })
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    const line = firstLine(error.rawPacket)
    if (line > MAX_TARGET_CHARS) return urlTooLong(line)
    return new Fault('headers-too-large', 'request: expected shorter header fields', { cause: error })
  }
  return new Fault('request-malformed', 'request: expected HTTP/1.1 as in RFC 9112', { cause: error })
}

/** How long the first line of a packet is; a packet in the middle of a head has a short or no beginning of a request. */
function firstLine(packet: Uint8Array = new Uint8Array()): number {
  const isRequest = /^[A-Z]+ [/h*]/.test(String.fromCharCode(...packet.subarray(0, 16)))
  const end = packet.indexOf(0x0a)
  return isRequest ? (end < 0 ? packet.length : end) : 0
}
