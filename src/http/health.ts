/**
 * `/livez`, `/readyz`, `/metrics`: for whoever runs the ledger. None of them touches storage, so none of them hangs
 * with it.
 */
import type { Router } from 'express'
import { utf8 } from '../encoding/utf8.ts'
import { allowOnly } from './allow-only.ts'
import { answerBytes } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { METRICS_TYPE, type Metrics } from './metrics.ts'
import { refuseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'

const TEXT = 'text/plain; charset=utf-8'

export function healthRoutes(ledger: Pick<LedgerDoor, 'notReady' | 'gauges'>, metrics: Metrics): Router {
  const routes = createRouter()
  routes
    .route('/livez')
    .get((request, response) => {
      refuseQuery(request.url)
      answerBytes(response, TEXT, utf8('alive\n'), 'no-store')
    })
    .all(allowOnly('GET'))
  routes
    .route('/readyz')
    .get((request, response) => {
      refuseQuery(request.url)
      const why = ledger.notReady()
      if (why !== undefined) throw why
      answerBytes(response, TEXT, utf8('ready\n'), 'no-store')
    })
    .all(allowOnly('GET'))
  routes
    .route('/metrics')
    .get((request, response) => {
      refuseQuery(request.url)
      const text = metrics.format(ledger.gauges(), ledger.notReady() === undefined)
      answerBytes(response, METRICS_TYPE, utf8(text), 'no-store')
    })
    .all(allowOnly('GET'))
  return routes
}
