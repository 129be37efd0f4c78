/** `/ledger/v1/proofs/consistency`, `/ledger/v1/events`: how the log grew, and what was recorded since. */
import type { Router } from 'express'
import { logIndex, treeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS } from '../ledger/limits.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { parseQuery, requiredParam } from './query-params.ts'
import { createRouter } from './routes.ts'
import { parseWholeNumber } from './whole-number.ts'

export function logRoutes({ records }: Pick<LedgerDoor, 'records'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/proofs/consistency')
    .get(async (request, response) => {
      const params = parseQuery(request.url, ['from', 'to'])
      const from = treeSize(parseWholeNumber(requiredParam(params, 'from', '8'), 'parameter "from"'))
      const end = params.get('to')
      const to = end === undefined ? undefined : treeSize(parseWholeNumber(end, 'parameter "to"'))
      if (to !== undefined && from > to)
        throw new Fault('parameter-malformed', `parameter "from": expected at most ${to}, got ${from}`)
      answerJson(response, 200, await records.consistency(from, to), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/ledger/v1/events')
    .get(async (request, response) => {
      const params = parseQuery(request.url, ['after', 'limit'])
      const after = params.get('after')
      const limit = params.get('limit') ?? String(DEFAULT_PAGE_ROWS)
      const page = {
        limit: parseWholeNumber(limit, 'parameter "limit"', { least: 1, most: MAX_PAGE_ROWS }),
        ...(after === undefined ? {} : { after: logIndex(parseWholeNumber(after, 'parameter "after"')) }),
      }
      answerJson(response, 200, await records.events(page), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}
