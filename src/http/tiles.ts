/**
 * `/checkpoint` and `/tile/…` (https://c2sp.org/tlog-tiles): the log itself, for everybody who checks it.
 *
 * Any width within the published tree is served, a wider one is 404 (contracts.md 3): clients of tlog-tiles take
 * nothing but 404 for "not there yet".
 */
import type { RequestHandler, Router } from 'express'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { OutputDoor } from '../ledger/published-maps.ts'
import { TILE_WIDTH, parseTilePath } from '../tlog/tile.ts'
import type { ParsedTilePath } from '../tlog/tile.ts'
import { allowOnly } from './allow-only.ts'
import { CHECKPOINT, IMMUTABLE, PARTIAL_TILE, answerBytes } from './answers.ts'
import { encodeFor } from './encode-for.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'

type TileDoor = OutputDoor | Pick<LedgerDoor, 'checkpoint' | 'tile' | 'entryBundle'>

/** @param base where the log is served, such as `/index/status`; empty for the log itself */
export function tileRoutes(ledger: TileDoor, base = ''): Router {
  const routes = createRouter()
  routes
    .route(`${base}/checkpoint`)
    .get(async (request, response) => {
      refuseQuery(request.url)
      answerBytes(response, 'text/plain; charset=utf-8', utf8(await ledger.checkpoint()), CHECKPOINT)
    })
    .all(allowOnly('GET'))
  const answer = answerTile(ledger, base)
  routes.route(`${base}/tile/entries/*index`).get(answer).all(allowOnly('GET'))
  routes.route(`${base}/tile/:level/*index`).get(answer).all(allowOnly('GET'))
  return routes
}

function answerTile(ledger: TileDoor, base: string): RequestHandler {
  return async (request, response) => {
    refuseQuery(request.url)
    // The path as it was sent: a tile has one spelling, so nothing is decoded.
    const tile = parseTilePath(request.path.slice(base.length + 1))
    const bytes = await readTile(ledger, tile)
    if (bytes === undefined) {
      throw new Fault('not-recorded', `${request.path}: the published tree has no such tile`, {
        hint: `See ${base}/checkpoint for its size.`,
      })
    }
    const caching = tile.width === TILE_WIDTH ? IMMUTABLE : PARTIAL_TILE
    const sent = tile.kind === 'entries' ? await encodeFor(request, response, bytes) : bytes
    answerBytes(response, 'application/octet-stream', sent, caching)
  }
}

function readTile(
  ledger: TileDoor,
  { kind, level, index, width }: ParsedTilePath,
): Promise<Uint8Array | undefined> {
  return kind === 'entries' ? ledger.entryBundle({ index, width }) : ledger.tile({ level, index, width })
}
