/** `/ledger/v1/entries/{index}`: one entry with its inclusion proof. */
import type { Router } from 'express'
import { logIndex } from '../brand.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'
import { parseWholeNumber } from './whole-number.ts'

export function entryRoutes(ledger: Pick<LedgerDoor, 'entry'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/entries/:index')
    .get(async (request, response) => {
      refuseQuery(request.url)
      const index = logIndex(parseWholeNumber(request.params.index, 'entry index'))
      answerJson(response, 200, await ledger.entry(index), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
