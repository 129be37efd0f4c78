/** `/ledger/v1/deployments?environment=&image=&time=`: what ran where, by the word of whoever signed it. */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { pageOf } from './images.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { MOMENT, momentOf } from './moment.ts'
import { parseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'

const ASKED = ['environment', 'image', 'time'] as const

export function deploymentRoutes(ledger: Pick<LedgerDoor, 'deployments'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/deployments')
    .get(async (request, response) => {
      const params = parseQuery(request.url, [...ASKED, ...MOMENT, 'limit', 'cursor'])
      const asked = Object.fromEntries(ASKED.flatMap((name) => pairOf(name, params.get(name))))
      const answer = await ledger.deployments({ ...asked, ...pageOf(params) }, momentOf(params))
      await answerJson(response, 200, answer, 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}

function pairOf(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]]
}
