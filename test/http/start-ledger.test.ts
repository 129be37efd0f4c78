import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { firstTrustRoot } from '../../src/attestation/first-trust-root.ts'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { systemClock } from '../../src/cli/system-clock.ts'
import { startLedger, type EmbeddedLedger, type StartLedgerOptions } from '../../src/http/start-ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage, sqliteStorageState } from '../../src/storage/sqlite/storage.ts'
import type { SubmitAnswer } from '../../src/verify/answer.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { keys, sbomPayload, signEnvelope, testKey } from '../helpers/test-ledger.ts'

const ORIGIN = 'ledger.test'
const ci = { name: 'ci', key: keys.ci.publicKey, predicateTypes: ['https://*'] }
const trustRoot = signStatement(
  trustRootStatement(firstTrustRoot(ORIGIN, keys.admin.publicKey, [ci])),
  keys.admin,
)

describe('a ledger in a program', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-embedded-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  const start = async (others: Partial<StartLedgerOptions> = {}): Promise<EmbeddedLedger> => {
    const reported: unknown[] = []
    const folders = { data: folder, signer: join(folder, 'signer') }
    const storage =
      others.storage ??
      (await openSqliteStorage({ ...folders, create: sqliteStorageState(folders) === 'nothing' }))
    return startLedger({
      origin: ORIGIN,
      logKey: keys.log,
      storage,
      clock: systemClock,
      report: (cause) => reported.push(cause),
      ...others,
    })
  }

  it('is created in empty storage, and opened where it is stored: with its entries and its first trust root', async () => {
    const first = await start({ trustRoot })
    await first.ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci))
    await first.close()
    const second = await start({ trustRoot })
    expect((await second.ledger.status()).asOf.treeSize).to.equal(2)
    expect([second.trustRoot, second.logKey]).to.deep.equal([first.trustRoot, first.logKey])
    expect((await fetch(`${second.url}/readyz`)).status).to.equal(200)
    await second.close()
    expect(await fetch(second.url).catch((cause: unknown) => cause)).to.be.an('error')
  })

  it('tells submitters what the CycloneDX schema finds, as the command line does', async () => {
    // Threads run built files only (npm test builds first).
    const built = (await import(new URL('../../dist/http/start-ledger.js', import.meta.url).href)) as {
      readonly startLedger: typeof startLedger
    }
    const options = {
      origin: ORIGIN,
      logKey: keys.log,
      clock: systemClock,
      report: () => undefined,
      trustRoot,
    }
    const embedded = await built.startLedger({ ...options, storage: openMemoryStorage() })
    const response = await fetch(`${embedded.url}/ledger/v1/attestations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci),
    })
    const { validation } = (await response.json()) as SubmitAnswer
    await embedded.close()
    expect(response.status).to.equal(201)
    // On a busy machine the library may take longer to load than a submitter waits.
    expect(validation?.checked === true || validation?.why === 'too-slow').to.equal(true)
  })

  it('that cannot start lets go of its storage: without a trust root, with another key, on a port that is taken', async () => {
    const reasons = [(await asyncRefusal(start())).reason]
    const running = await start({ trustRoot })
    const { port } = new URL(running.url)
    await running.close()
    reasons.push((await asyncRefusal(start({ logKey: testKey('other', 'ed25519') }))).reason)
    const other = await start({ port: Number(port) })
    const elsewhere = await mkdtemp(join(tmpdir(), 'attestree-embedded-'))
    const storage = await openSqliteStorage({ data: elsewhere, signer: join(elsewhere, 's'), create: true })
    reasons.push((await asyncRefusal(start({ storage, trustRoot, port: Number(port) }))).reason)
    await other.close()
    await rm(elsewhere, { recursive: true })
    expect(reasons).to.deep.equal(['partial-state', 'other-key', 'address-in-use'])
    await (await start()).close()
  })

  it('guards its door as its program says: by tokens, and by the addresses that its proxies name', async () => {
    const token = 'a-token-of-more-than-20-characters'
    const running = await start({ trustRoot, submitTokens: [token], rateLimit: 'on', trustedProxies: 1 })
    const body = signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci)
    const answerTo = async (headers: Record<string, string>): Promise<string> => {
      const request = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }
      const { status, headers: told } = await fetch(`${running.url}/ledger/v1/attestations`, request)
      return `${status} ${/remaining=\d+/.exec(told.get('ratelimit') ?? '')?.[0]}`
    }
    const authorization = `Bearer ${token}`
    expect([
      await answerTo({ 'x-forwarded-for': '192.0.2.1' }),
      await answerTo({ 'x-forwarded-for': '192.0.2.1', authorization }),
      await answerTo({ 'x-forwarded-for': '192.0.2.2', authorization }),
    ]).to.deep.equal(['401 remaining=119', '201 remaining=118', '200 remaining=119'])
    await running.close()
    // Whoever gives an empty list did not mean "anybody"; refused, it holds nothing open.
    expect((await asyncRefusal(start({ submitTokens: [] }))).reason).to.equal('parameter-malformed')
    await (await start()).close()
  })
})
