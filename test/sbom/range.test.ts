import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { Fault } from '../../src/errors.ts'
import { formatVers, inRange, parseRange, parseVers } from '../../src/sbom/range.ts'
import { versionOrderOf } from '../../src/sbom/versions/order.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { itWithVectors, readVectors } from '../helpers/vectors.ts'

interface ParseCase {
  readonly input: string
  readonly expected_output?: {
    readonly scheme: string
    readonly version_constraints: readonly (readonly [string, string])[]
  }
  readonly expected_failure?: boolean
}

const notCanonical = 'the expected VERS says things twice, which clause 5.4 forbids; ours is the same set'

/** Cases of the VERS tests that do not hold, with the reason. */
const exceptions: ReadonlyMap<string, string> = new Map([
  ['<2.0.18 || <3.0.16 || <3.1.6 || <4.0.8 || <5.0.0-beta.5', notCanonical],
  ['>=5.0.3 >=4.2.1', notCanonical],
  ['<2.0.1 || <1.1.7', notCanonical],
  ['>= 5.2.1 <= 6.0.0 || >=6.0.0 <= 6.0.2', notCanonical],
  [
    'vers:pypi/>0.0.0|>=0.0.1|0.0.2|<0.0.3|0.0.4|<0.0.5|>=0.0.6',
    'says things twice, which clause 5.4 forbids and the tests of 2026 refuse',
  ],
  [
    'vers:pypi/>0.0.0|>=0.0.1|>=0.0.1|0.0.2|0.0.3|0.0.4|<0.0.5|<=0.0.6|!=0.7|8.0|>12|<15.3',
    'says things twice, and 0.0.1 too',
  ],
  ['vers:pypi/>0.0.0|>=0.0.1|0.0.2|0.0.3|0.0.4|<0.0.5|>=0.0.6|!=0.8', 'says things twice'],
  ['vers:pypi/0.0.2|0.0.6|>=0.0.0|0.0.1|0.0.4|0.0.5|0.0.3', 'says things twice'],
  ['1.1.2 1.2.2', 'blanks mean "and" in npm, so no version is in this range, and it is refused'],
])

/** What contracts.md 2 leaves out of native ranges. */
const isInScope = (native: string): boolean => !/[~^]|[xX*]| - /.test(native)

/** Against npm ranges: a version, and whether it is in. */
const containment: readonly (readonly [
  range: string,
  version: string,
  expected: 'in' | 'out' | 'undetermined',
])[] = [
  ['vers:npm/*', '1.0.0', 'in'],
  ['vers:npm/*', 'latest', 'in'],
  ['vers:npm/1.2.3', '1.2.3', 'in'],
  ['vers:npm/1.2.3', 'v1.2.3+build', 'in'],
  ['vers:npm/1.2.3', '1.2.4', 'out'],
  ['vers:npm/!=1.2.3', '1.2.3', 'out'],
  ['vers:npm/!=1.2.3', '9.0.0', 'in'],
  ['vers:npm/>=1.0.0|<2.0.0', '0.9.9', 'out'],
  ['vers:npm/>=1.0.0|<2.0.0', '1.0.0', 'in'],
  ['vers:npm/>=1.0.0|<2.0.0', '2.0.0', 'out'],
  ['vers:npm/>1.0.0|<2.0.0', '1.0.0', 'out'],
  ['vers:npm/>=1.0.0|!=1.5.0|<2.0.0', '1.5.0', 'out'],
  ['vers:npm/>=1.0.0|!=1.5.0|<2.0.0', '1.6.0', 'in'],
  ['vers:npm/<1.0.0|3.0.0|>=4.0.0', '3.0.0', 'in'],
  ['vers:npm/<1.0.0|3.0.0|>=4.0.0', '3.0.1', 'out'],
  ['vers:npm/<1.0.0|3.0.0|>=4.0.0', '5.0.0', 'in'],
  // Pre-releases are ordered, never hidden: a pre-release of the fix is below the fix.
  ['vers:npm/<2.0.0', '2.0.0-rc.1', 'in'],
  ['vers:npm/>=1.0.0|<2.0.0', '1.0.0-rc.1', 'out'],
  ['vers:npm/>=1.0.0-0|<2.0.0-0', '2.0.0-rc.1', 'out'],
  ['vers:npm/<1.0.0-0', '1.0.0-0', 'out'],
  ['vers:npm/<1.0.0-0', '0.9.9', 'in'],
  ['vers:npm/>=0.0.0-0', '0.0.1-security', 'in'],
  ['vers:npm/<1.0.0', 'latest', 'undetermined'],
  ['vers:npm/<1.0.0', '', 'undetermined'],
  ['vers:npm/<1.0.0', '1.2.3.4', 'undetermined'],
  ['vers:npm/<1.0.0', '1a2b3c4d', 'undetermined'],
  ['vers:npm/nightly', 'nightly', 'in'],
  ['vers:npm/nightly', '1.0.0', 'undetermined'],
  ['vers:maven/>=2.0-beta9|<2.15.0', '2.0-beta9', 'in'],
  ['vers:maven/>=2.0-beta9|<2.15.0', '2.0-beta8', 'out'],
  ['vers:maven/>=2.0-beta9|<2.15.0', '2.15.0-rc1', 'in'],
  ['vers:maven/>=2.0-beta9|<2.15.0', '2.14.1.redhat-00002', 'in'],
  ['vers:maven/>=2.0-beta9|<2.15.0', '${log4j.version}', 'undetermined'],
  ['vers:golang/<0.17.0', 'v0.0.0-20220101000000-abcdefabcdef', 'in'],
  ['vers:golang/<0.17.0', '(devel)', 'undetermined'],
  ['vers:golang/>=1.21.0-0|<1.21.3', 'go1.21.2', 'in'],
  ['vers:deb/<1.0-2', '1.0-1+b1', 'in'],
  ['vers:deb/<1.0-2', '1:0.9-1', 'out'],
  ['vers:deb/>=5.6.0', '5.6.1+really5.4.5-1', 'in'],
  // A bound without a release means all of them; a version without one lies nowhere against a bound with one.
  ['vers:rpm/<=1.0', '1.0-5.el8', 'in'],
  ['vers:rpm/<1.0', '1.0-5.el8', 'out'],
  ['vers:rpm/>1.0', '1.0-5.el8', 'out'],
  ['vers:rpm/>=1.0', '1.0-5.el8', 'in'],
  ['vers:rpm/1.0', '1.0-5.el8', 'in'],
  ['vers:rpm/>=1.0|<1.0-3', '1.0-2', 'in'],
  ['vers:rpm/>=1.0|<1.0-3', '1.0-5', 'out'],
  ['vers:rpm/<1.0-3', '1.0', 'undetermined'],
  ['vers:rpm/<1.0-3', '0.9', 'in'],
  ['vers:rpm/<1.0-3', '1:0.9-1', 'out'],
  ['vers:apk/<3.1.4-r0', '3.1.3-r9', 'in'],
  ['vers:apk/<3.1.4-r0', 'edge', 'undetermined'],
  ['vers:composer/<2.0', 'dev-main', 'undetermined'],
  ['vers:datetime/<2024-01-01T00:00:00Z', '2024-01-01T00:00:00+02:00', 'in'],
  ['vers:all/*', 'anything', 'in'],
  ['vers:none/*', 'anything', 'out'],
  ['vers:generic/<2.0', '1.0', 'undetermined'],
  ['vers:generic/<=2.0', '2.0', 'in'],
]

/** Native notation and the VERS that is echoed. */
const native: readonly (readonly [string, string])[] = [
  ['>=1.0.0,<2.0.0', 'vers:npm/>=1.0.0|<2.0.0'],
  ['>=1.0.0, <2.0.0', 'vers:npm/>=1.0.0|<2.0.0'],
  ['>= 1.0.0 < 2.0.0', 'vers:npm/>=1.0.0|<2.0.0'],
  ['<2.0.0,>=1.0.0,<3.0.0', 'vers:npm/>=1.0.0|<2.0.0'],
  ['>=3.0.0||<1.0.0', 'vers:npm/<1.0.0|>=3.0.0'],
  ['=1.0.0||=1.0.0', 'vers:npm/1.0.0'],
  ['1.1', 'vers:npm/1.1.0'],
  ['v1.2.3+build', 'vers:npm/1.2.3'],
  ['<1.0.0||=1.0.0||>1.0.0', 'vers:npm/*'],
  ['<1.0.0||>1.0.0', 'vers:npm/!=1.0.0'],
  ['>=1.0.0,<2.0.0||>2.0.0,<3.0.0', 'vers:npm/>=1.0.0|!=2.0.0|<3.0.0'],
  ['>=1.0.0,<2.0.0||>2.0.0,<3.0.0||>=1.5.0,<2.5.0', 'vers:npm/>=1.0.0|<3.0.0'],
  ['>=1.0.0,<=2.0.0||>2.0.0', 'vers:npm/>=1.0.0'],
  ['>1.0.0,<1.0.0||=2.0.0', 'vers:npm/2.0.0'],
  ['*', 'vers:npm/*'],
]

const malformedVers = [
  'vers:npm',
  'vers:npm/',
  'vers:/1.0.0',
  'vers:NPM/1.0.0',
  'VERS:npm/1.0.0',
  'vers:npm/=1.0.0',
  'vers:npm/*|1.0.0',
  'vers:npm/*1.0.0',
  'vers:all/1.0.0',
  'vers:none/<1.0.0',
  'vers:npm/>=',
  'vers:npm/<1.0.0|<2.0.0',
  'vers:npm/>=1.0.0|1.5.0',
  'vers:npm/1.0.0|<2.0.0',
  'vers:npm/1.0.0|1.0.0',
  'vers:npm/1.0.0|v1.0.0',
  'vers:npm/>=1.0.0|!=1.0.0+b',
  'vers:npm/<latest',
  'vers:npm/1.0.0%2d1',
  'vers:npm/1.0.0%C3%A9',
  'vers:npm/1.0.0é',
  'vers:npm/1.0.0\n',
]

const small = fc
  .tuple(fc.nat(2), fc.nat(1), fc.constantFrom('', '-0', '-a'))
  .map(([a, b, label]) => `${a}.${b}.0${label}`)
const comparison = fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '='), small)
const clauses = fc.array(fc.array(comparison, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
type Comparison = readonly [string, string]

/** The notation's meaning, word for word. */
function satisfies(version: string, [comparator, bound]: Comparison): boolean {
  const order = versionOrderOf('npm')?.compare(version, bound) ?? Number.NaN
  if (comparator === '=') return order === 0
  if (comparator.endsWith('=') && order === 0) return true
  return comparator.startsWith('<') ? order < 0 : order > 0
}

describe('version ranges', () => {
  it('say for each version whether it is in, out, or cannot be told', () => {
    for (const [range, version, expected] of containment) {
      expect(inRange(parseVers(range), version), `${version} in ${range}`).to.equal(expected)
    }
  })

  it('echo canonical VERS as it came', () => {
    for (const [range] of containment) expect(formatVers(parseVers(range))).to.equal(range)
  })

  it('refuse VERS that is not canonical, and show the canonical form where only the order is wrong', () => {
    for (const text of malformedVers) expectFault('range-malformed', () => parseVers(text), text)
    const fault = expectFault('range-malformed', () =>
      parseRange('vers:npm/<1.0.0|>=3.0.0|<4.0.0|>=1.5.0|<2.0.0', 'npm'),
    )
    expect(fault.hint).to.equal('In canonical form: vers:npm/<1.0.0|>=1.5.0|<2.0.0|>=3.0.0|<4.0.0')
  })

  it('turn native npm ranges into VERS', () => {
    for (const [text, vers] of native) expect(formatVers(parseRange(text, 'npm')), text).to.equal(vers)
  })

  it('refuse notations that choose what to install, with a hint', () => {
    for (const text of [
      '^1.2.3',
      '~1.2',
      '~ 1.2.3',
      '1.x',
      '>=1.X',
      '1.2.*',
      '1.0.0 - 2.0.0',
      '<1.0.0||^2.0.0',
    ]) {
      expect(expectFault('unsupported', () => parseRange(text, 'npm'), text).hint).to.contain(
        '>=1.2.3,<2.0.0',
      )
    }
  })

  it('refuse what is no range', () => {
    for (const text of [
      '',
      ',',
      '||',
      '<1.0.0,',
      '<',
      '<latest',
      '==1.0.0',
      '!=1.0.0',
      '<>1.0.0',
      '>2.0.0,<1.0.0',
      '>1.0.0,<1.0.0',
    ]) {
      expectFault('range-malformed', () => parseRange(text, 'npm'), text)
    }
    expectFault('range-malformed', () => parseRange('vers:pypi/<1.0', 'npm'))
    expectFault('range-malformed', () => parseRange(`<1.0.0-${'a'.repeat(20_000)}`, 'npm'))
    expectFault('unsupported', () => parseRange('~=1.0 ', 'pypi'))
    expect(formatVers(parseRange('>=1.0, <2.0', 'pypi'))).to.equal('vers:pypi/>=1.0|<2.0')
    expect(formatVers(parseRange('>= 2.0-beta9, < 2.3.1 || >=2.13.0,<2.15.0', 'maven'))).to.equal(
      'vers:maven/>=2.0-beta9|<2.3.1|>=2.13.0|<2.15.0',
    )
    for (const [text, type, vers] of [
      ['[1.0.0, 2.0.0)', 'nuget', 'vers:nuget/>=1.0.0|<2.0.0'],
      ['[2.0-beta9,2.3.1),[2.13.0,2.15.0)', 'maven', 'vers:maven/>=2.0-beta9|<2.3.1|>=2.13.0|<2.15.0'],
      ['(,1.0],[1.2,)', 'maven', 'vers:maven/<=1.0|>=1.2'],
      ['[1.0]', 'maven', 'vers:maven/1.0'],
      ['>>1.0, << 2.0', 'deb', 'vers:deb/>1.0|<2.0'],
      ['(,)', 'maven', 'vers:maven/*'],
    ] as const)
      expect(formatVers(parseRange(text, type)), text).to.equal(vers)
    for (const text of ['[1.0', '[1.0,2.0', '(1.0)', '[]', '[1,2,3]', '[1,2)x', '[2.0,1.0]', '[[1,2]]'])
      expectFault('range-malformed', () => parseRange(text, 'maven'), text)
    expect(formatVers(parseRange('<2.0,>=1.0', 'generic'))).to.equal('vers:generic/<2.0|>=1.0')
  })

  it('keep their meaning on the way from native notation to VERS and back', () => {
    fc.assert(
      fc.property(clauses, fc.array(small, { minLength: 1 }), (range, versions) => {
        const text = range.map((clause) => clause.map((part) => part.join('')).join(',')).join('||')
        const expected = (version: string): boolean =>
          range.some((clause) => clause.every((part) => satisfies(version, part)))
        // An empty range is refused; nothing can show more than that on a few versions.
        const parsed = parseOrUndefined(text)
        for (const version of [...versions, ...range.flat().map(([, bound]) => bound)]) {
          expect(parsed === undefined ? 'out' : inRange(parsed, version), `${version} in ${text}`).to.equal(
            expected(version) ? 'in' : 'out',
          )
        }
        if (parsed !== undefined) expect(parseVers(formatVers(parsed))).to.deep.equal(parsed)
      }),
      { numRuns: 500 },
    )
  })

  itWithVectors('vers', 'read canonical VERS as the specification does', (folder) => {
    const { tests } = readVectors<{ readonly tests: readonly ParseCase[] }>(
      folder,
      'vers-vers_canonical_parse_test.json',
    )
    expect(tests.length).to.be.greaterThan(10)
    for (const { input, expected_output: output, expected_failure: isFailure } of tests) {
      if (exceptions.has(input)) continue
      if (isFailure === true || output === undefined)
        expectFault('range-malformed', () => parseVers(input), input)
      else {
        const { type, constraints } = parseVers(input)
        const pairs = constraints.map(({ comparator, version }) => [comparator, version])
        expect({ scheme: type, version_constraints: pairs }, input).to.deep.equal(output)
      }
    }
  })

  itWithVectors('vers', 'hold the npm containment cases of the specification', (folder) => {
    type Case = {
      readonly input: { readonly vers: string; readonly version: string }
      readonly expected_output: boolean
    }
    const { tests } = readVectors<{ readonly tests: readonly Case[] }>(
      folder,
      'vers-npm_range_containment_test.json',
    )
    for (const { input, expected_output: isIn } of tests) {
      expect(inRange(parseRange(input.vers, 'npm'), input.version)).to.equal(isIn ? 'in' : 'out')
    }
  })

  itWithVectors(
    'vers',
    'hold the PyPI cases of the specification, by the canonical form that the refusal shows',
    (folder) => {
      type Containment = {
        readonly input: { readonly vers: string; readonly version: string }
        readonly expected_output: boolean
      }
      type Validation = { readonly input: string; readonly expected_output: string }
      const contained = readVectors<{ readonly tests: readonly Containment[] }>(
        folder,
        'vers-pypi_range_containment_test.json',
      )
      for (const { input, expected_output: isIn } of contained.tests)
        expect(inRange(parseVers(canonicalForm(input.vers)), input.version), input.vers).to.equal(
          isIn ? 'in' : 'out',
        )
      const validated = readVectors<{ readonly tests: readonly Validation[] }>(
        folder,
        'vers-pypi_range_validate_test.json',
      )
      for (const { input, expected_output: vers } of validated.tests)
        if (exceptions.has(input)) expectFault('range-malformed', () => parseVers(input), input)
        else expect(canonicalForm(input), input).to.equal(vers)
      const native = readVectors<{
        readonly tests: readonly {
          readonly input: { readonly native_range: string }
          readonly expected_output: string
        }[]
      }>(folder, 'vers-pypi_range_from_native_test.json')
      for (const { input, expected_output: vers } of native.tests)
        expect(formatVers(parseRange(input.native_range, 'pypi'))).to.equal(vers)
    },
  )

  itWithVectors('vers', 'turn the native npm ranges of the specification into its VERS', (folder) => {
    type Case = { readonly input: { readonly native_range: string }; readonly expected_output: string }
    const { tests } = readVectors<{ readonly tests: readonly Case[] }>(
      folder,
      'vers-npm_range_from_native_test.json',
    )
    let held = 0
    for (const { input, expected_output: vers } of tests) {
      const text = input.native_range
      if (exceptions.has(text)) continue
      if (!isInScope(text)) {
        // Never misread: refused, or (a lone "*") read right.
        expect(
          text === '*' || expectFault('unsupported', () => parseRange(text, 'npm'), text),
          text,
        ).to.not.equal(false)
        continue
      }
      held++
      expect(formatVers(parseRange(text, 'npm')), text).to.equal(vers)
    }
    expect(held).to.be.greaterThan(300)
  })

  it('finds the place of a version among hundreds without comparing it with each: a name may have 100,000', () => {
    const bounds = Array.from({ length: 300 }, (_, at) => `${at % 2 === 0 ? '>=' : '<'}${at}.0.0`)
    const intervals = parseVers(`vers:npm/${bounds.join('|')}`)
    const singles = parseVers(`vers:npm/${Array.from({ length: 300 }, (_, at) => `${2 * at}.0.0`).join('|')}`)
    const started = performance.now()
    for (let at = 0; at < 10_000; at++) {
      const major = at % 300
      expect(inRange(intervals, `${major}.0.1-rc.${at}`)).to.equal(major % 2 === 0 ? 'in' : 'out')
      expect(inRange(singles, `${major}.0.0+${at}`)).to.equal(major % 2 === 0 ? 'in' : 'out')
    }
    // Compared with each, it is five million comparisons: about ten seconds.
    expect(performance.now() - started).to.be.below(4_000)
  })
})

/** As it is, or as the refusal says that it should be. */
function canonicalForm(vers: string): string {
  try {
    return formatVers(parseVers(vers))
  } catch (fault) {
    return fault instanceof Fault ? (fault.hint ?? '').replace('In canonical form: ', '') : ''
  }
}

function parseOrUndefined(text: string): ReturnType<typeof parseRange> | undefined {
  try {
    return parseRange(text, 'npm')
  } catch {
    return undefined
  }
}
