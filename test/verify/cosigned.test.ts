import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { outputOrigin } from '../../src/map/output-log.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { cosign, formatCosignerKey } from '../../src/tlog/cosignature.ts'
import { parsePolicy } from '../../src/tlog/policy.ts'
import { createCosignedCheck } from '../../src/verify/cosigned.ts'
import type { Cosigned } from '../../src/verify/map-root.ts'
import { refusal } from '../helpers/mangle.ts'
import { keys, ORIGIN, testKey } from '../helpers/test-ledger.ts'

const NOW_S = 1_796_000_000
const HOUR_S = 3600
const names = ['one', 'two', 'three'] as const
type Name = (typeof names)[number]

const keyOf = (name: string) => testKey(`auditor ${name}`, 'ed25519')
const witnesses = names.map(
  (name) => `witness ${name} ${formatCosignerKey({ name: `${name}.test`, key: keyOf(name).publicKey })}\n`,
)
/** Two of three, not older than a day. */
const policy = parsePolicy(`${witnesses.join('')}group all-of-them 2 one two three\nquorum all-of-them\n`)
const check = createCosignedCheck({ policy, maxAgeS: 24 * HOUR_S }, () => NOW_S * 1000)

const noteOf = (size = 7, origin = outputOrigin(ORIGIN, 'status')): string =>
  signCheckpoint({ origin, size: treeSize(size), root: new Uint8Array(32).fill(size) }, keys.log)
/** Each signs so many seconds ago. */
const signedBy = (signers: Partial<Record<Name, number>>, note = noteOf()): string =>
  Object.entries(signers).reduce(
    (signed, [name, age]) => cosign(signed, `${name}.test`, keyOf(name), NOW_S - age),
    note,
  )
const lineOf = (signers: Partial<Record<Name, number>>, note: string): string =>
  signedBy(signers, note).slice(note.length)

describe('cosigned roots', () => {
  const found = (note: string): Cosigned => check('status', note)
  const reasonFor = (note: string | undefined): string => refusal(() => check('status', note)).reason

  it('are witnessed as of the latest time that enough of the cosigners speak of, and say how old that is', () => {
    const { at, by, sentence } = found(signedBy({ one: 90, two: 20 * HOUR_S, three: 7200 }))
    expect(at).to.equal(new Date((NOW_S - 7200) * 1000).toISOString().replace('.000Z', 'Z'))
    expect(by).to.deep.equal(['one.test', 'three.test'])
    expect(sentence).to.include(at).and.to.include('2 h ago').and.to.include('one.test, three.test')
  })

  it('count no cosigner twice, whichever of its signatures is the newest', () => {
    expect(reasonFor(signedBy({ one: 10 }, signedBy({ one: 20 })))).to.equal('not-cosigned')
    const twice = signedBy({ one: 900, two: 50 }, signedBy({ one: 20 }))
    expect(Date.parse(found(twice).at) / 1000).to.equal(NOW_S - 50)
  })

  it('need enough that are neither too old nor of the future', () => {
    for (const age of [25 * HOUR_S, -6 * 60])
      expect(reasonFor(signedBy({ one: 10, two: age }))).to.equal('not-cosigned')
    expect(found(signedBy({ one: 10, two: -4 * 60 })).by).to.have.length(2)
    expect(refusal(() => found(signedBy({ one: 10, two: 25 * HOUR_S }))).message)
      .to.match(/one by one\.test, one by two\.test that is too old or of the future, 20\d\d-/)
      .and.to.match(/none by three\.test$/)
  })

  it('need them: stripped, by strangers, or in an answer that shows no root, they are too few', () => {
    const stranger = cosign(signedBy({ one: 10 }), 'two.test', testKey('stranger', 'ed25519'), NOW_S)
    for (const note of [noteOf(), signedBy({ one: 10 }), stranger, undefined])
      expect(reasonFor(note)).to.equal('not-cosigned')
    expect(refusal(() => check('status', noteOf())).class).to.equal('unproven')
  })

  const lies: readonly (readonly [string, string])[] = [
    ['an older checkpoint', noteOf(6)],
    ['the other map', noteOf(7, outputOrigin(ORIGIN, 'components'))],
    ['another log', noteOf(7, outputOrigin('other.test', 'status'))],
  ]
  for (const [what, other] of lies)
    it(`are refused with a cosignature of ${what}: checkpoint-signature-invalid`, () => {
      const moved = noteOf() + lineOf({ one: 10, two: 10, three: 10 }, other)
      expect(reasonFor(moved)).to.equal('checkpoint-signature-invalid')
    })
})
