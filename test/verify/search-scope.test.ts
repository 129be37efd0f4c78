/** What a scope admits, asked through a client that makes every row again, over a ledger in memory. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { deploymentStatement } from '../../src/attestation/deployment.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { imageDigest } from '../../src/brand.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { SearchAnswer, SearchQuestion } from '../../src/verify/search.ts'
import { formatSearchQuestion, parseScope, parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  revocationPayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const part = { keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['1.0.0'] }
const TUESDAY = '2026-11-17T16:45:00Z'
const inProd = { environment: 'prod', deployedAt: TUESDAY }

function runs(
  image: string,
  from: string,
  others: { until?: string; environment?: string } = {},
): Uint8Array {
  const reference = { name: `registry.test/${image}`, digest: imageDigest(digestOf(image)) }
  return deploymentStatement(reference, { environment: 'prod', from, ...others })
}

const told = runs('fixed', '2026-11-01T00:00:00Z')

/**
 * 1 old has lodash · 2 fixed has lodash · 3 fixed has it no more · 4 new has lodash · 5 old ran in prod · 6 new ran in test
 * 7 bare ran in prod · 8 new ran in prod, later · 9 fixed ran in prod · 10 old ended, later · 11 revocation of 9
 */
async function ledgerOfPlaces(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  const submit = (payload: Uint8Array, key = keys.ci): Promise<unknown> =>
    ledger.submit(signEnvelope(payload, key))
  await submit(sbomPayload('old', ['lodash@1.0.0']))
  await submit(sbomPayload('fixed', ['lodash@1.0.0']))
  await submit(sbomPayload('fixed', ['lodash@2.0.0']))
  await submit(sbomPayload('new', ['lodash@1.0.0']))
  await submit(runs('old', '2026-11-10T00:00:00Z'))
  await submit(runs('new', '2026-11-10T00:00:00Z', { environment: 'test' }))
  await submit(runs('bare', '2026-11-10T00:00:00Z'))
  await submit(runs('new', '2026-11-18T00:00:00Z'))
  await submit(told)
  await submit(runs('old', '2026-11-10T00:00:00Z', { until: '2026-11-20T00:00:00Z' }))
  const target = parseTarget(`attestation:${idOfPayload(told)}`)
  await submit(revocationPayload({ target, mode: 'all', reason: 'signed-in-error' }), keys.admin)
  return ledger
}

describe('the scope of a search', () => {
  let ledger: Ledger

  before(async () => (ledger = await ledgerOfPlaces()))

  const asking = (scope: JsonValue): SearchQuestion => parseSearchQuestion({ parts: [part], scope })
  const ask = async (scope: JsonValue, change?: Change): Promise<SearchAnswer> =>
    (await verifiedSearch(clientOf(ledger, change), asking(scope))).answer
  const nameOf = (image: string): string =>
    ['old', 'fixed', 'new', 'bare'].find((name) => digestOf(name) === image) ?? image
  /** Rows; then affected, not affected and unknown images. */
  const found = async (scope: JsonValue): Promise<string> => {
    const { items, coverage } = await ask(scope)
    const { affected, notAffected, unknown } = coverage
    return `${items.map((row) => nameOf(row.image)).join(' ')} / ${affected} ${notAffected} ${unknown}`
  }

  const scopes: readonly (readonly [title: string, scope: JsonValue, expected: string])[] = [
    ['nothing in it: the newest SBOMs of all images', {}, 'old new / 2 1 1'],
    ['all SBOMs: a newer one takes nothing back', { allSboms: true }, 'old fixed new / 3 0 1'],
    ['an environment: what ran there then, by statements that hold', inProd, 'old / 1 0 1'],
    [
      'an environment at another time: periods begin and end',
      { environment: 'prod', deployedAt: '2026-11-20T00:00:00Z' },
      'new / 1 0 1',
    ],
    ['an environment of which nobody said anything', { ...inProd, environment: 'Prod' }, ' / 0 0 0'],
    ['SBOMs recorded since: no images of SBOMs before', { recordedAfter: 3 }, 'new / 1 1 1'],
    ['SBOMs recorded before: the newest of then', { recordedBefore: 3 }, 'old fixed / 2 0 0'],
    ['both: nobody spoke of the rest then', { recordedAfter: 2, recordedBefore: 3 }, 'fixed / 1 0 0'],
    ['an environment and a time of recording', { ...inProd, recordedAfter: 2 }, ' / 0 0 1'],
  ]
  for (const [title, scope, expected] of scopes) {
    it(`with ${title}`, async () => {
      expect(await found(scope)).to.equal(expected)
      const whole = await verifiedSearch(clientOf(ledger), asking(scope), { proof: 'complete' })
      expect(whole.answer.items).to.deep.equal((await ask(scope)).items)
      expect(whole.answer.notEstablished).to.not.include('complete')
      const unknown = await clientOf(ledger).unknownImages(parseScope(scope))
      expect(unknown.items).to.have.lengthOf((await ask(scope)).coverage.unknown)
    })
  }

  it('in an environment says by whose word an image ran there, and that times are claims', async () => {
    const { items, notEstablished } = await ask(inProd)
    expect(items[0]?.deployments).to.deep.equal([
      {
        entry: 10,
        key: keys.ci.publicKey.id,
        signer: 'ci',
        image: digestOf('old'),
        name: 'registry.test/old',
        revoked: false,
        environment: 'prod',
        cluster: null,
        from: '2026-11-10T00:00:00Z',
        until: '2026-11-20T00:00:00Z',
        endedBy: null,
        disputedBy: [],
      },
    ])
    expect(notEstablished).to.include('times')
    expect((await clientOf(ledger).unknownImages(inProd)).notEstablished).to.include('times')
  })

  it('is checked: rows outside of it, and other deployments than were signed, are refused', async () => {
    const of = async (scope: JsonValue, lie: (answer: JsonValue) => JsonValue): Promise<string> =>
      (await asyncRefusal(ask(scope, changeJson('ledger/v1/search', lie)))).reason
    const pretending = (scope: JsonValue) => (answer: JsonValue) => setAt(answer, '/question/scope', scope)
    // The rows of one scope, served as those of another.
    const asked = async (scope: JsonValue, served: JsonValue): Promise<string> => {
      const rows = JSON.parse(JSON.stringify(await ledger.search({ question: asking(served) }))) as JsonValue
      return of(scope, () => pretending(scope)(rows))
    }
    expect(await asked({ recordedAfter: 3 }, {})).to.equal('rows-differ')
    expect(await asked({ recordedBefore: 4 }, {})).to.equal('rows-differ')
    expect(await asked(inProd, {})).to.equal('rows-differ')
    expect(await asked({ recordedAfter: 0 }, { allSboms: true })).to.equal('rows-differ')
    const until = '/items/0/deployments/0/until'
    expect(await of(inProd, (a) => setAt(a, until, null))).to.equal('rows-differ')
    expect(await of(inProd, (a) => removeAt(a, '/items/0/deployments'))).to.equal('rows-differ')
    expect(await of(inProd, (a) => removeAt(a, '/entries/10'))).to.equal('entry-mismatch')
    expect(await of(inProd, pretending({}))).to.equal('entry-mismatch')
  })

  it('has one spelling, and is refused with the place where it is malformed', () => {
    const whole = { repo: 'a/*', platform: 'linux/amd64', allSboms: true, ...inProd, recordedBefore: 9 }
    expect(formatSearchQuestion(asking(whole))['scope']).to.deep.equal(whole)
    const bad: readonly (readonly [JsonValue, string])[] = [
      [{ allSboms: false }, '/scope/allSboms'],
      [{ environment: 'prod' }, '/scope/deployedAt'],
      [{ deployedAt: TUESDAY }, '/scope/environment'],
      [{ ...inProd, environment: 'prod ' }, '/scope/environment'],
      [{ ...inProd, deployedAt: '2026-11-17' }, '/scope/deployedAt'],
      [{ recordedAfter: -1 }, '/scope/recordedAfter'],
      [{ recordedAfter: 4, recordedBefore: 4 }, '/scope/recordedBefore'],
      [{ stage: 'prod' }, '/scope/stage'],
    ]
    for (const [scope, pointer] of bad) expect(faultOf(() => asking(scope)).pointer).to.equal(pointer)
  })
})
