/** A right to revoke within an image scope: it reaches what another principal has put there, and every reader can tell. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { formatSubmission, parseEnvelope } from '../../src/attestation/envelope.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { trustRootStatement, type TrustRoot } from '../../src/attestation/trust-root.ts'
import { attestationId, imageDigest, logIndex, type LogIndex } from '../../src/brand.ts'
import { auditLog } from '../../src/client/audit.ts'
import { Client } from '../../src/client/client.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { createTrustState, revocationsOf } from '../../src/trust/trust-state.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { removeAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

const team = testKey('team')
const first = trustRoot({ ci: [keys.ci], team: [team] })
const scoped: TrustRoot = {
  ...first,
  version: 2,
  previous: idOfPayload(trustRootStatement(first)),
  keys: { ...first.keys, [team.publicKey.id]: { spki: formatBase64(team.publicKey.spki) } },
  grants: [...first.grants, { to: 'team', role: 'revoke', images: ['registry.test/shop'] }],
}
const trust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(trustRootStatement(first))),
}
const asked = { component: 'pkg:npm/lodash' }

function revokes(uri: string, basis?: number, key = team): Uint8Array {
  const rest = basis === undefined ? {} : { basis: { entry: logIndex(basis) } }
  return signEnvelope(
    revocationPayload({ target: parseTarget(uri), mode: 'all', reason: 'unspecified', ...rest }),
    key,
  )
}

const image = (name: string): string => `image:${digestOf(name)}`

/** 0 1 trust roots · 2 SBOM of shop by ci · 3 of pay by ci · 4 of shop by the team itself · 5 a newer one by ci · 6 the revocation of shop */
describe('a right to revoke within an image scope', () => {
  let storage: Storage
  let ledger: Ledger
  const blobsRead: string[] = []

  before(async () => {
    const memory = openMemoryStorage()
    const { blobs } = memory
    storage = { ...memory, blobs: { ...blobs, get: (id) => (blobsRead.push(id), blobs.get(id)) } }
    ledger = await createTestLedger(storage, {
      batchWindowMs: 0,
      submitters: { ci: [keys.ci], team: [team] },
    })
    await ledger.submit(signEnvelope(trustRootStatement(scoped), keys.admin))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.19']), keys.ci))
    await ledger.submit(signEnvelope(sbomPayload('pay', ['lodash@4.17.20']), keys.ci))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.21'], 'trivy'), team))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci))
  })

  const client = (change?: Change): Client =>
    new Client({ url: URL_OF_LEDGER, ...trust, fetch: ledgerFetch(ledger, change) })

  const refused: readonly (readonly [string, () => Uint8Array])[] = [
    ['an image without a basis', () => revokes(image('shop'))],
    ['an image outside, by its own entry', () => revokes(image('pay'), 3)],
    ['an image by an entry about another', () => revokes(image('pay'), 2)],
    ['an image by its own word', () => revokes(image('shop'), 4)],
    ['an image by a control statement', () => revokes(image('shop'), 1)],
    ['an image by an entry that is not there yet', () => revokes(image('shop'), 99)],
    ['a key', () => revokes(`key:${keys.ci.publicKey.id}`)],
    ['an attestation', () => revokes(`attestation:${idOfPayload(sbomPayload('shop', ['lodash@4.17.19']))}`)],
  ]
  for (const [what, body] of refused) {
    it(`does not reach ${what}`, async () => {
      expect((await asyncRefusal(ledger.submit(body()))).reason).to.equal('unauthorized')
    })
  }

  it('has nothing read for whoever may not revoke: what a basis names may be the largest SBOM', async () => {
    const [stranger, basis] = [testKey('stranger'), idOfPayload(sbomPayload('shop', ['lodash@4.17.19']))]
    const body = formatSubmission({
      envelope: parseEnvelope(revokes(image('shop'), 2, stranger)),
      publicKeys: [stranger.publicKey.spki],
    })
    const refusals = [body, revokes(image('shop'), 2, keys.ci)].map(async (one) => {
      const { reason } = await asyncRefusal(ledger.submit(one))
      return reason
    })
    blobsRead.splice(0)
    expect(await Promise.all(refusals)).to.deep.equal(['untrusted-signer', 'unauthorized'])
    expect(blobsRead).to.not.include(basis)
    await asyncRefusal(ledger.submit(revokes(image('pay'), 2)))
    expect(blobsRead).to.include(basis)
  })

  it('reaches an image that another principal named there before', async () => {
    await ledger.submit(revokes(image('shop'), 2))
    const { items } = await ledger.images(asked)
    expect(items.map((row) => row.revoked)).to.deep.equal([false, true])
  })

  it('is judged again by a start-up, a check, an audit, evidence and a client', async () => {
    await expectSound(storage)
    const state = createTrustState(ORIGIN)
    await foldLog(state, storage.log, storage.blobs, 0 as LogIndex, await storage.log.size())
    expect(revocationsOf(state, 9, image('shop'))).to.have.length(1)
    expect((await auditLog(client(), { deep: true })).problems).to.deep.equal([])
    const report = verifyEvidence(await collectEvidence(client(), asked), trust)
    // The basis is there although a newer SBOM counts in its place.
    expect(report.entries.map((entry) => entry.index)).to.include(2)
    expect((await verifyImage(client(), imageDigest(digestOf('shop')))).revoked).to.equal(true)
  })

  it('cannot be shown without what it rests on', async () => {
    const lying = client(changeJson('ledger/v1/images', (v) => removeAt(v, '/entries/2')))
    expect((await asyncRefusal(collectEvidence(lying, asked))).reason).to.equal('not-admissible')
  })
})
