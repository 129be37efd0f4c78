/**
 * `/index/components/…` and `/index/status/…` (index.md 6 and 7): the output log of each map, as the log itself is served, and
 * look-ups with proofs against its newest root.
 */
import type { RequestHandler, Router } from 'express'
import type { MapFunctionVersion, MapName } from '../map/output-log.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { parseLookup } from './lookup-body.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'
import { tileRoutes } from './tiles.ts'

export function mapRoutes(
  ledger: Pick<LedgerDoor, 'maps' | 'proofs'>,
  { readBody }: { readonly readBody: ReadBody },
): readonly Router[] {
  return (['components', 'status'] as const).flatMap((map) =>
    ledger.maps.versions(map).flatMap((version) => {
      // Whoever asks for v1 knows this path, and goes on finding it there.
      const base = version === 'v1' ? `/index/${map}` : `/index/${map}/${version}`
      const lookups = createRouter()
      lookups
        .route(`${base}/lookup`)
        .post(answerLookup(ledger, { map, version }, readBody))
        .all(allowOnly('POST'))
      return [tileRoutes(ledger.maps.outputDoor(map, version), base), lookups]
    }),
  )
}

function answerLookup(
  { proofs, maps }: Pick<LedgerDoor, 'proofs' | 'maps'>,
  { map, version }: { readonly map: MapName; readonly version: MapFunctionVersion },
  readBody: ReadBody,
): RequestHandler {
  return async (request, response) => {
    refuseQuery(request.url)
    maps.checkServed(map, version)
    const { asked, minSize } = parseLookup(await readBody(request, response))
    answerJson(response, 200, await proofs.lookUp(map, asked, minSize), 'no-cache')
  }
}
