import { expect } from 'chai'
import { describe, it } from 'mocha'
import { compareAlpm } from '../../../src/sbom/versions/alpm.ts'
import { compareApk, isApk, parseApk } from '../../../src/sbom/versions/apk.ts'
import { compareComposer, parseComposer } from '../../../src/sbom/versions/composer.ts'
import { compareConan, parseConan } from '../../../src/sbom/versions/conan.ts'
import { compareDeb, parseDeb } from '../../../src/sbom/versions/deb.ts'
import { compareGem, parseGem } from '../../../src/sbom/versions/gem.ts'
import { parseGolang } from '../../../src/sbom/versions/golang.ts'
import { compareIntdot, parseIntdot } from '../../../src/sbom/versions/intdot.ts'
import { parseMaven } from '../../../src/sbom/versions/maven.ts'
import { parseNuget } from '../../../src/sbom/versions/nuget.ts'
import { isLikeVersion } from '../../../src/sbom/versions/parts.ts'
import { comparePub } from '../../../src/sbom/versions/pub.ts'
import { comparePypi, parsePypi } from '../../../src/sbom/versions/pypi.ts'
import { compareRpm, parseRpm } from '../../../src/sbom/versions/rpm.ts'
import { compareSemver, parseSemver } from '../../../src/sbom/versions/semver.ts'
import { compareMoments, parseMoment } from '../../../src/sbom/versions/text.ts'

/** Past the limit of order.ts. Maven's lists lie within each other, so the limit is what bounds their comparison. */
const checks: readonly (readonly [name: string, check: (text: string) => void])[] = [
  ['alpm', (text) => compareAlpm(parseRpm(text), parseRpm(`${text}a`))],
  ['apk', (text) => isApk(text) || compareApk(parseApk(text), parseApk(`${text}a`))],
  ['composer', (text) => checkOf(parseComposer, compareComposer, text)],
  ['conan', (text) => checkOf(parseConan, compareConan, text)],
  ['datetime', (text) => checkOf(parseMoment, compareMoments, `2024-01-01T00:00:00.${text}Z`)],
  ['deb', (text) => checkOf(parseDeb, compareDeb, text)],
  ['gem', (text) => checkOf(parseGem, compareGem, text)],
  ['golang', (text) => parseGolang(`go${text}`)],
  ['intdot', (text) => checkOf(parseIntdot, compareIntdot, text)],
  ['like a version', isLikeVersion],
  ['maven', parseMaven],
  ['nuget', (text) => checkOf(parseNuget, compareSemver, text)],
  ['pypi', (text) => checkOf(parsePypi, comparePypi, text)],
  ['rpm', (text) => checkOf(parseRpm, compareRpm, text)],
  ['semver', (text) => checkOf(parseSemver, comparePub, text)],
]

function checkOf<T>(parse: (text: string) => T | undefined, by: (a: T, b: T) => number, text: string): void {
  const [a, b] = [parse(`${text}1`), parse(`${text}2`)]
  if (a !== undefined && b !== undefined) by(a, b)
}

/** What could make a pattern look again and again at the same characters. */
const hostile = [
  '0',
  '1.',
  'a1',
  'a',
  '-',
  '.',
  '~',
  '^',
  '-1',
  '_p1',
  '1-',
  '.a',
  '-a.',
  'final-',
  '\u{1f600}',
  '+',
]

/** One that looks at each pair of characters takes 350 ms and more, always. */
const MAX_MS = 250

/** Of as many runs as it takes to be quick once: a busy machine stops any of them for a while. */
function leastMs(run: () => void): number {
  let least = Infinity
  for (let tries = 0; tries < 5 && least >= MAX_MS; tries++) {
    const started = performance.now()
    run()
    least = Math.min(least, performance.now() - started)
  }
  return least
}

describe('hostile versions', () => {
  it('are read and compared in time that grows with their length alone', () => {
    for (const [name, check] of checks)
      for (const one of hostile)
        for (const end of ['', '1', 'x', '.1', '!', '\u{e9}']) {
          const long = `1${one.repeat(20_000)}`.slice(0, 20_000) + end
          const least = leastMs(() => check(long))
          expect(least, `${name}: 1${one}${one}…${end}`).to.be.below(MAX_MS)
        }
  })
})
