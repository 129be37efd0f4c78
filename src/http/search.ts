/**
 * `/ledger/v1/search`: many packages in one question. It is sent as a body, since a list of a thousand is longer than any
 * URL; nothing is recorded by it.
 */
import type { Router } from 'express'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { clientLeft } from './client-left.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import type { Report } from './problem.ts'
import { createRouter } from './routes.ts'
import { streamWhole, wantsNdjson } from './row-stream.ts'
import { parseSearch } from './search-body.ts'

export function searchRoutes(
  ledger: Pick<LedgerDoor, 'search' | 'proofs'>,
  { readBody, report }: { readonly readBody: ReadBody; readonly report: Report },
): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/search')
    .post(async (request, response) => {
      refuseQuery(request.url)
      const { asked, moment, isComplete, isPage } = parseSearch(await readBody(request, response))
      response.vary('Accept')
      if (isComplete && !isPage && wantsNdjson(request)) {
        const answer = await ledger.proofs.search({ ...asked, whole: true }, moment, clientLeft(response))
        return streamWhole(response, answer, report)
      }
      const door = isComplete ? ledger.proofs : ledger
      const answer = await door.search(asked, moment, clientLeft(response))
      await answerJson(response, 200, answer, 'no-cache')
    })
    .all(allowOnly('POST'))
  return routes
}
