/** `/ledger/v1/names?name=…`: what is there of a name as people use it, packages above all. */
import type { Router } from 'express'
import { Fault } from '../errors.ts'
import type { NamesAsked } from '../ledger/query-names.ts'
import { NAME_MATCHES } from '../verify/names-answer.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { clientLeft } from './client-left.ts'
import { pageOf } from './images.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { MOMENT, momentOf } from './moment.ts'
import { parseQuery, requiredParam } from './query-params.ts'
import { createRouter } from './routes.ts'

export function nameRoutes(ledger: Pick<LedgerDoor, 'names'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/names')
    .get(async (request, response) => {
      const params = parseQuery(request.url, ['name', 'match', 'type', ...MOMENT, 'limit', 'cursor'])
      const type = params.get('type')
      const asked: NamesAsked = {
        name: requiredParam(params, 'name', 'log4j-core'),
        match: matchOf(params.get('match')),
        ...(type === undefined ? {} : { type }),
        ...pageOf(params),
      }
      const answer = await ledger.names(asked, momentOf(params), clientLeft(response))
      await answerJson(response, 200, answer, 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}

function matchOf(text = 'exact'): NonNullable<NamesAsked['match']> {
  const match = NAME_MATCHES.find((one) => one === text)
  if (match !== undefined) return match
  throw new Fault(
    'parameter-malformed',
    `match: expected one of ${NAME_MATCHES.join(', ')}, got ${text.slice(0, 100)}`,
    { facts: { parameter: 'match' } },
  )
}
