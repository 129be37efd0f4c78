/** `/index/status/map`: the whole status map, with the entries that it lists. */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { proofAsked } from './proof-asked.ts'
import { parseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'

export function statusMapRoutes({ proofs }: Pick<LedgerDoor, 'proofs'>): Router {
  const routes = createRouter()
  routes
    .route('/index/status/map')
    .get(async (request, response) => {
      const proof = proofAsked(parseQuery(request.url, ['proof']))
      await answerJson(response, 200, await proofs.statusMap(proof), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
