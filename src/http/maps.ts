/**
 * `/index/components/…` and `/index/status/…` (index.md 6 and 7): the output log of each map, as the log itself is served, and
 * look-ups with proofs against its newest root.
 */
import type { RequestHandler, Router } from 'express'
import type { MapName } from '../map/output-log.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { parseLookup } from './lookup-body.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'
import { tileRoutes } from './tiles.ts'

export function mapRoutes(
  ledger: Pick<LedgerDoor, 'maps' | 'lookUp'>,
  { readBody }: { readonly readBody: ReadBody },
): readonly Router[] {
  return (['components', 'status'] as const).flatMap((map) => {
    const lookups = createRouter()
    lookups
      .route(`/index/${map}/lookup`)
      .post(answerLookup(ledger, map, readBody))
      .all(allowOnly('POST'))
    return [tileRoutes(ledger.maps.outputDoor(map), `/index/${map}`), lookups]
  })
}

function answerLookup(ledger: Pick<LedgerDoor, 'lookUp'>, map: MapName, readBody: ReadBody): RequestHandler {
  return async (request, response) => {
    refuseQuery(request.url)
    const { asked, minSize } = parseLookup(await readBody(request, response))
    answerJson(response, 200, await ledger.lookUp(map, asked, minSize), 'no-cache')
  }
}
