import { describe, it } from 'mocha'
import { expect } from 'chai'
import { Fault } from '../../src/errors.ts'
import { whyNotReady, type Condition } from '../../src/ledger/readiness.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTestLedger, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'

const well: Condition = {
  readOnly: undefined,
  fullForMs: undefined,
  indexStopped: false,
  mapsStopped: [],
  indexBehindMs: 0,
}

/** What `/readyz` and `/livez` say of a ledger. */
async function probed(ledger: Ledger): Promise<readonly unknown[]> {
  await using server = await serveDoor(ledger)
  const [ready, alive] = [await fetch(`${server.url}/readyz`), await fetch(`${server.url}/livez`)]
  return [ready.status, ready.ok ? await ready.text() : (await jsonOf(ready))['code'], alive.status]
}

/** Storage in memory in which `full.now` decides whether there is space. */
function storageThatFills(full: { now: boolean }): Storage {
  const storage = openMemoryStorage()
  const { log } = storage
  const append: typeof log.append = async (batch) => {
    if (full.now) throw new Fault('storage-full', 'log: no space')
    return log.append(batch)
  }
  return new Proxy(storage, {
    get: (target, name, receiver) =>
      name === 'log'
        ? new Proxy(log, {
            get: (of, member) => {
              const value: unknown = member === 'append' ? append : Reflect.get(of, member, of)
              return typeof value === 'function' ? value.bind(of) : value
            },
          })
        : Reflect.get(target, name, receiver),
  })
}

describe('/readyz', () => {
  it('says ready while submissions are taken and the index follows', async () => {
    await using ledger = await createTestLedger(openMemoryStorage())
    expect(await probed(ledger)).to.deep.equal([200, 'ready\n', 200])
  })

  it('says why not while the ledger is read-only, which is alive all the same', async () => {
    await using server = await serveDoor(
      createDoor({ notReady: () => whyNotReady({ ...well, readOnly: 'rollback' }) }),
    )
    const response = await fetch(`${server.url}/readyz`)
    expect(response.status).to.equal(503)
    expect(response.headers.get('content-type')).to.equal('application/problem+json')
    expect(await jsonOf(response)).to.include({
      code: 'read-only',
      detail: 'ledger: it takes no submissions (rollback)',
    })
  })

  it('answers a submission without space 507, is not ready, goes on reading, and resumes with space', async () => {
    const full = { now: false }
    let now = Date.UTC(2026, 10, 24)
    const clock = {
      now: () => now,
      sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms).unref()),
    }
    await using ledger = await createTestLedger(storageThatFills(full), { clock })
    await using server = await serveDoor(ledger)
    const submit = (name: string) =>
      fetch(`${server.url}/ledger/v1/attestations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Uint8Array(signEnvelope(sbomPayload(name, ['lodash@1.0.0']), keys.ci)),
      })
    full.now = true
    const refused = await submit('first')
    expect([refused.status, (await jsonOf(refused))['code']]).to.deep.equal([507, 'storage-full'])
    expect(await probed(ledger)).to.deep.equal([507, 'storage-full', 200])
    expect((await fetch(`${server.url}/ledger/v1/entries/0`)).status).to.equal(200)
    now += 29_999
    expect((await probed(ledger))[0], 'for half a minute').to.equal(507)
    now += 1
    expect((await probed(ledger))[0], 'or nobody would ever try again').to.equal(200)
    await submit('second')
    expect((await probed(ledger))[0]).to.equal(507)
    full.now = false
    expect((await submit('third')).status).to.equal(201)
    expect((await probed(ledger))[0]).to.equal(200)
  })

  it('is not ready while the index has stopped, or is more than a minute behind', () => {
    const reasonOf = (condition: Partial<Condition>) => whyNotReady({ ...well, ...condition })?.reason
    expect(reasonOf({})).to.equal(undefined)
    expect(reasonOf({ indexStopped: true })).to.equal('index-behind')
    expect(reasonOf({ indexBehindMs: 60_000 })).to.equal(undefined)
    expect(reasonOf({ indexBehindMs: 60_001 })).to.equal('index-behind')
  })

  it('counts the minute from when something was public that the index has not, and forgets it once it has', async () => {
    let now = Date.UTC(2026, 10, 24)
    const clock = { now: () => now, sleep: () => new Promise<void>((done) => setImmediate(done)) }
    const storage = openMemoryStorage()
    await using ledger = await createTestLedger(storage, { clock, batchWindowMs: 0 })
    await ledger.status()
    now += 3_600_000
    expect((await probed(ledger))[0], 'an hour without submissions is no lag').to.equal(200)
    const apply = storage.index.apply.bind(storage.index)
    let letGo = (): void => undefined
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    storage.index.apply = async (batch) => gate.then(() => apply(batch))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@1.0.0']), keys.ci))
    now += 60_000
    expect((await probed(ledger))[0]).to.equal(200)
    now += 1
    await ledger.submit(signEnvelope(sbomPayload('web', ['lodash@1.0.0']), keys.ci))
    expect((await probed(ledger)).slice(0, 2), 'a newer entry makes it no younger').to.deep.equal([
      503,
      'index-behind',
    ])
    letGo()
    while (ledger.gauges().indexedThrough < 3) await ledger.status()
    expect((await probed(ledger))[0]).to.equal(200)
    expect(ledger.gauges().indexBehindMs).to.equal(0)
  })

  it('finds out that the index has stopped, from the follower itself', async () => {
    const storage = openMemoryStorage()
    let stopped: unknown
    await using ledger = await createTestLedger(storage, { onIndexStopped: (cause) => (stopped = cause) })
    await ledger.status()
    storage.index.apply = () => Promise.reject(new Error('disk on fire'))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@1.0.0']), keys.ci))
    await ledger.status()
    expect(String(stopped)).to.contain('disk on fire')
    expect(await probed(ledger)).to.deep.equal([503, 'index-behind', 200])
    expect(ledger.gauges()).to.include({ treeSize: 2, indexedThrough: 1 })
  })
})

describe('/metrics', () => {
  it('is what Prometheus reads, and no label comes from a caller', async () => {
    await using server = await serveDoor(createDoor())
    for (const path of [
      '/ledger/v1/entries/1',
      '/ledger/v1/entries/2',
      '/secret-1',
      '/secret-2',
      '/%zz',
      '/tile/0/000',
    ])
      await fetch(server.url + path)
    const response = await fetch(`${server.url}/metrics`)
    const text = await response.text()
    expect(response.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8')
    expect(text).to.match(/^attestree_tree_size 300$/m)
    expect(text).to.match(/^attestree_ready 1$/m)
    expect(text).to.contain(
      'attestree_http_request_seconds_count{route="/ledger/v1/entries/:index",status="2xx"} 2\n',
    )
    expect(text).to.contain('attestree_http_request_seconds_count{route="none",status="4xx"} 3\n')
    expect(text).to.not.contain('secret')
    for (const line of text.trimEnd().split('\n'))
      expect(line).to.match(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{route="[^"]+",status="[1-5]xx"\})? [0-9.e+-]+)$/,
      )
  })
})
