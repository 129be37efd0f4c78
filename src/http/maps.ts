/**
 * `/index/components/…` and `/index/status/…` (index.md 6 and 7): the output log of each map, as the log itself is served, where
 * auditors hand in their signatures, and look-ups with proofs against its newest root.
 */
import type { RequestHandler, Router } from 'express'
import { isObject, parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import type { MapFunctionVersion, MapName } from '../map/output-log.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { refuseLonger } from './body-length.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { parseLookup } from './lookup-body.ts'
import { refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'
import { tileRoutes } from './tiles.ts'

/** A checkpoint with the hundred signatures that a note can have, of 76 bytes each. */
const MAX_COSIGNED_BYTES = 64 * 1024

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
      lookups
        .route(`${base}/cosignatures`)
        .post(takeCosignature(ledger, { map, version }, readBody))
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
    const { asked, moment } = parseLookup(await readBody(request, response))
    await answerJson(response, 200, await proofs.lookUp(map, asked, moment), 'no-cache')
  }
}

function takeCosignature(
  { maps }: Pick<LedgerDoor, 'maps'>,
  { map, version }: { readonly map: MapName; readonly version: MapFunctionVersion },
  readBody: ReadBody,
): RequestHandler {
  const door = maps.outputDoor(map, version)
  return async (request, response) => {
    refuseQuery(request.url)
    await door.cosign(parseCosigned(await readBody(request, response)))
    await answerJson(response, 200, { checkpoint: await door.checkpoint() }, 'no-cache')
  }
}

/** `{"checkpoint": note}` */
function parseCosigned(bytes: Uint8Array): string {
  refuseLonger(bytes, { subject: 'cosigned checkpoint', most: MAX_COSIGNED_BYTES })
  const body = parseJson(bytes, { subject: 'cosigned checkpoint', forbidProto: true })
  const { checkpoint, ...others } = isObject(body) ? body : {}
  if (typeof checkpoint === 'string' && Object.keys(others).length === 0) return checkpoint
  throw new Fault('request-malformed', 'cosigned checkpoint: expected {"checkpoint": "<signed note>"}')
}
