/** Bytes over a socket: for requests that no HTTP client would send. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * Sends the parts one after another and reads one answer; then closes, like a client that has read enough.
 * A server that waits for more before it answers shows by hanging.
 */
export function exchange(url: string, ...parts: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return converse(url, parts, (text, socket) => {
    if (isWhole(text)) socket.end()
  })
}

/** As `exchange`, but leaves it to the server to close the connection. */
export function exchangeUntilClosed(
  url: string,
  ...parts: readonly (string | Uint8Array)[]
): Promise<RawAnswer> {
  return converse(url, parts, () => undefined)
}

/** Calls `onText` with all that has come, whenever more has. */
function converse(
  url: string,
  parts: readonly (string | Uint8Array)[],
  onText: (text: string, socket: Socket) => void,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => onText((text += String(chunk)), socket))
    // A server may close on us while we still send; what it answered before counts.
    socket.on('error', (error) => (text === '' ? reject(error) : undefined))
    socket.on('close', () => resolve(parseAnswer(text)))
    for (const part of parts) socket.write(part)
  })
}

function isWhole(text: string): boolean {
  const { headers, body } = parseAnswer(text)
  return body.length >= Number(headers.get('content-length') ?? Infinity)
}

/** One request without a body, as sent by a client that closes afterwards. */
export function get(url: string, target: string, ...fields: readonly string[]): Promise<RawAnswer> {
  return exchange(url, head('GET', target, 'Connection: close', ...fields))
}

export function head(method: string, target: string, ...fields: readonly string[]): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n')
}

function parseAnswer(text: string): RawAnswer {
  const [top = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = top.split('\r\n')
  const headers = new Headers()
  for (const line of lines)
    headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}
