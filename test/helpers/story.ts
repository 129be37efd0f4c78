/**
 * A small real log for tests of the verifier and the client: a ledger in memory whose entries are known.
 *
 *     0 trust root · 1 SBOM of shop (lodash 4.17.20, left-pad 1.3.0) · 2 provenance of shop · 3 SBOM of api (lodash 4.17.21)
 *     4 SBOM of web (lodash 4.17.15) · 5 revocation of the image web · 6 SBOM of old (lodash 4.17.11) · 7 revocation of entry 6
 */
import { attestationId, treeSize } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Clock, Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { Fault } from '../../src/errors.ts'
import { problemOf } from '../../src/http/problem.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import type { LogTrust } from '../../src/verify/evidence.ts'
import { ledgerFetch, URL_OF_LEDGER } from './ledger-fetch.ts'
import type { Change } from './ledger-fetch.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  trustRoot,
} from './test-ledger.ts'

export const COMMIT = 'a'.repeat(40)

export const payloads = {
  root: trustRootStatement(trustRoot({ ci: [keys.ci] })),
  shop: sbomPayload('shop', ['lodash@4.17.20', 'left-pad@1.3.0']),
  shopProvenance: provenancePayload('shop', 'git.test/shop', COMMIT, 'https://ci.test/builder'),
  api: sbomPayload('api', ['lodash@4.17.21']),
  web: sbomPayload('web', ['lodash@4.17.15']),
  webRevoked: revocationPayload({
    target: parseTarget(`image:${digestOf('web')}`),
    mode: 'all',
    reason: 'malicious-artifact',
  }),
  old: sbomPayload('old', ['lodash@4.17.11']),
} as const

const oldRevoked = revocationPayload({
  target: parseTarget(`attestation:${idOfPayload(payloads.old)}`),
  mode: 'all',
  reason: 'false-statement',
})

export const trust: LogTrust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(payloads.root)),
}

export interface Story {
  readonly ledger: Ledger
  readonly storage: Storage
}

/** The ledger with all its entries in it. */
export async function tellStory(clock?: Clock): Promise<Story> {
  const storage = openMemoryStorage()
  const ledger = await createTestLedger(storage, {
    batchWindowMs: 0,
    ...(clock === undefined ? {} : { clock }),
  })
  const byCi = [payloads.shop, payloads.shopProvenance, payloads.api, payloads.web]
  for (const payload of byCi) await ledger.submit(signEnvelope(payload, keys.ci))
  await ledger.submit(signEnvelope(payloads.webRevoked, keys.admin))
  await ledger.submit(signEnvelope(payloads.old, keys.ci))
  await ledger.submit(signEnvelope(oldRevoked, keys.admin))
  return { ledger, storage }
}

export const STORY_SIZE = treeSize(8)

/** A client of the ledger; `change` makes its server lie. */
export function clientOf(ledger: Ledger, change?: Change, others: Partial<LogTrust> = {}): Client {
  return new Client({ url: URL_OF_LEDGER, ...trust, ...others, fetch: ledgerFetch(ledger, change) })
}

/** Of a ledger that cannot prove that an answer is complete: what rows alone show, and what they leave open. */
export function clientWithoutProofs(ledger: Ledger): Client {
  const whole = ledgerFetch(ledger)
  const tooLarge = new Fault('answer-too-large', 'answer: expected no request for its proof, got one')
  return new Client({
    url: URL_OF_LEDGER,
    ...trust,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const body = init?.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : ''
      if (!url.searchParams.has('proof') && !body.includes('"proof":')) return whole(input, init)
      const problem = problemOf(tooLarge, 'test')
      return new Response(problem.body, { status: problem.status, headers: problem.headers })
    },
  })
}

/** npm's lodash below 4.17.21: affects shop and web; old fell with its SBOM. */
export const QUESTION = { component: 'pkg:npm/lodash', range: '<4.17.21' } as const
