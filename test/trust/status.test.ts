import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { DEPLOYMENT, REVOCATION, TRUST_ROOT } from '../../src/attestation/predicate-types.ts'
import type { Revocation } from '../../src/attestation/revocation.ts'
import { treeSize } from '../../src/brand.ts'
import {
  stateOfTarget,
  verdictOf,
  type Judged,
  type Verdict,
  type VerdictKind,
} from '../../src/trust/status.ts'
import { foldControl, type TrustState } from '../../src/trust/trust-state.ts'
import {
  admit,
  attestationUri,
  idOf,
  imageOf,
  imageUri,
  keyUri,
  revocationEntry,
  revocationOf,
  rootEntry,
  rootOf,
  SBOM,
  signatureUri,
  submission,
  worldOf,
} from '../helpers/trust-world.ts'

const people = { admins: ['admin', 'second'], revokers: ['secops'], submitters: ['ci', 'other'] }

function judged(
  index: number,
  name = 'a',
  signer = 'ci',
  image: string | undefined = 'app',
  type = SBOM,
): Judged {
  return {
    ...submission(index, name, signer, type),
    subject: image === undefined ? undefined : imageOf(image),
  }
}

/** A world with revocations from entry 20 on, in order. */
function revoked(...revocations: readonly Revocation[]): TrustState {
  const state = worldOf(people)
  for (const [i, revocation] of revocations.entries())
    admit(state, revocationEntry(20 + i, `r${i}`, 'admin', revocation))
  return state
}

const now = treeSize(100)
const verdict = (state: TrustState, one: Judged, asOf = now): VerdictKind =>
  verdictOf(state, asOf, one).verdict
const codes = (result: Verdict): string[] => result.reasons.map((reason) => reason.code)

describe('trust/status rows of trust.md 2.3', () => {
  it('row 13: valid, without reasons', () => {
    expect(verdictOf(worldOf(people), now, judged(5))).to.deep.equal({
      entry: 5,
      subject: imageOf('app'),
      verdict: 'valid',
      reasons: [],
    })
  })

  it('row 3: untrusted-signer, if the key maps to no principal at the index', () => {
    expect(verdictOf(worldOf(people), now, judged(5, 'a', 'stranger'))).to.include({
      verdict: 'untrusted-signer',
    })
    const state = worldOf(people)
    const without = rootOf({ ...people, submitters: ['other'], version: 2, previous: idOf('root 1') })
    admit(state, rootEntry(10, 'root 2', 'admin', without))
    expect([5, 10, 11].map((index) => verdict(state, judged(index)))).to.deep.equal([
      'valid',
      'valid',
      'untrusted-signer',
    ])
  })

  it('row 4: unauthorized, if there was no grant for the predicate type at the index', () => {
    expect(codes(verdictOf(worldOf(people), now, judged(5, 'a', 'secops')))).to.deep.equal(['unauthorized'])
    expect(verdict(worldOf(people), judged(5, 'a', 'secops'))).to.equal('unauthorized')
  })

  it('row 4: unauthorized, if a deployment names an environment that no grant names', () => {
    const only = { to: 'deployer', role: 'submit', predicateTypes: [DEPLOYMENT] } as const
    const state = worldOf({ ...people, grants: [{ ...only, environments: ['test'] }] })
    const deployed = (environment: string): VerdictKind =>
      verdict(state, {
        ...judged(5, 'a', 'deployer'),
        predicateType: DEPLOYMENT,
        deployment: { environment },
      })
    expect([deployed('test'), deployed('prod')]).to.deep.equal(['valid', 'unauthorized'])
  })

  it('row 4: out of scope, judged against the repository asked about, and not at all without one', () => {
    const grants = [
      { to: 'scoped', role: 'submit', predicateTypes: ['*'], images: ['r.test/shop/*'] },
    ] as const
    const state = worldOf({ ...people, grants })
    const asked = (repository?: string): Verdict =>
      verdictOf(state, now, { ...judged(5, 'a', 'scoped'), repository })
    expect(asked()).to.include({ verdict: 'valid' })
    expect(asked('r.test/shop/app')).to.include({ verdict: 'valid' })
    expect(asked('r.test/pay/app')).to.deep.include({
      verdict: 'unauthorized',
      reasons: [{ code: 'out-of-scope' }],
    })
    expect(verdictOf(state, now, { ...judged(5), repository: 'r.test/pay/app' }).verdict).to.equal('valid')
  })

  it('rows 3 and 4 come before any revocation', () => {
    const state = revoked(revocationOf(keyUri('stranger')), revocationOf(attestationUri('a')))
    expect(verdict(state, judged(5, 'a', 'stranger'))).to.equal('untrusted-signer')
    expect(verdict(state, judged(5, 'a', 'secops'))).to.equal('unauthorized')
  })

  for (const [title, uri] of [
    ['the attestation', attestationUri('a')],
    ['the signature', signatureUri('a', 'ci')],
    ['the key', keyUri('ci')],
    ['the image', imageUri('app')],
  ] as const) {
    it(`row 6: revoked, by a live "all" on ${title}, whenever it was made; names the entry`, () => {
      const result = verdictOf(
        revoked(revocationOf(uri, undefined, { reason: 'unspecified' })),
        now,
        judged(5),
      )
      expect(result.verdict).to.equal('revoked')
      expect(result.reasons).to.deep.equal([{ code: 'unspecified', entry: 20, mode: 'all', target: uri }])
      expect(verdict(revoked(revocationOf(uri)), judged(50))).to.equal('revoked')
    })

    it(`rows 8 and 10: "since" on ${title} ends what is at or after the cut-off, and spares what is before`, () => {
      const state = revoked(revocationOf(uri, 10))
      const reason = { code: 'unspecified', entry: 20, mode: 'since', cutoff: { treeSize: 10 }, target: uri }
      const before = verdictOf(state, now, judged(9))
      expect(before).to.deep.include({ verdict: 'valid-before-compromise', reasons: [reason] })
      for (const index of [10, 11, 50]) {
        const after = verdictOf(state, now, judged(index))
        expect(after.verdict).to.equal('revoked')
        expect(after.reasons).to.deep.equal([{ code: 'after-cutoff', cutoff: { treeSize: 10 } }, reason])
      }
    })
  }

  it('takes the earliest of several cut-offs, in whatever order they came', () => {
    for (const cutoffs of [
      [15, 10],
      [10, 15],
    ]) {
      const state = revoked(...cutoffs.map((cutoff) => revocationOf(keyUri('ci'), cutoff)))
      expect(verdict(state, judged(9))).to.equal('valid-before-compromise')
      const between = verdictOf(state, now, judged(12))
      expect([between.verdict, codes(between)]).to.deep.equal(['revoked', ['after-cutoff', 'unspecified']])
      expect(between.reasons[0]?.cutoff).to.deep.equal({ treeSize: 10 })
    }
  })

  it('lets "all" beat "since", in whatever order they came', () => {
    const [all, since] = [revocationOf(keyUri('ci')), revocationOf(keyUri('ci'), 10)]
    for (const state of [revoked(all, since), revoked(since, all)]) {
      expect(verdict(state, judged(9))).to.equal('revoked')
      const reasons = verdictOf(state, now, judged(9)).reasons
      expect(reasons.map((reason) => reason.mode)).to.deep.equal(['all'])
      expect(codes(verdictOf(state, now, judged(12)))).to.deep.equal(['unspecified', 'unspecified'])
    }
  })

  it('is per subject: revoking image A leaves subject B of the same statement', () => {
    const state = revoked(revocationOf(imageUri('A')))
    expect(verdict(state, judged(5, 'a', 'ci', 'A'))).to.equal('revoked')
    expect(verdict(state, judged(5, 'a', 'ci', 'B'))).to.equal('valid')
  })

  it('is per signer: revoking a key or a signature leaves the other signature on the same statement', () => {
    for (const uri of [keyUri('ci'), signatureUri('a', 'ci')]) {
      expect(verdict(revoked(revocationOf(uri)), judged(5, 'a', 'ci'))).to.equal('revoked')
      expect(verdict(revoked(revocationOf(uri)), judged(6, 'a', 'other'))).to.equal('valid')
    }
  })

  it('is per attestation: revoking one leaves the signer’s others', () => {
    expect(verdict(revoked(revocationOf(attestationUri('a'))), judged(6, 'b'))).to.equal('valid')
  })

  it('looks at no image if no subject is asked about', () => {
    const result = verdictOf(revoked(revocationOf(imageUri('app'))), now, submission(5, 'a', 'ci'))
    expect(result).to.deep.equal({ entry: 5, subject: '', verdict: 'valid', reasons: [] })
    expect(verdict(revoked(revocationOf(keyUri('ci'))), submission(5, 'a', 'ci'))).to.equal('revoked')
  })

  it('never lets a control statement fall, with its key or by itself', () => {
    const state = worldOf(people)
    // Admitted before the revocation that it names exists.
    admit(state, revocationEntry(3, 'early', 'admin', revocationOf(attestationUri('r'))))
    admit(state, revocationEntry(4, 'r', 'second', revocationOf(keyUri('ci'))))
    admit(state, revocationEntry(5, 'q', 'admin', revocationOf(keyUri('second'))))
    expect(verdict(state, judged(4, 'r', 'second', undefined, REVOCATION))).to.equal('valid')
    expect(verdict(state, judged(0, 'root 1', 'admin', undefined, TRUST_ROOT))).to.equal('valid')
    expect(verdict(state, judged(2, 'a', 'ci'))).to.equal('revoked')
  })

  it('holds control statements by others than administrators and revokers to be unauthorized', () => {
    expect(verdict(worldOf(people), judged(5, 'r', 'ci', undefined, REVOCATION))).to.equal('unauthorized')
    expect(verdict(worldOf(people), judged(5, 'r', 'secops', undefined, TRUST_ROOT))).to.equal('unauthorized')
    expect(
      verdict(worldOf(people), judged(5, 'r', 'admin', undefined, 'https://attestree.dev/approval/v1')),
    ).to.equal('unauthorized')
  })

  it('is never asked about an entry beyond the size', () => {
    expect(() => verdictOf(worldOf(people), treeSize(5), judged(5))).to.throw('as of size 5')
  })
})

describe('trust/status of a target', () => {
  it('counts live revocations of exactly this target; "all" beats "since"', () => {
    const state = revoked(
      revocationOf(keyUri('ci'), 10),
      revocationOf(keyUri('ci')),
      revocationOf(imageUri('app'), 3),
    )
    const at = (size: number, uri: string): string => stateOfTarget(state, treeSize(size), uri)
    expect([20, 21, 22].map((size) => at(size, keyUri('ci')))).to.deep.equal([
      'not-revoked',
      'revoked-since',
      'revoked',
    ])
    expect([22, 23].map((size) => at(size, imageUri('app')))).to.deep.equal(['not-revoked', 'revoked-since'])
    expect(at(100, attestationUri('a'))).to.equal('not-revoked')
  })
})

describe('trust/status properties', () => {
  const uris = [
    attestationUri('a'),
    signatureUri('a', 'ci'),
    keyUri('ci'),
    imageUri('app'),
    keyUri('other'),
    imageUri('else'),
  ]
  const cutoff = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined })
  const revocation = fc.tuple(fc.constantFrom(...uris), cutoff).map(([uri, at]) => revocationOf(uri, at))
  const some = fc.array(revocation, { maxLength: 8 })
  const someone = fc
    .tuple(
      fc.integer({ min: 1, max: 19 }),
      fc.constantFrom('a', 'b'),
      fc.constantFrom('ci', 'other'),
      fc.constantFrom('app', 'else'),
    )
    .map(([index, name, signer, image]) => judged(index, name, signer, image))
  /** Worst first. */
  const rank: readonly VerdictKind[] = [
    'untrusted-signer',
    'unauthorized',
    'revoked',
    'valid-before-compromise',
    'valid',
  ]
  const worth = (state: TrustState, one: Judged): number => rank.indexOf(verdict(state, one))

  it('one revocation more never improves a verdict', () => {
    fc.assert(
      fc.property(some, revocation, fc.nat(8), someone, (before, added, at, one) => {
        const after = before.toSpliced(at, 0, added)
        expect(worth(revoked(...after), one)).to.be.at.most(worth(revoked(...before), one))
      }),
      { numRuns: 300 },
    )
  })

  it('an earlier cut-off never improves a verdict', () => {
    const narrowed = fc.tuple(
      fc.constantFrom(...uris),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
    )
    fc.assert(
      fc.property(some, narrowed, someone, (others, [uri, a, b], one) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((size) =>
          revoked(...others, revocationOf(uri, size)),
        )
        if (early === undefined || late === undefined) throw new Error('two worlds')
        expect(worth(early, one)).to.be.at.most(worth(late, one))
      }),
      { numRuns: 300 },
    )
  })

  it('the order of revocations does not matter to the verdict', () => {
    const shuffled = some.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, someone, ([list, other], one) => {
        expect(verdict(revoked(...list), one)).to.equal(verdict(revoked(...other), one))
      }),
      { numRuns: 300 },
    )
  })

  it('a verdict as of a size does not depend on later entries', () => {
    fc.assert(
      fc.property(some, fc.nat(8), someone, (list, kept, one) => {
        const size = treeSize(20 + Math.min(kept, list.length))
        const [whole, cut] = [revoked(...list), revoked(...list.slice(0, kept))]
        expect(verdictOf(whole, size, one)).to.deep.equal(verdictOf(cut, size, one))
        for (const uri of uris)
          expect(stateOfTarget(whole, size, uri)).to.equal(stateOfTarget(cut, size, uri))
      }),
      { numRuns: 300 },
    )
  })

  it('the fold is the same in one go or in chunks with readers in between', () => {
    fc.assert(
      fc.property(some, fc.array(fc.nat(8), { maxLength: 4 }), someone, (list, pauses, one) => {
        const chunked = worldOf(people)
        for (const [i, each] of list.entries()) {
          if (pauses.includes(i)) verdictOf(chunked, treeSize(20 + i), one)
          foldControl(chunked, revocationEntry(20 + i, `r${i}`, 'admin', each))
        }
        expect(chunked).to.deep.equal(revoked(...list))
      }),
      { numRuns: 200 },
    )
  })

  it('agrees with a verdict read off the table row by row', () => {
    fc.assert(
      fc.property(some, someone, (list, one) => {
        const mine = list.filter(({ target }) => touches(target.uri, one))
        const isEnded = mine.some(({ cutoff: end }) => end === undefined || one.index >= end.treeSize)
        const expected = isEnded ? 'revoked' : mine.length > 0 ? 'valid-before-compromise' : 'valid'
        expect(verdict(revoked(...list), one)).to.equal(expected)
      }),
      { numRuns: 500 },
    )
  })

  function touches(uri: string, one: Judged): boolean {
    const of = [
      `attestation:${one.attestation}`,
      `signature:${one.attestation}#${one.key}`,
      `key:${one.key}`,
      `image:${one.subject}`,
    ]
    return of.includes(uri)
  }
})
