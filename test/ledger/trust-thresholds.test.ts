/** Trust roots of several administrators in a real ledger: what is recorded, when it holds, and what a start-up and a client make of it. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationId, type LogIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { checkEntry } from '../../src/ledger/check-entry.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { createTrustState, type TrustState } from '../../src/trust/trust-state.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { createWith, firstRoot, rootBy, signedBy } from '../helpers/many-admins.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { idOfPayload, keys, ORIGIN, sbomPayload } from '../helpers/test-ledger.ts'

const trust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: attestationId(idOfPayload(trustRootStatement(firstRoot))),
}
// `third` leaves, `late` comes and submits too.
const next = rootBy(['admin', 'second', 'late'], 3, { previous: firstRoot, submitters: ['ci', 'late'] })
const nextPayload = trustRootStatement(next)
const asked = { component: 'pkg:npm/lodash' }

function clientOf(ledger: Ledger, change?: Change): Client {
  return new Client({ url: URL_OF_LEDGER, ...trust, fetch: ledgerFetch(ledger, change) })
}

/** The trust state from every entry, none passed by. */
async function wholeFold(storage: Storage): Promise<TrustState> {
  const state = createTrustState(ORIGIN)
  for (const entry of await storage.log.entries(0 as LogIndex, await storage.log.size()))
    expect(await checkEntry(entry, storage, state)).to.deep.equal([])
  return state
}

async function startUpFold({ log, blobs }: Storage): Promise<TrustState> {
  const state = createTrustState(ORIGIN)
  await foldLog(state, log, blobs, 0 as LogIndex, await log.size())
  return state
}

describe('a ledger of several administrators', () => {
  let storage: Storage
  let ledger: Ledger

  before(async () => {
    storage = openMemoryStorage()
    ledger = await createWith(storage, 'admin', 'second')
  })

  const inForce = async (): Promise<number> => (await currentTrustRoot(clientOf(ledger))).root.version

  it('is not created by fewer signatures than its first trust root asks for', async () => {
    const refused = await asyncRefusal(createWith(openMemoryStorage(), 'admin'))
    expect(refused.reason).to.equal('trust-root-unacceptable')
    expect(await inForce()).to.equal(1)
  })

  it('takes a version that one signed, lists it, and goes on by the old one', async () => {
    await ledger.submit(signedBy(nextPayload, 'third'))
    const { root, proposals } = await currentTrustRoot(clientOf(ledger))
    expect([root.version, proposals.map((one) => one.root.version)]).to.deep.equal([1, [2]])
    const byLate = await asyncRefusal(ledger.submit(signedBy(sbomPayload('late', ['lodash@1.0.0']), 'late')))
    expect(byLate.reason).to.equal('untrusted-signer')
  })

  it('starts up in between with the same trust state as from all entries', async () => {
    expect(await startUpFold(storage)).to.deep.equal(await wholeFold(storage))
  })

  it('lets the others sign later, one after the other or in one envelope, newcomers first', async () => {
    await ledger.submit(signedBy(sbomPayload('shop', ['lodash@1.0.0']), 'ci'))
    const { answer } = await ledger.submit(signedBy(nextPayload, 'late', 'second'))
    expect(answer.signatures.map((one) => 'entry' in one && one.entry)).to.deep.equal([4, 5])
    expect(await inForce()).to.equal(1)
    const rival = rootBy(['third'], 1, { previous: firstRoot })
    await ledger.submit(signedBy(trustRootStatement(rival), 'third'))
    await ledger.submit(signedBy(nextPayload, 'admin'))
    expect(await inForce()).to.equal(2)
    await ledger.submit(signedBy(sbomPayload('late', ['lodash@1.0.0']), 'late'))
    const tooLate = await asyncRefusal(ledger.submit(signedBy(trustRootStatement(rival), 'second')))
    expect(tooLate.reason).to.equal('trust-root-unacceptable')
  })

  it('is asked whole: for an index that has all, and for what came into force between two questions', async () => {
    const { asOf } = await ledger.status()
    const paths: string[] = []
    const before = (value: JsonValue): JsonValue =>
      setAt(
        setAt(setAt(value, '/trustRoot/id', trust.trustRoot), '/trustRoot/version', 1),
        '/trustRoot/entry',
        0,
      )
    const earlier = changeJson('ledger/v1/status', before)
    const client = clientOf(ledger, (path, body) => (paths.push(path), earlier(path, body)))
    expect((await currentTrustRoot(client)).root.version).to.equal(2)
    expect(paths.find((path) => path.startsWith('ledger/v1/revocations'))).to.include(
      `min_size=${asOf.treeSize}`,
    )
  })

  it('holds together: every decision repeated from the bytes, and the start-up passes nothing by', async () => {
    await expectSound(storage)
    expect(await startUpFold(storage)).to.deep.equal(await wholeFold(storage))
  })

  /** #7 completed version 2, #8 is by `late`, which only that version lets submit. */
  const withheld = (value: JsonValue): JsonValue => removeAt(value, '/entries/7')

  it('a server that withholds the signature which completes a version cannot show what rests on it', async () => {
    const images = clientOf(ledger, changeJson('ledger/v1/images', withheld))
    expect((await asyncRefusal(collectEvidence(images, asked))).reason).to.equal('not-admissible')
    const roots = clientOf(ledger, changeJson('ledger/v1/revocations', withheld))
    expect((await asyncRefusal(currentTrustRoot(roots))).reason).to.equal('rows-differ')
    await collectEvidence(clientOf(ledger), asked)
  })
})
