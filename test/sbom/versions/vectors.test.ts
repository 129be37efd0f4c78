import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe } from 'mocha'
import { compareAlpm } from '../../../src/sbom/versions/alpm.ts'
import { compareApk, parseApk } from '../../../src/sbom/versions/apk.ts'
import { compareComposer, parseComposer } from '../../../src/sbom/versions/composer.ts'
import { compareConan, parseConan } from '../../../src/sbom/versions/conan.ts'
import { compareDeb, parseDeb } from '../../../src/sbom/versions/deb.ts'
import { compareGem, parseGem } from '../../../src/sbom/versions/gem.ts'
import { compareIntdot, parseDotted } from '../../../src/sbom/versions/intdot.ts'
import { compareMaven, parseMaven } from '../../../src/sbom/versions/maven.ts'
import { parseNuget } from '../../../src/sbom/versions/nuget.ts'
import { comparePub } from '../../../src/sbom/versions/pub.ts'
import { comparePypi, parsePypi } from '../../../src/sbom/versions/pypi.ts'
import { compareRpm, parseRpm } from '../../../src/sbom/versions/rpm.ts'
import { compareSemver, parseSemver } from '../../../src/sbom/versions/semver.ts'
import { compareLexicographic, compareMoments, parseMoment } from '../../../src/sbom/versions/text.ts'
import { itWithVectors, readVectors } from '../../helpers/vectors.ts'

type Compare = (a: string, b: string) => number

/** Equal texts are equal even where they are no versions; NaN where there is no order. */
function by<T>(parse: (text: string) => T | undefined, compare: (a: T, b: T) => number): Compare {
  return (a, b) => {
    const [left, right] = [parse(a), parse(b)]
    if (a === b) return 0
    return left === undefined || right === undefined ? Number.NaN : compare(left, right)
  }
}

const apk = by(parseApk, compareApk)
const maven = by(parseMaven, compareMaven)
const nuget = by(parseNuget, compareSemver)
const intdot = by(parseDotted, compareIntdot)

/** Files of osv-scalibr, without `-versions.txt` and `-versions-generated.txt`. */
const osv: readonly (readonly [file: string, compare: Compare, atLeast: number])[] = [
  ['alpine', apk, 5000],
  ['cran', intdot, 50],
  ['debian', by(parseDeb, compareDeb), 4900],
  ['hackage', intdot, 5],
  ['maven', maven, 4900],
  ['nuget', nuget, 20],
  ['packagist', by(parseComposer, compareComposer), 3600],
  ['pub', by(parseSemver, comparePub), 30],
  ['pypi', by(parsePypi, comparePypi), 4200],
  ['redhat', by(parseRpm, compareRpm), 50],
  ['rubygems', by(parseGem, compareGem), 1400],
  ['semver', by(parseSemver, compareSemver), 25],
]

const vers: readonly (readonly [file: string, compare: Compare, atLeast: number])[] = [
  ['alpine_version_cmp_test', apk, 700],
  ['alpm_version_cmp_test', by(parseRpm, compareAlpm), 40],
  ['conan_version_cmp_test', by(parseConan, compareConan), 45],
  ['datetime_version_cmp_test', by(parseMoment, compareMoments), 7],
  ['gentoo_version_cmp_test', apk, 45],
  ['lexicographic-test', compareLexicographic, 8],
  ['maven_version_cmp_test', maven, 970],
  ['nuget_version_cmp_test', nuget, 30],
  ['openssl_version_cmp_test', apk, 40],
]

interface VersCase {
  readonly test_type: string
  readonly input: { readonly versions: readonly string[] }
  /** Whether they are equal, or the versions in order. */
  readonly expected_output: boolean | readonly string[]
}

function linesOf(folder: string, file: string): readonly string[] {
  const paths = [`${file}-versions.txt`, `${file}-versions-generated.txt`]
  return paths.flatMap((path) => readIfThere(join(folder, path)).split('\n'))
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

describe('the orders of versions', () => {
  for (const [file, compare, atLeast] of osv) {
    itWithVectors('versions', `agree with the ${file} orderings of osv-scalibr`, (folder) => {
      let held = 0
      for (const line of linesOf(folder, file)) {
        const [, a = '', sign = '', b = ''] = /^(\S+) ([<=>]) (\S+)$/.exec(line) ?? []
        if (sign === '' || line.startsWith('//')) continue
        const expected = { '<': -1, '=': 0, '>': 1 }[sign] ?? Number.NaN
        // By hand: an assertion of chai's for each of ten thousands takes seconds.
        if (Math.sign(compare(a, b)) !== expected || Math.sign(compare(b, a)) !== 0 - expected)
          expect.fail(`${line}: got ${compare(a, b)}, and ${compare(b, a)} the other way round`)
        held++
      }
      expect(held).to.be.at.least(atLeast)
    })
  }

  for (const [file, compare, atLeast] of vers) {
    itWithVectors('vers', `agree with ${file} of the VERS specification`, (folder) => {
      const { tests } = readVectors<{ readonly tests: readonly VersCase[] }>(folder, `vers-${file}.json`)
      for (const { input, expected_output: expected } of tests) {
        const [a = '', b = ''] = input.versions
        if (typeof expected === 'boolean') {
          expect(compare(a, b) === 0, `${a} = ${b}`).to.equal(expected)
          continue
        }
        const sorted = [...input.versions].sort(compare)
        // Equal ones may stand in either order; NuGet's expectations are in lower case.
        for (const [at, version] of sorted.entries())
          expect(compare(version, expected[at] ?? ''), `${input.versions.join(', ')} sorted`).to.equal(0)
      }
      expect(tests.length).to.be.at.least(atLeast)
    })
  }
})
