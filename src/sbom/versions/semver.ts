/**
 * Semantic Versioning 2.0 (https://semver.org, item 11), which npm, Cargo, Hex, Swift and Go follow, read as loosely as
 * the loosest of them does.
 *
 * A leading `v` or `=` and outer blanks are dropped, leading zeros are taken, missing parts are 0 (`1.1` is `1.1.0`),
 * the hyphen before a pre-release may be missing behind three numbers (`1.2.3beta`), and numbers may have any length.
 * Build metadata does not count. Pre-releases are ordered like every other version: hiding them from ranges is a rule
 * for choosing what to install, and wrong for asking what is affected.
 */
import { compareLists, compareNumbers, compareTexts, isNumber } from './parts.ts'

export interface Semver {
  /** Major, minor and patch: decimal digits without leading zeros. */
  readonly numbers: readonly string[]
  /** Identifiers before the first "+"; empty for a release. */
  readonly prerelease: readonly string[]
  /** Behind the first "+"; '' if there is none. */
  readonly build: string
}

const full =
  /^[v=\s]*(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+([0-9A-Za-z.-]+))?\s*$/
const short = /^[v=\s]*(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?\s*$/

/** Undefined for what is no such version: `1.2.3.4`, `latest`, a commit. */
export function parseSemver(text: string): Semver | undefined {
  const [isFull, major = '', minor = '0', patch = '0', hyphened, bare, build = ''] = full.exec(text) ?? []
  if (isFull !== undefined) return semver([major, minor, patch], hyphened ?? bare, build)
  const [isShort, first = '', second = '0', label, metadata = ''] = short.exec(text) ?? []
  return isShort === undefined ? undefined : semver([first, second, '0'], label, metadata)
}

function semver(numbers: readonly string[], label: string | undefined, build: string): Semver | undefined {
  const prerelease = label?.split('.') ?? []
  if (prerelease.includes('')) return undefined
  return { numbers: numbers.map((digits) => digits.replace(/^0+(?=\d)/, '')), prerelease, build }
}

/** The canonical text, without build metadata. */
export function formatSemver({ numbers, prerelease }: Semver): string {
  const release = numbers.join('.')
  return prerelease.length === 0 ? release : `${release}-${prerelease.join('.')}`
}

export function compareSemver(a: Semver, b: Semver): number {
  return (
    compareLists(a.numbers, b.numbers, '0', compareNumbers) || comparePrereleases(a.prerelease, b.prerelease)
  )
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // A release is above all its pre-releases.
  if (a.length === 0 || b.length === 0) return b.length - a.length
  return compareIdentifierLists(a, b)
}

/** Where one list ends it is below. */
export function compareIdentifierLists(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '', compareIdentifiers)
}

/** Numbers by value and below words; words by ASCII. '' is below both. */
function compareIdentifiers(a: string, b: string): number {
  if (a === '' || b === '') return a.length - b.length
  const [left, right] = [isNumber(a), isNumber(b)]
  if (left && right) return compareNumbers(a, b)
  return left === right ? compareTexts(a, b) : left ? -1 : 1
}
