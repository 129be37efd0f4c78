/** The map functions as they are defined in schema/: what is published once must come out the same for ever. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseLine } from '../../src/sbom/manifest-line.ts'
import { derivedOf, type GoldenCase } from './golden.ts'

const file = new URL('../../schema/golden/map-functions.json', import.meta.url)
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly GoldenCase[]
/** Of every kind that a predicate of today may give, and `i`, which needs a statement about two images. */
const KINDS = ['b', 'd', 'e', 'f', 'g', 'k', 'l', 'n', 'p', 's', 't', 'v', 'w']

describe('components/v1 and status/v1', () => {
  for (const { name, index, key, isReadable, statement, ...expected } of cases) {
    it(`give what schema/golden says for: ${name}`, async () => {
      expect(await derivedOf({ index, key, isReadable, statement })).to.deep.equal(expected)
    })
  }

  it('are shown there for every kind of line and both maps', () => {
    const kinds = new Set(cases.flatMap(({ manifest }) => manifest.map((line) => parseLine(line).kind)))
    expect([...kinds]).to.include.members(KINDS)
    expect(new Set(cases.flatMap(({ status }) => status.map((key) => key.slice(0, 2))))).to.have.property(
      'size',
      4,
    )
  })
})
