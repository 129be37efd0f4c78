import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { versionOrderOf } from '../../../src/sbom/versions/order.ts'
import { formatSemver, parseSemver } from '../../../src/sbom/versions/semver.ts'

const compareNpm = (a: string, b: string): number | undefined => versionOrderOf('npm')?.compare(a, b)

/** Ascending, each below the next. */
const ascending = [
  '0.0.0-0',
  '0.0.0-1',
  '0.0.0-alpha',
  '0.0.0',
  '0.0.1-security',
  '0.0.1',
  '0.1.0',
  '1.0.0-0',
  '1.0.0-9',
  '1.0.0-10',
  '1.0.0--',
  '1.0.0-A',
  '1.0.0-a',
  '1.0.0-a.1',
  '1.0.0-a.b',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.9',
  '1.0.10',
  '9.0.0',
  '10.0.0',
  '9007199254740992.0.0',
  '9007199254740993.0.0',
]

const equal: readonly (readonly [string, string])[] = [
  ['1.2.3', 'v1.2.3'],
  ['1.2.3', '=1.2.3'],
  ['1.2.3', '= v1.2.3'],
  ['1.2.3', ' 1.2.3 '],
  ['1.2.3', '01.002.3'],
  ['1.2.3', '1.2.3+build.7'],
  ['1.2.3-beta', '1.2.3beta'],
  ['1.2.3-1', '1.2.3-01'],
  ['1.1.0', '1.1'],
  ['1.0.0', '1'],
]

const noVersions = [
  '',
  'latest',
  '1.2.3.4',
  '1.2.x',
  '*',
  '^1.2.3',
  '1a2b3c4',
  '1.2.3-',
  '1.2.3-a..b',
  '1.2.3+',
  '-1.2.3',
  '1,2,3',
  '1.2.3 4',
  'git+https://h/r',
]

const identifier = fc.stringMatching(/^[0-9A-Za-z-]{1,3}$/)
const version = fc
  .tuple(fc.nat(11), fc.nat(2), fc.nat(2), fc.array(identifier, { maxLength: 3 }))
  .map(([a, b, c, labels]) => `${a}.${b}.${c}${labels.length === 0 ? '' : `-${labels.join('.')}`}`)

describe('npm versions', () => {
  it('are ordered as semver says, pre-releases below their release', () => {
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) {
        expect(Math.sign(compareNpm(a, b) ?? Number.NaN), `${a} against ${b}`).to.equal(Math.sign(i - j))
      }
    }
  })

  it('are read as loosely as npm reads them', () => {
    for (const [a, b] of equal) expect(compareNpm(a, b), `${a} = ${b}`).to.equal(0)
  })

  it('leave what is no version without an order, never without an answer', () => {
    for (const text of noVersions) {
      expect(compareNpm(text, '1.0.0'), text).to.equal(undefined)
      expect(compareNpm('1.0.0', text), text).to.equal(undefined)
      expect(compareNpm(text, text), text).to.equal(0)
    }
  })

  it('have a total order and one spelling', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [ab, bc, ac] = [compareNpm(a, b) ?? 0, compareNpm(b, c) ?? 0, compareNpm(a, c) ?? 0]
        expect(Math.sign(compareNpm(b, a) ?? 0)).to.equal(-Math.sign(ab) + 0)
        if (ab <= 0 && bc <= 0) expect(ac).to.be.at.most(0)
        const parsed = parseSemver(a)
        if (parsed === undefined) throw new Error(`not read: ${a}`)
        expect(compareNpm(formatSemver(parsed), a)).to.equal(0)
        expect(parseSemver(formatSemver(parsed))).to.deep.equal(parsed)
      }),
    )
  })
})
