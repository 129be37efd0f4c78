/**
 * The order of RPM versions (rpmvercmp, https://rpm-software-management.github.io/rpm/manual/dependencies.html):
 * `[epoch:]version[-release]`.
 *
 * Runs of digits and of letters are compared one by one, whatever stands between them; numbers are above letters,
 * `~` is below everything, the end too, and `^` is above the end and below everything else. A missing epoch is 0.
 */
import type { Comparator } from '../constraint.ts'
import { compareNumbers, compareTexts, isNumber } from './parts.ts'

export interface RpmVersion {
  readonly epoch: string
  readonly version: string
  /** Undefined if there is none: below every release. */
  readonly release: string | undefined
}

export function parseRpm(text: string): RpmVersion {
  const [, epoch = '', rest = ''] = /^(?:(\d*):)?(.*)$/s.exec(text) ?? []
  const hyphen = rest.lastIndexOf('-')
  if (hyphen === -1) return { epoch, version: rest, release: undefined }
  return { epoch, version: rest.slice(0, hyphen), release: rest.slice(hyphen + 1) }
}

export function compareRpm(a: RpmVersion, b: RpmVersion): number {
  const order = compareNumbers(a.epoch, b.epoch) || compareRuns(a.version, b.version)
  if (order !== 0) return order
  if (a.release === undefined || b.release === undefined)
    return Number(a.release !== undefined) - Number(b.release !== undefined)
  return compareRuns(a.release, b.release)
}

/**
 * A range's bound with a package's version: a bound without a release means all of them, so `<=1.0` has `1.0-5` and
 * `>1.0` has not. A version without one lies nowhere against a bound with one: undefined. So does one without an epoch where the
 * bound has one and it would make the difference: its epoch may be 0, or left out (search.md 3.1, `zero` and `auto` in one).
 */
export function compareRpmBound(a: RpmVersion, b: RpmVersion, comparator: Comparator): number | undefined {
  const order = compareReleases(a, b, comparator)
  if (order === undefined || b.epoch !== '' || a.epoch === '') return order
  const asIfStated = compareReleases(a, { ...b, epoch: a.epoch }, comparator)
  return asIfStated !== undefined && Math.sign(asIfStated) === Math.sign(order) ? order : undefined
}

function compareReleases(a: RpmVersion, b: RpmVersion, comparator: Comparator): number | undefined {
  const isVague = (a.release === undefined) !== (b.release === undefined)
  if (!isVague || compareNumbers(a.epoch, b.epoch) !== 0 || compareRuns(a.version, b.version) !== 0)
    return compareRpm(a, b)
  if (b.release === undefined) return undefined
  if (comparator === '<=' || comparator === '>') return 1
  return comparator === '<' || comparator === '>=' ? -1 : 0
}

/** rpmvercmp. */
function compareRuns(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/[~^]|\d+|[A-Za-z]+/g) ?? [])
  for (let at = 0; ; at++) {
    const [x, y] = [left?.[at], right?.[at]]
    if (x === undefined && y === undefined) return 0
    const order = weightOf(x) - weightOf(y) || compareSame(x ?? '', y ?? '')
    if (order !== 0) return order
  }
}

/** `~`, the end, `^`, letters, digits. */
function weightOf(run: string | undefined): number {
  if (run === undefined) return 1
  if (run === '~') return 0
  if (run === '^') return 2
  return isNumber(run) ? 4 : 3
}

function compareSame(a: string, b: string): number {
  return isNumber(a) ? compareNumbers(a, b) : compareTexts(a, b)
}
