/** Two sequencers on one ledger (robustness.md F-08): one holds the lock, the other one ends before it has signed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { standBy, type KillableServer, type Standby } from '../helpers/kill-server.ts'
import { createRegisteredLedger, foldersIn } from '../helpers/registered-ledger.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const STARTS = 20

describe('two processes on one ledger', function () {
  this.timeout(30_000 + STARTS * 10_000)
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-two-'))
  })
  after(() => rm(folder, { recursive: true }))

  it(`started together ${STARTS} times: exactly one serves, the other exits with 75, and nothing forks`, async () => {
    const trust = await createRegisteredLedger(folder)
    let next = pair(folder)
    for (let round = 0; round < STARTS; round++) {
      const both = next
      next = round + 1 < STARTS ? pair(folder) : []
      await contest(both, trust, round)
    }
    await using storage = await openSqliteStorage({ ...foldersIn(folder), create: false })
    const report = await checkLedger(storage, { key: trust.logKey, scratch: openMemoryStorage().index })
    expect(report.problems).to.deep.equal([])
    expect(report.entries).to.equal(2 + STARTS)
  })
})

function pair(folder: string): readonly Standby[] {
  return [standBy(folder), standBy(folder)]
}

/** Lets both go at once; whoever won records one entry and stops in order. */
async function contest(both: readonly Standby[], trust: FirstContact, round: number): Promise<void> {
  const servers = await Promise.all(both.map((one) => one.go()))
  const urls = await Promise.all(servers.map((server) => server.url))
  const serving = servers.filter((_, at) => urls[at] !== undefined)
  expect(serving, `round ${round}: ${await endings(servers, urls)}`).to.have.length(1)
  const [loser] = await Promise.all(servers.filter((_, at) => urls[at] === undefined).map((one) => one.ended))
  expect(loser?.code, loser?.stderr).to.equal(75)
  expect(loser?.stderr).to.include('already-running')
  const client = new Client({ url: urls.find((url) => url !== undefined) ?? '', ...trust })
  const { signatures } = await client.submit(
    signEnvelope(sbomPayload(`image-${round}`, ['a@1.0.0']), keys.ci),
  )
  expect(signatures[0]).to.include({ entry: 2 + round, new: true })
  serving[0]?.signal('SIGTERM')
  expect((await serving[0]?.ended)?.code).to.equal(0)
}

async function endings(
  servers: readonly KillableServer[],
  urls: readonly (string | undefined)[],
): Promise<string> {
  const gone = servers.filter((_, at) => urls[at] === undefined)
  return (await Promise.all(gone.map((one) => one.ended))).map(({ stderr }) => stderr).join('\n')
}
