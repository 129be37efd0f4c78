/** `/ledger/v1/revocations?target=URI`: is this attestation, signature, key or image revoked? */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { MOMENT, momentOf } from './moment.ts'
import { proofAsked } from './proof-asked.ts'
import { parseQuery, requiredParam } from './query-params.ts'
import { createRouter } from './routes.ts'

export function revocationRoutes(ledger: Pick<LedgerDoor, 'revocations' | 'proofs'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/revocations')
    .get(async (request, response) => {
      const params = parseQuery(request.url, ['target', 'proof', ...MOMENT])
      const target = requiredParam(params, 'target', 'key:sha256:…')
      const proof = proofAsked(params)
      const door = proof === undefined ? ledger : ledger.proofs
      const moment = { ...momentOf(params), ...proof }
      await answerJson(response, 200, await door.revocations(target, moment), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
