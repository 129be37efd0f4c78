/** `/ledger/v1/revocations?target=URI`: is this attestation, signature, key or image revoked? */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { MOMENT, momentOf } from './moment.ts'
import { parseQuery, requiredParam } from './query-params.ts'
import { createRouter } from './routes.ts'

export function revocationRoutes(ledger: Pick<LedgerDoor, 'revocations'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/revocations')
    .get(async (request, response) => {
      const params = parseQuery(request.url, ['target', ...MOMENT])
      const target = requiredParam(params, 'target', 'key:sha256:…')
      answerJson(response, 200, await ledger.revocations(target, momentOf(params)), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
