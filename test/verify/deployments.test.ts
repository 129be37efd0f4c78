/** What statements of deployments amount to, over facts made here; through a ledger: test/client/deployments.test.ts. */
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { DEPLOYMENT } from '../../src/attestation/predicate-types.ts'
import { attestationId, imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import { createTrustState, foldControl, type TrustState } from '../../src/trust/trust-state.ts'
import { deploymentRows, type DeploymentsQuestion } from '../../src/verify/deployments.ts'
import type { EntryFacts } from '../../src/verify/entry-facts.ts'
import { digestOf, keys, ORIGIN, testKey, trustRoot } from '../helpers/test-ledger.ts'

const ops = testKey('ops')
const spare = testKey('spare')
const ID = attestationId(`sha256:${'ab'.repeat(32)}`)

function trustOf(): TrustState {
  const state = createTrustState(ORIGIN)
  const root = trustRoot({ ci: [keys.ci, spare], ops: [ops] })
  const control = { kind: 'trust-root', root } as const
  foldControl(state, { index: logIndex(0), attestation: ID, key: keys.admin.publicKey.id, control })
  return state
}

/** Days of November 2026, as `17` or `17-20`. */
function said(
  index: number,
  days: string,
  others: { key?: typeof ops; image?: string; cluster?: string } = {},
): EntryFacts {
  const { key = keys.ci, image = 'shop', cluster = '' } = others
  const [from = '', until = ''] = days.split('-')
  return {
    index: logIndex(index),
    attestation: attestationId(`sha256:${index.toString(16).padStart(64, '0')}`),
    key: key.publicKey.id,
    predicateType: DEPLOYMENT,
    subjects: [{ digest: digestOf(image), name: `registry.test/${image}` }],
    deployment: { environment: 'prod', cluster, from: day(from), until: until === '' ? '' : day(until) },
    builder: '',
    commits: [],
  }
}

function day(number: string): string {
  return `2026-11-${number.padStart(2, '0')}T00:00:00Z`
}

function shown(facts: readonly EntryFacts[], question: DeploymentsQuestion = {}): readonly string[] {
  return deploymentRows(question, facts, trustOf(), treeSize(1000)).map(
    ({ entry, from, until, endedBy, disputedBy }) =>
      [
        `#${entry} ${Number(from.slice(8, 10))}-${until === null ? '' : Number(until.slice(8, 10))}`,
        ...(endedBy === null ? [] : [`ended by #${endedBy}`]),
        ...disputedBy.map((other) => `but #${other}`),
      ].join(' '),
  )
}

describe('what deployments amount to', () => {
  it('is that a period goes on until the same signer states its end, at the time that is stated', () => {
    expect(shown([said(1, '10')])).to.deep.equal(['#1 10-'])
    expect(shown([said(1, '10'), said(2, '10-15')])).to.deep.equal(['#2 10-15'])
    expect(shown([said(1, '10-15'), said(2, '10')]), 'an end taken back').to.deep.equal(['#2 10-'])
    expect(shown([said(1, '10'), said(2, '10-15', { key: spare })]), 'another key').to.deep.equal([
      '#2 10-15',
    ])
  })

  it('keeps what was stated of earlier periods, in whichever order periods were recorded', () => {
    expect(shown([said(1, '1-5'), said(2, '10')])).to.deep.equal(['#1 1-5', '#2 10-'])
    expect(shown([said(1, '10'), said(2, '1-5')])).to.deep.equal(['#2 1-5', '#1 10-'])
    expect(shown([said(1, '1-5'), said(2, '5')]), 'an end by itself').to.deep.equal(['#1 1-5', '#2 5-'])
  })

  it('lets the later statement decide where two overlap, from its own beginning on', () => {
    expect(shown([said(1, '1-20'), said(2, '10-12')])).to.deep.equal(['#1 1-10 ended by #2', '#2 10-12'])
    expect(shown([said(1, '10-12'), said(2, '1-20')])).to.deep.equal(['#2 1-20', '#1 10-12'])
    expect(shown([said(1, '1'), said(2, '10'), said(3, '5')])).to.deep.equal([
      '#1 1-5 ended by #3',
      '#3 5-',
      '#2 10-',
    ])
  })

  it('holds a beginning and not an end', () => {
    const facts = [said(1, '10-15')]
    const at = (time: string): readonly string[] => shown(facts, { time })
    expect(at('2026-11-09T23:59:59.999Z')).to.deep.equal([])
    expect(at(day('10'))).to.deep.equal(['#1 10-15'])
    expect(at('2026-11-14T23:59:59Z')).to.deep.equal(['#1 10-15'])
    expect(at(day('15'))).to.deep.equal([])
  })

  it('says which other signers say otherwise of the time asked, and nothing of other images or clusters', () => {
    const facts = [
      said(1, '10'),
      said(2, '10-12', { key: ops }),
      said(3, '1-2', { key: ops }),
      said(4, '1-2', { key: ops, image: 'web' }),
      said(5, '10', { key: ops, cluster: 'eu' }),
    ]
    expect(shown(facts, { time: day('11') })).to.deep.equal(['#1 10-', '#2 10-12', '#5 10-'])
    expect(shown(facts, { time: day('13') })).to.deep.equal(['#1 10- but #3', '#5 10-'])
    expect(shown(facts, { time: day('13'), image: imageDigest(digestOf('web')) })).to.deep.equal([])
    expect(shown(facts, { environment: 'test' })).to.deep.equal([])
  })

  it('leaves out what was stated by nobody who is registered', () => {
    expect(shown([said(1, '10', { key: testKey('stranger') })])).to.deep.equal([])
  })

  it('is the same as by the rule read word by word, for any statements', () => {
    const period = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }))
    fc.assert(
      fc.property(fc.array(period, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (periods, time) => {
        const list = periods.map(([from, length], at) => ({ at: at + 1, from, until: from + length }))
        const facts = list.map(({ at, from, until }) => said(at, `${from}-${until}`))
        const runs = list.some(
          (one) =>
            one.from <= time &&
            time < one.until &&
            !list.some((later) => later.at > one.at && later.from >= one.from && later.from <= time),
        )
        expect(shown(facts, { time: day(String(time)) }).length > 0).to.equal(runs)
      }),
    )
  })
})
