import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { componentPrefix, namePrefix, subjectKey, unreadableKey } from '../../src/map/keys.ts'
import { attestedFacts } from '../../src/verify/attested-facts.ts'
import { checkCompleteSearch, type CompleteSearchClaim } from '../../src/verify/complete-search.ts'
import type { CheckedAttestation } from '../../src/verify/proven-entry.ts'
import { matchesIn, planSearch, searchRow, type SearchStated } from '../../src/verify/search-rows.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import type { SearchAnswer, SearchQuestion } from '../../src/verify/search.ts'
import { honestClaim, world } from '../helpers/complete-claim.ts'
import { refusal } from '../helpers/mangle.ts'
import { mapAt, proveKeys } from '../helpers/map-world.ts'
import { digestOf } from '../helpers/test-ledger.ts'

function ask(parts: JsonValue): SearchQuestion {
  return parseSearchQuestion({ parts })
}

const lodash = ask([
  {
    from: 'GHSA-x',
    keys: ['pkg:npm/lodash'],
    type: 'npm',
    names: 'installed',
    ranges: [{ vers: 'vers:npm/<4.17.21' }],
  },
])
const PREFIXES = [componentPrefix('pkg:npm/lodash'), namePrefix('lodash')]

function claimOf(question: SearchQuestion, prefixes = PREFIXES): CompleteSearchClaim {
  const { answer: rows, attested, entries, log, proof, trust } = honestClaim()
  if (proof.components === undefined) throw new Error('no components')
  const stated = attested.filter(({ entry }) => entry.index !== 7).map(reader(question))
  const images = ['shop', 'api', 'web', 'old', 'left', 'right', 'late'].map(
    digestOf,
  ) as SearchAnswer['items'][number]['image'][]
  const found = images.map((image) => searchRow(question, image, stated, trust, rows.asOf.indexedThrough))
  const items = found.flatMap((row) => row ?? [])
  const shown = proveKeys(mapAt(world, 'components', 11), {
    prefixes,
    keys: [...images.map(subjectKey), unreadableKey],
  })
  return {
    answer: { ...rows, question, items } as SearchAnswer,
    attested,
    entries,
    log,
    trust,
    proof: { ...proof, components: { ...proof.components, ...shown } },
  }
}

function reader(question: SearchQuestion): (one: CheckedAttestation) => SearchStated {
  const plan = planSearch(question)
  return (one) => {
    const { facts, lines } = attestedFacts(one)
    return { facts, matches: matchesIn(plan, facts.index, lines), vex: [] }
  }
}

const check = (claim: CompleteSearchClaim): unknown =>
  checkCompleteSearch(claim, planSearch(claim.answer.question), reader(claim.answer.question))

describe('a complete search', () => {
  it('has a row for each image in which a part is found', () => {
    const claim = claimOf(lodash)
    expect(claim.answer.items.map(({ image }) => image)).to.have.members(
      ['shop', 'left', 'right', 'late'].map(digestOf),
    )
    expect(check(claim)).to.deep.include({ unreadable: 1, byManifest: [] })
  })

  it('is refused without a row, without an entry, or with less than was signed in it', () => {
    const claim = claimOf(lodash)
    const items = claim.answer.items.slice(1)
    const reasonOf = (changed: Partial<CompleteSearchClaim>): string =>
      refusal(() => check({ ...claim, ...changed })).reason
    expect(reasonOf({ answer: { ...claim.answer, items } })).to.equal('answer-incomplete')
    const attested = claim.attested.filter(({ entry }) => entry.index !== 4)
    expect(reasonOf({ attested })).to.equal('answer-incomplete')
    const entries = new Map([...claim.entries].filter(([index]) => index !== logIndex(4)))
    expect(reasonOf({ attested, entries })).to.equal('answer-incomplete')
  })

  it('is refused if nothing is shown of a name that a part looks for', () => {
    for (const at of PREFIXES.keys())
      expect(refusal(() => check(claimOf(lodash, PREFIXES.toSpliced(at, 1)))).reason).to.equal(
        'answer-incomplete',
      )
  })
})
