/** `/index/status/map`: the whole status map; `/index/status/entries`: entries that it lists, with what was signed. */
import type { Router } from 'express'
import { atMost, documentField, elements, expectWhole, member, refuseOthers } from '../attestation/field.ts'
import { logIndex, type LogIndex } from '../brand.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { MAX_SIGNED_ENTRIES } from '../ledger/limits.ts'
import { keptEntryJson, statusMapJson } from '../verify/status-map.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { refuseLonger } from './body-length.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { proofAsked } from './proof-asked.ts'
import { parseQuery, refuseQuery } from './query-params.ts'
import type { ReadBody } from './request-body.ts'
import { createRouter } from './routes.ts'

export function statusMapRoutes(
  { proofs, records }: Pick<LedgerDoor, 'proofs' | 'records'>,
  { readBody }: { readonly readBody: ReadBody },
): Router {
  const routes = createRouter()
  routes
    .route('/index/status/map')
    .get(async (request, response) => {
      const proof = proofAsked(parseQuery(request.url, ['proof']))
      await answerJson(response, 200, statusMapJson(await proofs.statusMap(proof)), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/index/status/entries')
    .post(async (request, response) => {
      refuseQuery(request.url)
      const entries = await records.entryList(parseEntryList(await readBody(request, response)))
      await answerJson(response, 200, { entries: entries.map(keptEntryJson) }, 'no-cache')
    })
    .all(allowOnly('POST'))
  return routes
}

/** That many indexes of 16 digits, and whatever stands between them. */
const MAX_LIST_BYTES = 64 * 1024

const document = { subject: 'entries', reason: 'request-malformed' } as const

/** `{"entries": [0, 17]}`, each once. @throws Fault `malformed` (`request-malformed`), `too-large` (`request-too-large`) */
function parseEntryList(bytes: Uint8Array): readonly LogIndex[] {
  refuseLonger(bytes, { subject: 'entries', most: MAX_LIST_BYTES })
  const body = parseJson(bytes, { subject: 'entries', strictNumbers: true, forbidProto: true })
  const field = documentField(document, body)
  refuseOthers(field, ['entries'])
  const list = member(field, 'entries')
  const indexes = atMost(MAX_SIGNED_ENTRIES, elements(list), list).map((one) => logIndex(expectWhole(one, 0)))
  return [...new Set(indexes)].sort((a, b) => a - b)
}
