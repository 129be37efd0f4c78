/** `/ledger/v1/entries/{index}`: one entry with its inclusion proof; as a Sigstore bundle; its tlog-proof file. */
import type { Router } from 'express'
import { logIndex } from '../brand.ts'
import type { LogIndex } from '../brand.ts'
import { utf8 } from '../encoding/utf8.ts'
import { BUNDLE_TYPE } from '../entry/bundle.ts'
import { allowOnly } from './allow-only.ts'
import { answerBytes, answerJson } from './answers.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { refuseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'
import { parseWholeNumber } from './whole-number.ts'

export function entryRoutes(ledger: Pick<LedgerDoor, 'entry' | 'records'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/entries/:index')
    .get(async (request, response) => {
      refuseQuery(request.url)
      await answerJson(response, 200, await ledger.entry(indexOf(request.params.index)), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/ledger/v1/entries/:index/bundle')
    .get(async (request, response) => {
      refuseQuery(request.url)
      const bundle = await ledger.records.bundle(indexOf(request.params.index))
      answerBytes(response, BUNDLE_TYPE, utf8(`${JSON.stringify(bundle)}\n`), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/ledger/v1/entries/:index/tlog-proof')
    .get(async (request, response) => {
      refuseQuery(request.url)
      const file = await ledger.records.proofFile(indexOf(request.params.index))
      answerBytes(response, 'text/plain; charset=utf-8', utf8(file), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}

function indexOf(text: string): LogIndex {
  return logIndex(parseWholeNumber(text, 'entry index'))
}
