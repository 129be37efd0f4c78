/**
 * `/ledger/v1/proofs/consistency`, `…/events`, `…/pae`, `…/manifests`: how the log grew, what was recorded since, what was
 * signed and what follows from it.
 */
import type { RequestHandler, Router } from 'express'
import { formatByteList } from '../encoding/byte-list.ts'
import { logIndex, treeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS, MAX_SIGNED_ENTRIES } from '../ledger/limits.ts'
import { allowOnly } from './allow-only.ts'
import { answerBytes, answerJson, IMMUTABLE } from './answers.ts'
import { encodeFor } from './encode-for.ts'
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
      await answerJson(response, 200, await records.consistency(from, to), 'no-cache')
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
      await answerJson(response, 200, await records.events(page), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes.route('/ledger/v1/pae').get(answerRange(records.signed)).all(allowOnly('GET'))
  routes.route('/ledger/v1/manifests').get(answerRange(records.manifests)).all(allowOnly('GET'))
  return routes
}

function answerRange(read: LedgerDoor['records']['signed']): RequestHandler {
  return async (request, response) => {
    const params = parseQuery(request.url, ['from', 'to'])
    const from = parseWholeNumber(requiredParam(params, 'from', '0'), 'parameter "from"')
    const range = { least: from + 1, most: from + MAX_SIGNED_ENTRIES }
    const to = parseWholeNumber(requiredParam(params, 'to', '8'), 'parameter "to"', range)
    const { list, lasting } = await read(logIndex(from), treeSize(to))
    const body = await encodeFor(request, response, formatByteList(list))
    answerBytes(response, 'application/octet-stream', body, lasting ? IMMUTABLE : 'no-cache')
  }
}
