import { after, before, describe, it } from 'mocha'
import { expect } from 'chai'
import { Fault } from '../../src/errors.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { ProvenEntries, SubmitAnswer } from '../../src/verify/answer.ts'
import { checkAnswer } from '../../src/verify/proven-entry.ts'
import {
  createTestLedger,
  idOfPayload,
  keys,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'
import { trust } from '../helpers/story.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'
import type { TestServer } from './door.ts'
import { differences, resolve } from './openapi-document.ts'
import type { Json } from './openapi-document.ts'

interface Item {
  readonly status: number
  readonly answer?: SubmitAnswer
  readonly problem?: { readonly code: string; readonly requestId: string }
}

const envelope = (name: string, key = keys.ci) =>
  new TextDecoder().decode(signEnvelope(sbomPayload(name, ['lodash@1.0.0']), key))

describe('a batch of submissions', () => {
  let ledger: Ledger
  let server: TestServer
  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    server = await serveDoor(ledger)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
  })

  const post = (body: string, url = server.url) =>
    fetch(`${url}/ledger/v1/attestations:batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
  async function itemsOf(body: string): Promise<readonly Item[]> {
    const response = await post(body)
    const answer = await jsonOf(response)
    expect(response.status, JSON.stringify(answer).slice(0, 300)).to.equal(200)
    expect(differences(resolve('#/components/schemas/SubmitBatchAnswer'), answer as Json)).to.deep.equal([])
    return answer['items'] as readonly Item[]
  }

  it('has one result for each, in order, each as if it had come alone', async () => {
    const items = await itemsOf(
      `[ ${[
        envelope('one'),
        envelope('two', testKey('nobody')),
        '{"payload":"","payload":""}',
        ' 7 ',
        `{"envelope": ${envelope('three')}, "publicKeys": []}`,
        '{"a": 1, }',
        envelope('four', keys.admin),
      ].join(' ,\n')} ]`,
    )
    expect(items.map(({ status, problem }) => problem?.code ?? status)).to.deep.equal([
      201,
      'untrusted-signer',
      'json-duplicate-key',
      'envelope-malformed',
      201,
      'json-malformed',
      'unauthorized',
    ])
    expect(items[4]?.answer?.attestation).to.equal(idOfPayload(sbomPayload('three', ['lodash@1.0.0'])))
    for (const { answer } of items)
      if (answer !== undefined) expect(checkAnswer(answer, trust.logKey).entries.size).to.equal(1)
  })

  it('takes a thousand, records each once, and says so when they come again', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `image-${i}`)
    const body = `[${names.map((name) => envelope(name)).join()}]`
    const first = await itemsOf(body)
    expect(first.map(({ status }) => status)).to.deep.equal(names.map(() => 201))
    expect(first.map(({ answer }) => answer?.attestation)).to.deep.equal(
      names.map((name) => idOfPayload(sbomPayload(name, ['lodash@1.0.0']))),
    )
    const entriesOf = (items: readonly Item[]) =>
      items.map(({ answer }) => Object.keys(answer?.entries as ProvenEntries))
    const size = ledger.gauges().treeSize
    const again = await itemsOf(body)
    expect(again.map(({ status }) => status)).to.deep.equal(names.map(() => 200))
    expect(entriesOf(again)).to.deep.equal(entriesOf(first))
    expect(ledger.gauges().treeSize).to.equal(size)
  })

  it('refuses what is no batch, and records nothing of it', async () => {
    const size = ledger.gauges().treeSize
    const good = envelope('never')
    const refused: readonly (readonly [body: string, status: number, code: string])[] = [
      ['', 400, 'json-malformed'],
      [good, 400, 'json-malformed'],
      ['[]', 400, 'request-malformed'],
      [`[${good}`, 400, 'json-malformed'],
      [`[${good}] 1`, 400, 'json-malformed'],
      [`[${good}}`, 400, 'json-malformed'],
      [`[${good}, {"a": [1, }]`, 400, 'json-malformed'],
      [`[${Array.from({ length: 1001 }, () => good).join()}]`, 413, 'request-too-large'],
    ]
    for (const [body, status, code] of refused) {
      const response = await post(body)
      expect([response.status, (await jsonOf(response))['code']], body.slice(-20)).to.deep.equal([
        status,
        code,
      ])
    }
    expect(ledger.gauges().treeSize).to.equal(size)
  })

  it('tells the one that met a failure of ours, reports it, and answers the others', async () => {
    let calls = 0
    const door = createDoor()
    const submit: typeof door.submit = async (body) => {
      calls++
      if (calls === 1) throw new Error('secret')
      if (calls === 2) throw new Fault('busy', 'ledger: too many')
      return door.submit(body)
    }
    await using other = await serveDoor({ ...door, submit })
    const text = await (await post('[1,2,3]', other.url)).text()
    const items = JSON.parse(text).items as readonly Item[]
    expect(items.map(({ status }) => status)).to.deep.equal([500, 503, 201])
    expect(text).to.not.contain('secret')
    expect(other.reported.map(({ requestId }) => requestId)).to.deep.equal([items[0]?.problem?.requestId])
  })

  it('lets others have their turn between any two of its submissions', async () => {
    let turn = 0
    const starts: number[] = []
    const door = createDoor({
      submit: async () => {
        starts.push(turn)
        throw new Fault('busy', 'ledger: busy')
      },
    })
    await using busy = await serveDoor(door)
    let ticking = true
    const tick = (): void => {
      turn++
      if (ticking) setImmediate(tick)
    }
    tick()
    await post(`[${Array.from({ length: 50 }, () => '{}').join()}]`, busy.url)
    ticking = false
    expect(starts).to.have.length(50)
    expect(new Set(starts).size, 'one submission a turn').to.equal(50)
  })

  it('is dropped where its client has gone', async () => {
    const gone = new AbortController()
    let submitted = 0
    let closed: () => void = () => undefined
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    const door = createDoor({
      submit: async () => {
        if (++submitted === 1) gone.abort()
        await isClosed
        throw new Fault('busy', 'ledger: busy')
      },
    })
    await using served = await serveDoor(door)
    const body = `[${Array.from({ length: 1000 }, () => '{}').join()}]`
    const asked = fetch(`${served.url}/ledger/v1/attestations:batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: gone.signal,
    })
    await asked.catch(() => undefined)
    // A request of another connection is answered after the end of the first was seen.
    await fetch(`${served.url}/livez`)
    closed()
    for (let turn = 0; turn < 8; turn++) await fetch(`${served.url}/livez`)
    expect(submitted).to.be.below(1000)
  })
})
