/**
 * Which types of packages have versions that can be ordered, and by what: one line for each purl type, and for each type
 * of VERS beyond them.
 *
 * Types that are not listed (`generic`, `oci`, `github`, …) have equality alone: whoever numbers such packages follows
 * no common rule, so whether one is in a range is left `undetermined`.
 */
import type { Comparator, Constraint } from '../constraint.ts'
import { compareAlpm } from './alpm.ts'
import { compareApk, isApk, parseApk } from './apk.ts'
import { compareComposer, parseComposer } from './composer.ts'
import { compareConan, parseConan } from './conan.ts'
import { compareDeb, parseDeb } from './deb.ts'
import { compareGem, parseGem } from './gem.ts'
import { parseGolang } from './golang.ts'
import { compareIntdot, parseDotted, parseIntdot } from './intdot.ts'
import { compareMaven, parseMaven } from './maven.ts'
import { parseNuget } from './nuget.ts'
import { isLikeVersion, MAX_VERSION_LENGTH } from './parts.ts'
import { comparePub } from './pub.ts'
import { comparePypi, parsePypi } from './pypi.ts'
import { compareRpm, compareRpmBound, parseRpm } from './rpm.ts'
import { compareSemver, formatSemver, parseSemver } from './semver.ts'
import { compareLexicographic, compareMoments, parseMoment } from './text.ts'

export interface VersionOrder {
  /** Negative, zero or positive; undefined if one of the two cannot be ordered. Equal texts are equal. */
  readonly compare: (a: string, b: string) => number | undefined
  /** As `compare`, of a range's bound with a package's version. */
  readonly compareBound: (bound: Constraint, version: string) => number | undefined
  /** The one spelling of a version; undefined for what cannot be ordered. */
  readonly canonical: (version: string) => string | undefined
}

interface Rules<T> {
  /** Undefined for what has no order. */
  readonly parse: (text: string) => T | undefined
  readonly compare: (a: T, b: T) => number
  /** Where a bound may leave open what a version states. */
  readonly compareBound?: (a: T, b: T, comparator: Comparator) => number | undefined
  readonly format?: (version: T) => string
}

function orderOf<T>({ parse, compare, format, compareBound = compare }: Rules<T>): VersionOrder {
  const read = (text: string): T | undefined => (text.length > MAX_VERSION_LENGTH ? undefined : parse(text))
  const between = (a: string, b: string, by: (a: T, b: T) => number | undefined): number | undefined => {
    if (a === b) return 0
    const [left, right] = [read(a), read(b)]
    return left === undefined || right === undefined ? undefined : by(left, right)
  }
  return {
    compare: (a, b) => between(a, b, compare),
    compareBound: ({ comparator, version: bound }, version) =>
      between(bound, version, (a, b) => compareBound(a, b, comparator)),
    canonical: (text) => {
      const version = read(text)
      return version === undefined ? undefined : (format?.(version) ?? text)
    },
  }
}

/** For parsers that take any text: only what `isVersion` takes. */
function parseIf<T>(isVersion: (text: string) => boolean, parse: (text: string) => T) {
  return (text: string): T | undefined => (isVersion(text) ? parse(text) : undefined)
}

/** An epoch alone makes no version of a word. */
const parseAnyRpm = parseIf((text) => isLikeVersion(text.replace(/^\d*:/, '')), parseRpm)
const semver = orderOf({ parse: parseSemver, compare: compareSemver })
const dotted = orderOf({ parse: parseDotted, compare: compareIntdot })
const apk = orderOf({ parse: parseIf(isApk, parseApk), compare: compareApk })
const pub = orderOf({ parse: parseSemver, compare: comparePub })
const gem = orderOf({ parse: parseGem, compare: compareGem })

const orders: ReadonlyMap<string, VersionOrder> = new Map([
  ['alpm', orderOf({ parse: parseAnyRpm, compare: compareAlpm })],
  ['apk', apk],
  ['cargo', semver],
  ['chrome-extension', dotted],
  ['cocoapods', gem],
  ['composer', orderOf({ parse: parseComposer, compare: compareComposer })],
  ['conan', orderOf({ parse: parseIf(isLikeVersion, parseConan), compare: compareConan })],
  ['cran', dotted],
  ['dart', pub],
  ['datetime', orderOf({ parse: parseMoment, compare: compareMoments })],
  ['deb', orderOf({ parse: parseDeb, compare: compareDeb })],
  ['ebuild', apk],
  ['gem', gem],
  ['gentoo', apk],
  ['golang', orderOf({ parse: parseGolang, compare: compareSemver })],
  ['hackage', dotted],
  ['hex', semver],
  ['intdot', orderOf({ parse: parseIntdot, compare: compareIntdot })],
  ['lexicographic', orderOf({ parse: (text) => text, compare: compareLexicographic })],
  ['maven', orderOf({ parse: parseIf(isLikeVersion, parseMaven), compare: compareMaven })],
  ['nginx', semver],
  ['npm', orderOf({ parse: parseSemver, compare: compareSemver, format: formatSemver })],
  ['nuget', orderOf({ parse: parseNuget, compare: compareSemver })],
  // Three numbers and letters, as Alpine has them.
  ['openssl', apk],
  ['pub', pub],
  ['pypi', orderOf({ parse: parseIf(isLikeVersion, parsePypi), compare: comparePypi })],
  ['rpm', orderOf({ parse: parseAnyRpm, compare: compareRpm, compareBound: compareRpmBound })],
  ['semver', semver],
  ['swift', semver],
])

/** The order of a purl or VERS type's versions; undefined if we have none. */
export function versionOrderOf(type: string): VersionOrder | undefined {
  return orders.get(type)
}
