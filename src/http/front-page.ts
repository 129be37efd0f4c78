/** `/`: what somebody reads who opens the ledger's address in a browser. */
import type { Router } from 'express'
import { utf8 } from '../encoding/utf8.ts'
import { allowOnly } from './allow-only.ts'
import { PAGE, answerBytes } from './answers.ts'
import { refuseQuery } from './query-params.ts'
import { createRouter } from './routes.ts'

const text = `This is an Attestree ledger: a transparency log for what is inside container images.

Ask which images contain a component, or whether a signature is revoked, and check the answer without
trusting this server: every row comes with a proof that it is in the log.

To try:

  /ledger/v1/status                                              which log this is and how far it reaches
  /ledger/v1/images?component=pkg:npm/lodash&range=%3C4.17.21    which images contain lodash before 4.17.21
  /ledger/v1/names?name=log4j-core                               which packages are called so
  /ledger/v1/entries/0                                           the first entry, with its proof
  /ledger/v1/revocations?target=image:sha256:...                 is this image revoked?
  /ledger/v1/events                                              what was recorded; ask again after the last one
  /checkpoint                                                    the signed tree head (C2SP tlog-checkpoint)
  /tile/0/000.p/1                                                the tree itself (C2SP tlog-tiles)

The command line asks the same questions and checks every proof:

  attestree find log4j-core --range '<2.17.1'
`

export function frontPage(): Router {
  const routes = createRouter()
  routes
    .route('/')
    .get((request, response) => {
      refuseQuery(request.url)
      answerBytes(response, 'text/plain; charset=utf-8', utf8(text), PAGE)
    })
    .all(allowOnly('GET'))
  return routes
}
