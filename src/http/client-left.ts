/** Work for a client that has left holds up those who have not. */
import type { ServerResponse } from 'node:http'
import { Fault } from '../errors.ts'

/** Aborted, with a fault that nobody reads, when the connection ends before the answer has gone out. */
export function clientLeft(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (response.writableFinished) return
    controller.abort(new Fault('request-timeout', 'request: the client left before its answer'))
  })
  return controller.signal
}
