/** Annulments: only by the administrators' threshold, from the completing entry on, exactly undoing what was taken back, and for good. */
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import type { Reason } from '../../src/errors.ts'
import { judgeSubmission } from '../../src/trust/admission.ts'
import { stateOfTarget, verdictOf, type Verdict } from '../../src/trust/status.ts'
import { annulledOf, createTrustState, revocationsOf, type TrustState } from '../../src/trust/trust-state.ts'
import { refusal } from '../helpers/mangle.ts'
import {
  admit,
  annulmentEntry,
  attestationUri,
  idOf,
  imageOf,
  imageUri,
  keyUri,
  ORIGIN,
  revocationEntry,
  revocationOf,
  rootEntry,
  rootOf,
  signatureUri,
  submission,
} from '../helpers/trust-world.ts'

const people = { admins: ['a', 'b', 'c'], revokers: ['secops'], submitters: ['ci'], threshold: 2 }

/** 0 1 trust root, threshold 2 · 5 revocation of the key of ci since 0. */
function world(): TrustState {
  const state = createTrustState(ORIGIN)
  for (const [index, name] of ['a', 'b'].entries())
    admit(state, rootEntry(index, 'root 1', name, rootOf(people)))
  admit(state, revocationEntry(5, 'r', 'secops', revocationOf(keyUri('ci'), 3)))
  return state
}

const judged = (index: number): Parameters<typeof verdictOf>[2] => ({
  ...submission(index, 'x', 'ci'),
  subject: imageOf('app'),
})
const verdicts = (state: TrustState, asOf: number): Verdict[] =>
  [2, 4].map((index) => verdictOf(state, treeSize(asOf), judged(index)))
const kinds = (state: TrustState, asOf: number): string[] => verdicts(state, asOf).map((one) => one.verdict)
const refusedFor = (state: TrustState, entry: Parameters<typeof judgeSubmission>[1]): Reason =>
  refusal(() => judgeSubmission(state, entry)).reason

describe('trust/annulments', () => {
  it('are in effect from the entry that completes the threshold, and in no answer as of before', () => {
    const state = world()
    admit(state, annulmentEntry(8, 'n', 'a', 'r'))
    expect(kinds(state, 20)).to.deep.equal(['valid-before-compromise', 'revoked'])
    admit(state, annulmentEntry(11, 'n', 'c', 'r'))
    expect(kinds(state, 11)).to.deep.equal(['valid-before-compromise', 'revoked'])
    expect(kinds(state, 12)).to.deep.equal(['valid', 'valid'])
    expect([11, 12].map((size) => stateOfTarget(state, treeSize(size), keyUri('ci')))).to.deep.equal([
      'revoked-since',
      'not-revoked',
    ])
    expect(annulledOf(state, 12, keyUri('ci')).map((one) => one.annulledBy)).to.deep.equal([11])
    expect(annulledOf(state, 11, keyUri('ci'))).to.deep.equal([])
  })

  it('leave the revocation visible in the reasons, with what ended it', () => {
    const state = world()
    for (const [at, name] of ['a', 'b'].entries()) admit(state, annulmentEntry(8 + at, 'n', name, 'r'))
    expect(verdicts(state, 20)[1]?.reasons).to.deep.equal([
      {
        code: 'unspecified',
        entry: 5,
        mode: 'since',
        cutoff: { treeSize: 3 },
        target: keyUri('ci'),
        annulledBy: 9,
      },
    ])
  })

  it('give a key back the right to sign, from the next entry on', () => {
    const state = world()
    expect(refusedFor(state, submission(9, 'x', 'ci'))).to.equal('revoked-key')
    admit(state, annulmentEntry(8, 'n', 'a', 'r'))
    expect(refusedFor(state, submission(9, 'x', 'ci'))).to.equal('revoked-key')
    admit(state, annulmentEntry(9, 'n', 'b', 'r'))
    judgeSubmission(state, submission(10, 'x', 'ci'))
  })

  it('give an administrator back to those who count against a lock-out', () => {
    const state = world()
    admit(state, revocationEntry(6, 's', 'a', revocationOf(keyUri('c'))))
    const another = revocationEntry(20, 't', 'a', revocationOf(keyUri('b')))
    expect(refusedFor(state, another)).to.equal('would-lock-out')
    for (const [at, name] of ['a', 'b'].entries()) admit(state, annulmentEntry(8 + at, 'n', name, 's'))
    judgeSubmission(state, another)
  })

  it('are made by administrators alone, once each, and not by a revoked key', () => {
    const state = world()
    for (const [signer, reason] of [
      ['secops', 'unauthorized'],
      ['ci', 'unauthorized'],
      ['stranger', 'untrusted-signer'],
    ] as const)
      expect(refusedFor(state, annulmentEntry(8, 'n', signer, 'r')), signer).to.equal(reason)
    admit(state, revocationEntry(6, 's', 'a', revocationOf(keyUri('c'))))
    expect(refusedFor(state, annulmentEntry(8, 'n', 'c', 'r'))).to.equal('revoked-key')
  })

  it('count persons, not keys, and those who are administrators when it is completed', () => {
    const state = createTrustState(ORIGIN)
    const keys = { a: ['a', 'a2'] }
    const first = rootOf({ ...people, keys })
    for (const [index, name] of ['a', 'b'].entries()) admit(state, rootEntry(index, 'root 1', name, first))
    admit(state, revocationEntry(5, 'r', 'secops', revocationOf(keyUri('ci'), 3)))
    for (const [at, key] of ['a', 'a2'].entries()) admit(state, annulmentEntry(6 + at, 'n', key, 'r'))
    expect(annulledOf(state, 20, keyUri('ci'))).to.deep.equal([])
    // `a` leaves: what it signed before no longer counts.
    const without = rootOf({ ...people, admins: ['b', 'c', 'd'], version: 2, previous: idOf('root 1') })
    for (const [at, name] of ['b', 'c'].entries()) admit(state, rootEntry(10 + at, 'root 2', name, without))
    admit(state, annulmentEntry(14, 'n', 'b', 'r'))
    expect(annulledOf(state, 20, keyUri('ci'))).to.deep.equal([])
    admit(state, annulmentEntry(16, 'n', 'd', 'r'))
    expect(annulledOf(state, 20, keyUri('ci')).map((one) => one.annulledBy)).to.deep.equal([16])
  })

  it('end what is recorded and live: nothing else, nothing twice, and nothing ends them', () => {
    const state = world()
    for (const target of ['nothing', 'root 1'])
      expect(refusedFor(state, annulmentEntry(8, 'n', 'a', target)), target).to.equal('not-annullable')
    admit(state, annulmentEntry(8, 'n', 'a', 'r'))
    expect(refusedFor(state, annulmentEntry(9, 'm', 'a', 'n')), 'an annulment').to.equal('not-annullable')
    for (const uri of [attestationUri('n'), signatureUri('n', 'a')])
      expect(refusedFor(state, revocationEntry(9, 's', 'secops', revocationOf(uri)))).to.equal(
        'not-revocable',
      )
    admit(state, annulmentEntry(9, 'n', 'b', 'r'))
    // In the run that completed it the third still signs; later it is over.
    admit(state, annulmentEntry(10, 'n', 'c', 'r'))
    expect(refusedFor(state, annulmentEntry(15, 'm', 'c', 'r'))).to.equal('not-annullable')
    // Only a new revocation follows.
    admit(state, revocationEntry(16, 's', 'secops', revocationOf(keyUri('ci'), 3)))
    expect(kinds(state, 20)).to.deep.equal(['valid-before-compromise', 'revoked'])
  })

  it('are the exact inverse of a revocation, whatever else is revoked and in whatever order they come', () => {
    const targets = [keyUri('ci'), attestationUri('x'), signatureUri('x', 'ci'), imageUri('app')]
    const revocation = fc.record({
      target: fc.constantFrom(...targets),
      cutoff: fc.option(fc.nat(9), { nil: undefined }),
    })
    const story = fc.record({
      revocations: fc.array(revocation, { minLength: 1, maxLength: 4 }),
      annulled: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
      at: fc.nat(9),
    })
    const begun = (): TrustState => {
      const state = createTrustState(ORIGIN)
      for (const [index, name] of ['a', 'b'].entries())
        admit(state, rootEntry(index, 'root 1', name, rootOf(people)))
      return state
    }
    fc.assert(
      fc.property(story, ({ revocations, annulled, at }) => {
        const [state, without] = [begun(), begun()]
        for (const [i, { target, cutoff }] of revocations.entries()) {
          const entry = revocationEntry(10 + i, `r${i}`, 'secops', revocationOf(target, cutoff))
          admit(state, entry)
          if (!annulled.includes(i)) admit(without, entry)
        }
        let index = 20
        for (const i of annulled.filter((one) => one < revocations.length))
          for (const name of ['b', 'c']) admit(state, annulmentEntry(index++, `n${i}`, name, `r${i}`))
        const now = treeSize(index)
        const [made, expected] = [state, without].map((one) => verdictOf(one, now, judged(at)))
        const live = made?.reasons.filter((reason) => reason.annulledBy === undefined)
        expect([made?.verdict, live]).to.deep.equal([expected?.verdict, expected?.reasons])
        // What was true as of a moment stays so, whatever comes later.
        for (const uri of targets)
          expect(revocationsOf(state, 20, uri).map((one) => one.index)).to.deep.equal(
            revocations.flatMap((one, i) => (one.target === uri ? 10 + i : [])),
          )
      }),
    )
  })
})
