/**
 * The order of npm versions: Semantic Versioning 2.0 (https://semver.org, item 11), read as loosely as npm reads it.
 *
 * As npm does: a leading `v` or `=` and outer blanks are dropped (`v1.2.3`, `=1.2.3`), leading zeros are taken, and
 * the hyphen before a pre-release may be missing (`1.2.3beta`). Beyond npm: missing parts are 0 (`1.1` is `1.1.0`), and
 * numbers may have any length. Build metadata does not count. Pre-releases are ordered like every other version:
 * hiding them from ranges is npm's rule for choosing what to install, and wrong for asking what is affected.
 */

export interface NpmVersion {
  /** Major, minor and patch: decimal digits without leading zeros. */
  readonly numbers: readonly [string, string, string]
  /** Identifiers before the first "+"; empty for a release. */
  readonly prerelease: readonly string[]
}

const full =
  /^[v=\s]*(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]+)?\s*$/
const short = /^[v=\s]*(\d+)(?:\.(\d+))?\s*$/

/** Undefined for what is no npm version: `1.2.3.4`, `latest`, a commit. */
export function parseNpm(text: string): NpmVersion | undefined {
  const match = full.exec(text) ?? short.exec(text)
  if (match === null) return undefined
  const [, major = '0', minor = '0', patch = '0', hyphened, bare] = match
  const label = hyphened ?? bare
  const prerelease = label === undefined ? [] : label.split('.')
  if (prerelease.includes('')) return undefined
  return { numbers: [trimZeros(major), trimZeros(minor), trimZeros(patch)], prerelease }
}

/** The canonical text, without build metadata. */
export function formatNpm(version: NpmVersion): string {
  const release = version.numbers.join('.')
  return version.prerelease.length === 0 ? release : `${release}-${version.prerelease.join('.')}`
}

/** Negative, zero or positive; undefined if one of the two cannot be ordered. Equal texts are equal. */
export function compareNpm(a: string, b: string): number | undefined {
  if (a === b) return 0
  const left = parseNpm(a)
  const right = parseNpm(b)
  if (left === undefined || right === undefined) return undefined
  for (const [i, number] of left.numbers.entries()) {
    const order = compareNumbers(number, right.numbers[i] ?? '0')
    if (order !== 0) return order
  }
  return comparePrereleases(left.prerelease, right.prerelease)
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // A release is above all its pre-releases.
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareIdentifiers(a[i] ?? '', b[i] ?? '')
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Numbers by value and below words; words by ASCII. */
function compareIdentifiers(a: string, b: string): number {
  const isNumberA = /^\d+$/.test(a)
  const isNumberB = /^\d+$/.test(b)
  if (isNumberA && isNumberB) return compareNumbers(trimZeros(a), trimZeros(b))
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1
  return compareTexts(a, b)
}

/** By length first: the numbers may be larger than any number type. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function trimZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '')
}
