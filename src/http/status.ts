/** `/ledger/v1/status`: which log this is, how far it reaches, and why it takes no submissions if it takes none. */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'

export function statusRoutes(ledger: Pick<LedgerDoor, 'status'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/status')
    .get(async (request, response) => {
      refuseQuery(request.url)
      await answerJson(response, 200, await ledger.status(), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
