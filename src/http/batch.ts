/**
 * `/ledger/v1/attestations:batch`: many submissions in one request (interface.md 4.1, "Batch"). Each is read and judged
 * by itself, as if it had come alone; the answer has one result for each, in their order.
 */
import type { Router } from 'express'
import { Fault } from '../errors.ts'
import { rawElements } from '../encoding/raw-member.ts'
import { MAX_BATCH_ENTRIES } from '../ledger/limits.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { SubmitDoor } from './attestations.ts'
import { problemOf } from './problem.ts'
import type { Report } from './problem.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'

/** interface.md 4.1. */
export const MAX_SUBMISSIONS = 1_000
/** In flight at once: enough to fill a batch of the log, and not so many that others find the queue full. */
const IN_FLIGHT = MAX_BATCH_ENTRIES

type Result =
  | { readonly status: 200 | 201; readonly answer: SubmitAnswer }
  | { readonly status: number; readonly problem: unknown }

export function batchRoutes(
  ledger: SubmitDoor,
  { readBody, report }: { readonly readBody: ReadBody; readonly report: Report },
): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/attestations\\:batch')
    .post(...ledger.guards, async (request, response) => {
      refuseQuery(request.url)
      const bodies = rawElements(await readBody(request, response), 'batch', MAX_SUBMISSIONS)
      if (bodies.length === 0) throw new Fault('request-malformed', 'batch: expected a submission, got none')
      const requestId = String(response.getHeader('x-request-id'))
      const refuse = (error: unknown): Result => {
        const { status, body } = problemOf(error, requestId)
        if (status === 500) report(error, requestId)
        return { status, problem: JSON.parse(body) }
      }
      const isGone = (): boolean => response.destroyed
      const items = await submitAll(ledger, bodies, { refuse, isGone })
      if (!isGone()) await answerJson(response, 200, { items }, 'no-store')
    })
    .all(allowOnly('POST'))
  return routes
}

/**
 * Runners take the next body each; results stand at the place of their body. What is left when the client has gone is
 * dropped: nobody counts its memory any more, and nobody would be told of it.
 */
async function submitAll(
  ledger: Pick<SubmitDoor, 'submit'>,
  bodies: readonly Uint8Array[],
  { refuse, isGone }: { readonly refuse: (error: unknown) => Result; readonly isGone: () => boolean },
): Promise<readonly Result[]> {
  const results: Result[] = []
  const waiting = bodies.entries()
  const turn = turns()
  const run = async (): Promise<void> => {
    for (const [at, body] of waiting) {
      await turn()
      if (isGone()) return
      results[at] = await submitOne(ledger, body).catch(refuse)
    }
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, bodies.length) }, run))
  return results
}

/** Checking signatures keeps the event loop: each of the runners gets a turn of its own, and others theirs in between. */
function turns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => (last = last.then(() => new Promise((resolve) => setImmediate(resolve))))
}

async function submitOne(ledger: Pick<SubmitDoor, 'submit'>, body: Uint8Array): Promise<Result> {
  const { created, answer } = await ledger.submit(body)
  return { status: created ? 201 : 200, answer }
}
