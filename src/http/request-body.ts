/**
 * Request bodies: JSON as bytes, with limits on size, pace and on what all of them hold in memory together.
 *
 * What they say is the ledger's business: it must see the very bytes, since duplicate keys are gone after JSON.parse.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { createGrowingBytes } from '../encoding/growing-bytes.ts'
import { Fault } from '../errors.ts'
import { checkJsonType, contentCoding } from './media-type.ts'
import type { ContentCoding } from './media-type.ts'

const MIB = 1024 * 1024
/** Some milliseconds. */
const COPIED_AT_ONCE = 4 * MIB

export interface BodyLimits {
  /** The longest body, after decompression. */
  readonly maxBytes: number
  /** What all bodies may hold together, until their requests are answered. */
  readonly maxHeldBytes: number
  /** How often a body's pace is looked at, in milliseconds. */
  readonly paceMs: number
  /** The fewest bytes that must have come since it was last looked at. */
  readonly paceBytes: number
}

export const BODY_LIMITS: BodyLimits = {
  // README 2.7: a payload of 64 MiB is 85.4 MiB in base64; the rest is for signatures and public keys.
  maxBytes: 88 * MIB,
  // Four of the largest at once: 352 MiB in a process that also parses them.
  maxHeldBytes: 4 * 88 * MIB,
  // robustness.md 4, H6: a body that drips is closed after 30 s; 2 KiB a second is below any network worth waiting for.
  paceMs: 30_000,
  paceBytes: 64 * 1024,
}

export type ReadBody = (request: IncomingMessage, response: ServerResponse) => Promise<Uint8Array>

/** Makes the one reader of an app: its requests share `maxHeldBytes`. */
export function createBodyReader(limits: BodyLimits = BODY_LIMITS): ReadBody {
  let held = 0
  /**
   * The decoded body of a request whose response it is.
   *
   * @throws Fault `unsupported` for another media type, charset or coding; nothing has been read then.
   * @throws Fault `too-large` with `limit` and `received`; `busy` if too many bodies are held or this one drips.
   * @throws Fault `malformed` if the gzip stream is damaged or the client leaves.
   */
  return async (request, response) => {
    checkJsonType(request)
    const coding = contentCoding(request)
    const declared = request.headers['content-length']
    checkLength(Number(declared ?? 0), limits.maxBytes)
    // Only now: a client that asked first has not sent a byte of what would be refused.
    if (request.headers.expect !== undefined) response.writeContinue()
    const body = createGrowingBytes(
      coding === 'identity' && declared !== undefined ? Number(declared) : limits.maxBytes,
    )
    let answered = false
    response.once('close', () => {
      answered = true
      held -= body.length
    })
    await collect(request, coding, limits, (chunk) => {
      // The rest of a gzip stream may still come out when its client has left.
      if (answered) throw connectionEnded()
      checkLength(body.length + chunk.length, limits.maxBytes)
      if (held + chunk.length > limits.maxHeldBytes)
        throw new Fault('busy', 'ledger: too many large submissions at once')
      body.append(chunk)
      held += chunk.length
    })
    return alone(body.bytes())
  }
}

/**
 * Without memory behind it, so that it can be handed over: bodies that did not say how long they are have some. Copied
 * in turns.
 */
async function alone(body: Uint8Array): Promise<Uint8Array> {
  if (body.length <= COPIED_AT_ONCE || body.length === body.buffer.byteLength) return body
  const copy = new Uint8Array(body.length)
  for (let from = 0; from < body.length; from += COPIED_AT_ONCE) {
    copy.set(body.subarray(from, from + COPIED_AT_ONCE), from)
    await setImmediate()
  }
  return copy
}

function connectionEnded(): Fault {
  return new Fault('request-malformed', 'request body: the connection ended within it')
}

function checkLength(received: number, limit: number): void {
  if (received <= limit) return
  throw new Fault('request-too-large', `request body: expected at most ${limit} bytes, got ${received}`, {
    hint: 'Leave file entries out of the SBOM, or split the statement.',
    facts: { limit, received },
  })
}

/** Events instead of a pipeline: a pipeline that fails destroys the request, and the connection that must carry the answer. */
function collect(
  request: IncomingMessage,
  coding: ContentCoding,
  limits: BodyLimits,
  add: (chunk: Uint8Array) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = coding === 'gzip' ? request.pipe(createGunzip()) : request
    const stopPacing = keepPace(request, limits, fail)
    function stop(): void {
      stopPacing()
      source.off('data', take).off('end', finish)
      request.off('close', leave).unpipe()
      if (source !== request) source.destroy()
    }
    function fail(reason: unknown): void {
      stop()
      reject(reason)
    }
    function finish(): void {
      stop()
      resolve()
    }
    function take(chunk: Uint8Array): void {
      try {
        add(chunk)
      } catch (reason) {
        fail(reason)
      }
    }
    function leave(): void {
      // A request that has come whole closes too, while the last of it is still being inflated.
      if (!request.complete) fail(connectionEnded())
    }
    function refuseDamaged(cause: unknown): void {
      if (source === request) leave()
      else fail(new Fault('encoding-malformed', 'request body: expected a whole gzip stream', { cause }))
    }
    source.on('data', take).on('end', finish).on('error', refuseDamaged)
    request.on('close', leave)
  })
}

/** Calls `stop` once the body comes too slowly; returns what ends the watch. */
function keepPace(request: IncomingMessage, limits: BodyLimits, stop: (fault: Fault) => void): () => void {
  let recent = 0
  const count = (chunk: Uint8Array) => (recent += chunk.length)
  const timer = setInterval(() => {
    // A body that has come whole may still be inflated.
    if (!request.complete && recent < limits.paceBytes) {
      const pace = `${limits.paceBytes} bytes in ${limits.paceMs} ms`
      stop(new Fault('request-timeout', `request body: expected at least ${pace}, got ${recent}`))
    }
    recent = 0
  }, limits.paceMs)
  request.on('data', count)
  return () => {
    clearInterval(timer)
    request.off('data', count)
  }
}
