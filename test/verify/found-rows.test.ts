/** What statements say beside components, over facts made here; through a ledger: found-evidence.test.ts. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { imageDigest, treeSize } from '../../src/brand.ts'
import type { StatedQuestion } from '../../src/verify/answer.ts'
import { foundRow, type FoundFacts } from '../../src/verify/found-rows.ts'
import { factsAbout, trustOf } from '../helpers/made-facts.ts'
import { digestOf, testKey } from '../helpers/test-ledger.ts'

const sbom = { sbom: { tool: 'syft', toolVersion: '1', platform: '', components: 1 } }

describe('what statements say of an image', () => {
  const found = (
    question: StatedQuestion,
    all: readonly FoundFacts[],
  ): readonly [string, readonly number[]] => {
    const { status, matches } = foundRow(
      question,
      imageDigest(digestOf('shop')),
      all,
      trustOf(),
      treeSize(10),
    )
    return [status, matches.map((one) => one.entry)]
  }
  const states = (index: number, others = {}): FoundFacts => ({
    facts: factsAbout(index, 'shop', { ...sbom, ...others }),
    states: true,
  })
  const silent = (index: number): FoundFacts => ({ ...states(index), states: false })

  it('is by licence and hash what the newest SBOM lists; by anything else what any statement says', () => {
    expect(found({ licence: 'MIT' }, [states(1), silent(2)])[1]).to.deep.equal([])
    expect(found({ licence: 'MIT' }, [silent(1), states(2)])).to.deep.equal(['affected', [2]])
    expect(found({ type: 'https://cyclonedx.org/bom' }, [states(1), states(2)])).to.deep.equal([
      'affected',
      [1, 2],
    ])
  })

  it('is undetermined by what was revoked, and nothing by a stranger', () => {
    const stranger = states(2, { key: testKey('stranger').publicKey.id })
    expect(found({ builder: 'b' }, [states(4), stranger])).to.deep.equal(['undetermined', [4]])
  })
})
