/**
 * How a client asks: one exchange, read strictly, under a checkpoint that continues every one that is remembered, with each
 * entry proven. What an answer must be about is for whoever asks: client.ts, ask-rows.ts, ask-consistency.ts, submit.ts.
 */
import { parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { formatTilePath, type TileSource } from '../tlog/tile.ts'
import type { AsOf, ProvenEntries } from '../verify/answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { MAX_EVIDENCE_BYTES, type LogTrust } from '../verify/evidence.ts'
import { checkAnswer, type CheckedAnswer } from '../verify/proven-entry.ts'
import { readAnswer } from '../verify/read-answer.ts'
import type { Shape } from '../verify/shape.ts'
import { recall, remember, type LogMemory } from './log-memory.ts'
import { readRecords } from './read-records.ts'
import { exchange, type Exchange, type Received, type Transport } from './transport.ts'

/** A thousand rows, each with a dozen entries of 3 kB (body, proof), stay below. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** A bundle: 256 entries of 65,535 bytes and their lengths (tlog-tiles). */
const MAX_TILE_BYTES = 256 * (2 + 65_535)

export interface CallOptions {
  /** Gives up when aborted; the call then throws the signal's reason. */
  readonly signal?: AbortSignal
}

/** All rows of an answer with their proof, as much as an evidence file may hold; it takes a server as long as several pages. */
const WHOLE = { accept: 'application/x-ndjson', maxBytes: MAX_EVIDENCE_BYTES, patience: 4 } as const

/** What is posted, and whether all rows are wanted in one answer. */
export type Sent = Pick<Exchange, 'isSubmission' | 'body'> & { readonly whole?: boolean }

export interface Asker {
  readonly url: URL
  readonly trust: LogTrust
  readonly memory: LogMemory
  /** The answer as the server gives it, under a checkpoint that continues every one that is remembered. */
  ask<T extends { readonly asOf: AsOf }>(
    path: string,
    shape: Shape<T>,
    options: CallOptions,
    sent?: Sent,
  ): Promise<T>
  /** As `ask`, of an answer that has no checkpoint of its own: nothing in it is believed before its parts are checked. */
  askUnproven<T>(path: string, shape: Shape<T>, options: CallOptions, sent?: Sent): Promise<T>
  /** @throws Fault `bad-proof` if the checkpoint or an entry does not hold */
  check(answer: { readonly asOf: AsOf; readonly entries: ProvenEntries }): CheckedAnswer
  get(path: string, wanted: Omit<Exchange, 'url' | 'method'>): Promise<Received>
  /** Undefined if the server has none. */
  tile(path: string, options: CallOptions): Promise<Uint8Array | undefined>
  tiles(options: CallOptions): TileSource
}

export function createAsker(url: URL, trust: LogTrust, memory: LogMemory, transport: Transport): Asker {
  const get: Asker['get'] = (path, wanted) => {
    const method = wanted.body === undefined ? 'GET' : 'POST'
    return exchange(transport, { ...wanted, url: new URL(path, url), method })
  }
  const tile: Asker['tile'] = (path, options) => getTile(get, path, options)
  const tiles: Asker['tiles'] = (options) => (wanted) =>
    Promise.all(wanted.map((one) => tile(formatTilePath(one), options)))
  const askUnproven: Asker['askUnproven'] = async (path, shape, options, { whole = false, ...sent } = {}) => {
    const form = whole ? WHOLE : { accept: 'application/json', maxBytes: MAX_ANSWER_BYTES }
    const received = await get(path, { ...options, ...sent, ...form })
    expectType(form.accept, received, url)
    const { bytes } = received
    const value = whole
      ? readRecords(bytes)
      : asBadProof('answer-malformed', 'answer', () => parseJson(bytes))
    return readAnswer(shape, value)
  }
  return {
    url,
    trust,
    memory,
    get,
    tile,
    tiles,
    askUnproven,
    async ask(path, shape, options, sent) {
      const known = await recall(memory)
      const answer = await askUnproven(path, shape, options, sent)
      await remember(memory, answer.asOf.checkpoint, known, tiles(options))
      return answer
    },
    check: (answer) => checkAnswer(answer, trust.logKey),
  }
}

function expectType(accept: string, { contentType }: Received, url: URL): void {
  if (contentType.split(';')[0] === accept) return
  throw new Fault(
    'answer-malformed',
    `answer: expected ${accept}, got ${contentType.slice(0, 60) || 'no type'}`,
    { hint: `Is there a ledger at ${url.href}?` },
  )
}

async function getTile(
  get: Asker['get'],
  path: string,
  options: CallOptions,
): Promise<Uint8Array | undefined> {
  const wanted = { ...options, accept: 'application/octet-stream', maxBytes: MAX_TILE_BYTES }
  try {
    return (await get(path, wanted)).bytes
  } catch (cause) {
    if (cause instanceof Fault && (cause.class === 'not-recorded' || cause.class === 'not-found'))
      return undefined
    throw cause
  }
}
