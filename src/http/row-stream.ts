/**
 * All rows of an answer in one response, page after page as the reader takes them (interface.md 4.1, "Streaming").
 *
 * The last record says how many rows there were. A stream that fails is cut without its end, at both levels: no end
 * record, no last chunk. A cut stream must not look whole.
 */
import { once } from 'node:events'
import type { Request, Response } from 'express'
import { MAX_PAGE_ROWS } from '../ledger/limits.ts'
import { createCsv } from './csv.ts'
import { holdAnswer } from './held-answers.ts'
import { inTurns } from './in-turns.ts'
import { createNdjson, wholeRecords, type WholeAnswer } from './ndjson.ts'
import { problemOf } from './problem.ts'
import type { Report } from './problem.ts'
import type { RowFormat, RowPage } from './row-format.ts'

const NDJSON = 'application/x-ndjson'

export type AskPage = (page: {
  readonly limit?: number
  readonly cursor?: string
  /** All rows in one answer, with the proof. */
  readonly whole?: boolean
}) => Promise<RowPage>

/** The format that the caller would rather have than JSON. */
export function rowFormatFor(request: Request): RowFormat | undefined {
  const wanted = request.accepts(['application/json', NDJSON, 'text/csv'])
  if (wanted === NDJSON) return createNdjson()
  return wanted === 'text/csv' ? createCsv() : undefined
}

/** Whether the caller would rather have NDJSON than JSON. */
export function wantsNdjson(request: Request): boolean {
  return request.accepts(['application/json', NDJSON]) === NDJSON
}

/** Refusals of the question itself are thrown before anything is sent. */
export async function streamRows(
  response: Response,
  { format, ask, report }: { readonly format: RowFormat; readonly ask: AskPage; readonly report: Report },
): Promise<void> {
  const first = await ask({ limit: MAX_PAGE_ROWS })
  begin(response, format)
  try {
    let rows = 0
    let page: RowPage | undefined = first
    let last = first
    for (; page !== undefined; page = await nextOf(page, ask)) {
      if (!(await send(response, format.page(page)))) return
      rows += page.items.length
      last = page
    }
    response.end(format.end(last, rows))
  } catch (error) {
    cut(response, format, report, error)
  }
}

/** What an entry of such an answer takes in memory, about: with its row, its proofs in both maps, and lines of its manifest. */
const WHOLE_ENTRY_BYTES = 8 * 1024

/** An answer that has all rows and the proof that these are all, as NDJSON. */
export async function streamWhole(response: Response, answer: WholeAnswer, report: Report): Promise<void> {
  const format = createNdjson()
  // Until it is taken, all of it is held.
  holdAnswer(response, Object.keys(answer.entries).length * WHOLE_ENTRY_BYTES)
  begin(response, format)
  try {
    for await (const text of inTurns(wholeRecords(answer))) if (!(await send(response, text))) return
    response.end()
  } catch (error) {
    cut(response, format, report, error)
  }
}

function begin(response: Response, format: RowFormat): void {
  response.setHeader('content-type', format.contentType)
  response.setHeader('cache-control', 'no-cache')
}

function cut(response: Response, format: RowFormat, report: Report, error: unknown): void {
  const requestId = String(response.getHeader('x-request-id'))
  const { status, body } = problemOf(error, requestId)
  if (status === 500) report(error, requestId)
  response.write(format.failure(body), () => response.destroy())
}

async function nextOf({ next }: RowPage, ask: AskPage): Promise<RowPage | undefined> {
  return next === undefined ? undefined : ask({ limit: MAX_PAGE_ROWS, cursor: next })
}

/** Waits for a reader that is slower than we are; false if it has left. */
async function send(response: Response, text: string): Promise<boolean> {
  if (response.destroyed) return false
  const release = holdAnswer(response, text.length)
  const isTaken = response.write(text)
  if (!isTaken) {
    const gone = new AbortController()
    await Promise.race([once(response, 'drain', gone), once(response, 'close', gone)])
    gone.abort()
  }
  release()
  return !response.destroyed
}
