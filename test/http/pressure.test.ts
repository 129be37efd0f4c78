/** A ledger under more than it can take, over HTTP: it says so at once, says when to come again, and loses nothing. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { admit, type Admitted } from '../../src/ledger/admit.ts'
import type { LedgerOptions } from '../../src/ledger/ledger.ts'
import { MAX_WAITING_SUBMISSIONS } from '../../src/ledger/limits.ts'
import type { LogStore, Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTestLedger, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { jsonOf, serveDoor } from './door.ts'

/** Storage whose commits wait from `close` until `open`; `entered` resolves when the first of them waits. */
function gatedStorage() {
  const storage = openMemoryStorage()
  const gate = { wait: Promise.resolve(), open: () => undefined as void, entered: () => undefined as void }
  const append: LogStore['append'] = async (batch) => {
    gate.entered()
    await gate.wait
    return storage.log.append(batch)
  }
  const log = new Proxy(storage.log, {
    get: (of, member) => {
      if (member === 'append') return append
      const value: unknown = Reflect.get(of, member, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
  const gated: Storage = { ...storage, log, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() }
  const close = (): Promise<void> => {
    gate.wait = new Promise((resolve) => (gate.open = resolve))
    return new Promise((resolve) => (gate.entered = resolve))
  }
  return { storage: gated, close, open: () => gate.open() }
}

/** `reached` resolves when `count` was called so many times. */
function counter(times: number): { readonly count: () => void; readonly reached: Promise<void> } {
  let left = times
  let reach = (): void => undefined
  const reached = new Promise<void>((resolve) => (reach = resolve))
  const count = (): void => {
    left--
    if (left === 0) reach()
  }
  return { count, reached }
}

const envelope = (name: string) => new Uint8Array(signEnvelope(sbomPayload(name, ['a@1.0.0']), keys.ci))

function post(url: string, body: Uint8Array | string, batch = ''): Promise<Response> {
  return fetch(`${url}/ledger/v1/attestations${batch}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
}

describe('back-pressure', function () {
  this.timeout(20_000)

  it('is 503 with Retry-After when too many wait; those that wait are all recorded, and then there is room', async () => {
    const { storage, close, open } = gatedStorage()
    const { count, reached } = counter(1 + MAX_WAITING_SUBMISSIONS)
    // One signature is checked, not four thousand: this is about the queue.
    const admitted = new Map<string, Admitted>()
    const admitOnce: LedgerOptions['admit'] = async (body, registered) => {
      count()
      const text = new TextDecoder().decode(body)
      const known = admitted.get(text) ?? admit(body, registered)
      admitted.set(text, known)
      return known
    }
    await using ledger = await createTestLedger(storage, { batchWindowMs: 0, admit: admitOnce })
    await using server = await serveDoor(ledger)
    const entered = close()
    const first = post(server.url, envelope('first'))
    await entered
    const same = new TextDecoder().decode(envelope('same'))
    // Each batch has 256 in flight; the first submission waits too.
    const batches = Array.from({ length: MAX_WAITING_SUBMISSIONS / 256 }, () =>
      post(server.url, `[${Array.from({ length: 256 }, () => same).join()}]`, ':batch'),
    )
    await reached
    let refused = await post(server.url, envelope('one more'))
    expect(refused.status).to.equal(503)
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).to.be.within(1, 10)
    expect((await jsonOf(refused))['code']).to.equal('busy')
    expect((await fetch(`${server.url}/ledger/v1/entries/0`)).status, 'reads go on').to.equal(200)
    open()
    expect((await first).status).to.equal(201)
    const statuses = (await Promise.all((await Promise.all(batches)).map(jsonOf))).flatMap((answer) =>
      (answer['items'] as readonly { readonly status: number }[]).map(({ status }) => status),
    )
    expect(
      statuses.filter((status) => status === 201),
      'new once',
    ).to.have.length.within(1, 256)
    expect(statuses.filter((status) => status === 503)).to.have.length(1)
    expect(ledger.gauges().treeSize).to.equal(3)
    refused = await post(server.url, envelope('one more'))
    expect(refused.status).to.equal(201)
  })

  it('is 503 "shutting-down" while the last submissions are committed, and they are answered', async () => {
    const { storage, close, open } = gatedStorage()
    const ledger = await createTestLedger(storage, { batchWindowMs: 0 })
    await using server = await serveDoor(ledger)
    const entered = close()
    const running = post(server.url, envelope('running'))
    await entered
    const disposed = ledger[Symbol.asyncDispose]()
    const late = await post(server.url, envelope('late'))
    expect([late.status, (await jsonOf(late))['code']]).to.deep.equal([503, 'shutting-down'])
    expect(Number(late.headers.get('retry-after'))).to.be.within(1, 10)
    open()
    expect((await running).status).to.equal(201)
    await disposed
  })
})
