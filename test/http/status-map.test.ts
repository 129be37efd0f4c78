/** The whole status map over HTTP: more revocations than one list of entries has room for. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { Client } from '../../src/client/client.ts'
import { syncStatus } from '../../src/client/sync-status.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { checkStatusMapFile, parseStatusMap } from '../../src/verify/status-map.ts'
import { trust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, revocationPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { jsonOf, serveDoor, type TestServer } from './door.ts'

/** More than one list of 256. */
const REVOCATIONS = 300

const targetOf = (i: number): string => `image:${digestOf(`image ${i}`)}`

describe('the status map over HTTP', () => {
  let ledger: Ledger
  let server: TestServer
  const asked: string[] = []
  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await Promise.all(Array.from({ length: REVOCATIONS }, (_, i) => revoke(i)))
    server = await serveDoor(ledger)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
  })

  const revoke = (i: number): Promise<unknown> => {
    const target = parseTarget(targetOf(i))
    const payload = revocationPayload({ target, mode: 'all', reason: 'malicious-artifact' })
    return ledger.submit(signEnvelope(payload, keys.admin))
  }
  const client = (): Client =>
    new Client({
      url: server.url,
      ...trust,
      fetch: (input, init) => {
        asked.push(new URL(input instanceof Request ? input.url : input).pathname)
        return fetch(input, init)
      },
    })
  const post = (body: unknown): Promise<Response> =>
    fetch(`${server.url}/index/status/entries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('of hundreds of revocations comes in lists, and then only what is new; its file answers offline', async () => {
    const seen: number[] = []
    const first = await syncStatus(client(), { progress: (checked) => seen.push(checked) })
    expect([first.entries, first.fetched, seen.at(-1)]).to.deep.equal(Array(3).fill(REVOCATIONS + 1))
    expect(first.file.length / REVOCATIONS).to.be.below(1_800)
    const known = checkStatusMapFile(parseStatusMap(first.file), trust)
    const states = [0, REVOCATIONS - 1, REVOCATIONS].map((i) => known.of(targetOf(i)).state)
    expect(states).to.deep.equal(['revoked', 'revoked', 'not-revoked'])

    await revoke(REVOCATIONS)
    asked.length = 0
    const next = await syncStatus(client(), { kept: first.file })
    expect([next.entries, next.fetched]).to.deep.equal([REVOCATIONS + 2, 1])
    expect(next.known.of(targetOf(REVOCATIONS)).state).to.equal('revoked')
    expect(asked.filter((path) => path === '/index/status/entries')).to.have.length(1)
  })

  it('has entries by their index, and says what is wrong with a list of them', async () => {
    const good = await jsonOf(await post({ entries: [3, 0, 3] }))
    expect((good['entries'] as { index: number }[]).map(({ index }) => index)).to.deep.equal([0, 3])
    const answers = await Promise.all(
      [
        { entries: [-1] },
        { entries: 3 },
        {},
        { entries: Array.from({ length: 257 }, (_, i) => i) },
        { entries: [100_000] },
        { entries: [0], more: true },
      ].map(async (body) => {
        const response = await post(body)
        return [response.status, (await jsonOf(response))['code']]
      }),
    )
    expect(answers).to.deep.equal([
      [400, 'request-malformed'],
      [400, 'request-malformed'],
      [400, 'request-malformed'],
      [400, 'request-malformed'],
      [404, 'not-recorded'],
      [422, 'unsupported'],
    ])
  })
})
