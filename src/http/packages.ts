/** `/ledger/v1/packages?component=PURL`: which versions of a package there are, and in how many images. */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { componentOf, pageOf } from './images.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { MOMENT, momentOf } from './moment.ts'
import { parseQuery, requiredParam } from './query-params.ts'
import { createRouter } from './routes.ts'

export function packageRoutes(ledger: Pick<LedgerDoor, 'packages'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/packages')
    .get(async (request, response) => {
      const params = parseQuery(request.url, ['component', ...MOMENT, 'limit', 'cursor'])
      const query = {
        component: componentOf(requiredParam(params, 'component', 'pkg:npm/lodash')),
        ...pageOf(params),
      }
      await answerJson(response, 200, await ledger.packages(query, momentOf(params)), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
