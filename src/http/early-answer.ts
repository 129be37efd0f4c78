/**
 * Answers given while the request's body is still coming (413, 415, 503 …).
 *
 * Closing a connection with unread bytes resets it, and the client may lose the very answer that says why. So the
 * whole answer is sent, then a bounded part of the body is read and thrown away, then the connection ends.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** As much as the largest request allowed: who sends a little more than the limit still gets the reason. */
const MAX_DISCARDED_BYTES = 88 * 1024 * 1024
/** Long enough to read an answer and stop sending. */
const MAX_DISCARDING_MS = 2_000

/** Whether the request has a body of which something has not been read yet. */
export function isBodyComing(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  // `complete` alone says nothing: in a request without a body it turns true only after our handlers ran.
  return !request.complete && (coding !== undefined || (length !== undefined && length !== '0'))
}

/** `content-length` must be set: it tells the client that the answer is whole before the response ends. */
export function answerEarly(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
  response.setHeader('connection', 'close')
  response.write(body)
  let discarded = 0
  const finish = () => {
    clearTimeout(timer)
    request.off('data', discard).off('end', finish).off('close', finish)
    response.end()
  }
  const discard = (chunk: Uint8Array) => {
    discarded += chunk.length
    if (discarded > MAX_DISCARDED_BYTES) finish()
  }
  const timer = setTimeout(finish, MAX_DISCARDING_MS)
  request.on('data', discard).on('end', finish).on('close', finish)
  request.resume()
}
