import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { annulmentStatement } from '../../src/attestation/annulment.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationId } from '../../src/brand.ts'
import { printWaiting, trustJson } from '../../src/cli/trust-show.ts'
import { Client } from '../../src/client/client.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import { waitingAnnulments } from '../../src/client/waiting-annulments.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { createWith, firstRoot, people, rootBy, signedBy } from '../helpers/many-admins.ts'
import { recorder } from '../helpers/recorder.ts'
import { digestOf, idOfPayload, keys, ORIGIN, revocationPayload } from '../helpers/test-ledger.ts'

const trust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(trustRootStatement(firstRoot))),
}
const target = `image:${digestOf('shop')}`
const revoked = revocationPayload({ target: parseTarget(target), mode: 'all', reason: 'malicious-artifact' })
const annulment = annulmentStatement({
  revocation: attestationId(idOfPayload(revoked)),
  reason: 'mistake',
  log: ORIGIN,
  issuedAt: '2026-11-24T12:00:00Z',
  nonce: 'a'.repeat(32),
})
const next = trustRootStatement(rootBy(['admin', 'second'], 2, { previous: firstRoot }))

/** 0 1 trust root · 2 revocation · 3 annulment, by one of two · 4 next trust root, by one of two */
describe('attestree trust show: what waits for a signature', () => {
  let ledger: Ledger

  before(async () => {
    ledger = await createWith(openMemoryStorage(), 'admin', 'second')
    await ledger.submit(signedBy(revoked, 'admin'))
    await ledger.submit(signedBy(annulment, 'third'))
    await ledger.submit(signedBy(next, 'admin'))
  })

  const clientOf = (change?: Change): Client =>
    new Client({ url: URL_OF_LEDGER, ...trust, fetch: ledgerFetch(ledger, change) })
  const waiting = async () =>
    [await currentTrustRoot(clientOf()), await waitingAnnulments(clientOf())] as const

  it('is listed with its entry, who signed, how many are missing, and what to run', async () => {
    const { terminal, lines } = recorder()
    printWaiting(terminal, ...(await waiting()))
    const shown = lines.join('\n')
    const { admin, third } = people
    expect(shown)
      .to.include('Version 2 waits: it needs the signatures of 1 administrator of version 1')
      .and.to.include(`Signed in #4 by admin (${admin.publicKey.id})`)
      .and.to.include('An annulment of entry #2 waits: it needs the signatures of 1 more administrator.')
      .and.to.include(`Entry #2 revokes ${target}: malicious-artifact`)
      .and.to.include(`Signed in #3 by third (${third.publicKey.id})`)
    for (const payload of [annulment, next])
      expect(shown).to.include(`attestree trust cosign ${idOfPayload(payload)}`)
    const told = JSON.parse(JSON.stringify(trustJson(...(await waiting())))) as { waiting: unknown }
    expect(told.waiting).to.deep.equal({
      trustRoots: [
        {
          id: idOfPayload(next),
          version: 2,
          signed: [{ index: 4, key: admin.publicKey.id }],
          missing: [
            { version: 1, missing: 1 },
            { version: 2, missing: 1 },
          ],
        },
      ],
      annulments: [
        {
          id: idOfPayload(annulment),
          signed: [{ index: 3, key: third.publicKey.id }],
          missing: 1,
          revocation: { entry: 2, attestation: idOfPayload(revoked), target, reason: 'malicious-artifact' },
        },
      ],
    })
  })

  it('is nothing that nobody signed, whatever the server says', async () => {
    const lie = changeJson('ledger/v1/status', (a) => setAt(a, '/waitingAnnulments/0/id', digestOf('nobody')))
    expect((await asyncRefusal(waitingAnnulments(clientOf(lie)))).reason).to.equal('rows-differ')
  })

  it('is listed no more once it is complete', async () => {
    await ledger.submit(signedBy(annulment, 'second'))
    expect(await waitingAnnulments(clientOf())).to.deep.equal([])
    expect((await ledger.status()).waitingAnnulments).to.equal(undefined)
  })
})
