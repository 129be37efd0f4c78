/**
 * `/ledger/v1/search`: many packages in one question. It is sent as a body, since a list of a thousand is longer than any
 * URL; nothing is recorded by it.
 */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { clientLeft } from './client-left.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'
import { parseSearch } from './search-body.ts'

export function searchRoutes(
  ledger: Pick<LedgerDoor, 'search' | 'proofs'>,
  { readBody }: { readonly readBody: ReadBody },
): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/search')
    .post(async (request, response) => {
      refuseQuery(request.url)
      const { asked, moment, isComplete } = parseSearch(await readBody(request, response))
      const door = isComplete ? ledger.proofs : ledger
      const answer = await door.search(asked, moment, clientLeft(response))
      answerJson(response, 200, answer, 'no-cache')
    })
    .all(allowOnly('POST'))
  return routes
}
