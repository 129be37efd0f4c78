/** Annulment in a real ledger: what counts again, as of when, and what a server that withholds it can show. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { annulmentStatement } from '../../src/attestation/annulment.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationId, imageDigest, treeSize } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { revocationStanding } from '../../src/client/revocation-standing.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { createWith, firstRoot, signedBy } from '../helpers/many-admins.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import {
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  revocationPayload,
  sbomPayload,
} from '../helpers/test-ledger.ts'

const trust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(trustRootStatement(firstRoot))),
}
const asked = { component: 'pkg:npm/lodash' }
const key = `key:${keys.ci.publicKey.id}`
const shop = imageDigest(digestOf('shop'))
const revoked = revocationPayload({ target: parseTarget(key), mode: 'all', reason: 'key-compromise' })
const revocation = attestationId(idOfPayload(revoked))
const annulled = annulmentStatement({
  revocation,
  reason: 'mistake',
  log: ORIGIN,
  issuedAt: '2026-11-24T12:00:00Z',
  nonce: 'a'.repeat(32),
})

function clientOf(ledger: Ledger, change?: Change): Client {
  return new Client({ url: URL_OF_LEDGER, ...trust, fetch: ledgerFetch(ledger, change) })
}

/** 0 1 trust root · 2 SBOM of shop by ci · 3 revocation of its key · 4 annulment, by one · 5 by a second · 6 SBOM of api by ci */
describe('annulment of a revocation', () => {
  let storage: Storage
  let ledger: Ledger

  before(async () => {
    storage = openMemoryStorage()
    ledger = await createWith(storage, 'admin', 'second')
    await ledger.submit(signedBy(sbomPayload('shop', ['lodash@4.17.20']), 'ci'))
    await ledger.submit(signedBy(revoked, 'admin'))
  })

  const affected = async (size?: number): Promise<number[]> => {
    const moment = size === undefined ? undefined : { at: treeSize(size) }
    const { items, coverage } = await ledger.images(asked, moment)
    return [items.length, coverage.affected, coverage.unknown]
  }

  it('by one of two administrators changes nothing, and tells how many are missing', async () => {
    expect(await affected()).to.deep.equal([0, 0, 1])
    await ledger.submit(signedBy(annulled, 'third'))
    expect(await affected()).to.deep.equal([0, 0, 1])
    const { annulledBy, annulment } = await revocationStanding(clientOf(ledger), revocation)
    expect(annulledBy).to.equal(undefined)
    expect(annulment(attestationId(idOfPayload(annulled))).missing).to.equal(1)
    const refused = await asyncRefusal(ledger.submit(signedBy(sbomPayload('api', ['lodash@4.17.21']), 'ci')))
    expect(refused.reason).to.equal('revoked-key')
  })

  it('by the second, what was taken back counts again, and the key may sign', async () => {
    await ledger.submit(signedBy(annulled, 'admin'))
    expect(await affected()).to.deep.equal([1, 1, 0])
    await ledger.submit(signedBy(sbomPayload('api', ['lodash@4.17.21']), 'ci'))
    expect((await revocationStanding(clientOf(ledger), revocation)).annulledBy).to.equal(5)
  })

  it('changes no answer as of before', async () => {
    const history = await Promise.all([3, 4, 5, 6, 7].map(affected))
    expect(history).to.deep.equal([
      [1, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
      [1, 1, 0],
      [2, 2, 0],
    ])
  })

  it('stays visible beside the revocation', async () => {
    const answer = await clientOf(ledger).revocations(key)
    expect(answer).to.deep.include({ state: 'not-revoked', revocations: [] })
    expect(answer.annulled).to.deep.equal([
      { entry: 3, mode: 'all', reason: 'key-compromise', signedBy: [keys.admin.publicKey.id], annulledBy: 5 },
    ])
    const { attestations } = await verifyImage(clientOf(ledger), shop)
    expect(attestations[0]?.verdict).to.deep.include({ verdict: 'valid' })
    expect(attestations[0]?.verdict.reasons[0]).to.deep.include({ entry: 3, annulledBy: 5 })
  })

  it('leaves log and index as an auditor makes them, and evidence that proves itself', async () => {
    await expectSound(storage)
    const report = verifyEvidence(await collectEvidence(clientOf(ledger), asked), trust)
    expect(report.entries.map((entry) => entry.index)).to.deep.equal([0, 1, 2, 3, 4, 5, 6])
  })

  /** What is withheld, of an answer that was honest otherwise. */
  const lies: readonly (readonly [string, string, (value: JsonValue) => JsonValue])[] = [
    ['the completing signature', 'not-admissible', (v) => removeAt(v, '/entries/5')],
    ['the first signature', 'not-admissible', (v) => removeAt(v, '/entries/4')],
    ['the revocation', 'not-admissible', (v) => removeAt(v, '/entries/3')],
  ]
  for (const [what, reason, tell] of lies) {
    it(`cannot be withheld from evidence: ${what}`, async () => {
      const lying = clientOf(ledger, changeJson('ledger/v1/images', tell))
      expect((await asyncRefusal(collectEvidence(lying, asked))).reason).to.equal(reason)
    })
  }

  it('cannot be asked about where the server leaves out what it would end', async () => {
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/revocations', (v) =>
        [3, 4, 5].reduce(
          (a, at) => removeAt(a, `/entries/${at}`),
          setAt(setAt(v, '/revocations', []), '/annulled', []),
        ),
      ),
    )
    expect((await asyncRefusal(revocationStanding(lying, revocation))).reason).to.equal('rows-differ')
  })

  it('withheld from an image, the verdict is not the server’s, and it is refused', async () => {
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/images/', (v) => removeAt(v, '/entries/5')),
    )
    expect((await asyncRefusal(verifyImage(lying, shop))).reason).to.equal('rows-differ')
  })

  const withheld = changeJson('ledger/v1/images', (v) => {
    const without = [2, 4, 5, 6].reduce((value, index) => removeAt(value, `/entries/${index}`), v)
    const counts = {
      images: 2,
      affected: 0,
      notAffected: 2,
      undetermined: 0,
      unknown: 0,
      unreadableEntries: 0,
    }
    return setAt(setAt(without, '/items', []), '/coverage', counts)
  })

  it('withheld together with what it brought back, it is missed: the maps list both', async () => {
    const cause = await asyncRefusal(collectEvidence(clientOf(ledger, withheld), asked))
    expect(cause.reason).to.equal('answer-incomplete')
  })

  it('withheld so from an answer without proof, nothing false is established: the report names what is open', async () => {
    const { report } = await verifiedImages(clientOf(ledger, withheld), asked)
    expect(report.rows).to.deep.equal([])
    expect(report.notEstablished.map((one) => one.id)).to.include.members(['complete', 'not-revoked'])
  })
})
