/** `/ledger/v1/attestations`: submit one; ask for one by its id; the bytes that were signed. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler, Router } from 'express'
import { attestationId } from '../brand.ts'
import { allowOnly } from './allow-only.ts'
import { IMMUTABLE, answerBytes, answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'

export const SUBMIT_PATH = '/ledger/v1/attestations'

/** Submitting, and what a request must pass before its body is read. */
export interface SubmitDoor {
  readonly submit: LedgerDoor['submit']
  readonly guards: readonly RequestHandler[]
}

export function attestationRoutes(
  ledger: Pick<LedgerDoor, 'attestation' | 'pae'>,
  { submit, guards }: SubmitDoor,
  readBody: ReadBody,
): Router {
  const routes = createRouter()
  routes
    .route(SUBMIT_PATH)
    .post(...guards, (request, response) => answerSubmission(request, response, { submit, readBody }))
    .all(allowOnly('POST'))
  routes
    .route('/ledger/v1/attestations/:id')
    .get(async (request, response) => {
      refuseQuery(request.url)
      await answerJson(response, 200, await ledger.attestation(attestationId(request.params.id)), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/ledger/v1/attestations/:id/pae')
    .get(async (request, response) => {
      refuseQuery(request.url)
      const bytes = await ledger.pae(attestationId(request.params.id))
      answerBytes(response, 'application/octet-stream', bytes, IMMUTABLE)
    })
    .all(allowOnly('GET'))
  return routes
}

/** What follows the guards: the body is read, recorded, and answered. @throws Fault as the door's `submit` */
export async function answerSubmission(
  request: IncomingMessage,
  response: ServerResponse,
  { submit, readBody }: Pick<SubmitDoor, 'submit'> & { readonly readBody: ReadBody },
): Promise<void> {
  refuseQuery(request.url ?? '')
  const { created, answer } = await submit(await readBody(request, response))
  response.setHeader('location', `${SUBMIT_PATH}/${answer.attestation}`)
  await answerJson(response, created ? 201 : 200, answer, 'no-store')
}
