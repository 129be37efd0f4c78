/**
 * Version ranges: VERS (https://github.com/package-url/vers-spec, ECMA draft, clause 5) and whether a version is in one.
 *
 *     vers:npm/>=1.0.0|!=1.4.2|<2.0.0          type / constraints, ascending by version
 *
 * VERS is taken in its canonical form only and echoed as it came; the ecosystem's own notation (native-range.ts) is
 * turned into it. Types whose versions have no order are read, and answer `undetermined`.
 */
import { Fault } from '../errors.ts'
import { comparatorOf, type Constraint, type VersionRange } from './constraint.ts'
import { parseNativeRange } from './native-range.ts'
import { versionOrderOf } from './versions/order.ts'

export type { VersionRange } from './constraint.ts'

/** Room for a thousand versions one by one; the longest npm range in the VERS tests has 83 characters. */
const MAX_RANGE_LENGTH = 20_000

/**
 * A range for packages of a purl type: VERS, or the native notation.
 *
 * @throws Fault `malformed` (`range-malformed`), `unsupported` for notations that are not searched by
 */
export function parseRange(text: string, type: string): VersionRange {
  const trimmed = text.trim()
  refuseLong(trimmed)
  return trimmed.startsWith('vers:') ? parseVersOf(trimmed, type) : nativeRange(trimmed, type)
}

/** VERS for packages of a purl type. @throws Fault `malformed` (`range-malformed`) */
export function parseVersOf(text: string, type: string): VersionRange {
  const range = parseVers(text)
  if (range.type !== type) throw malformed(text, `a range of ${type} versions (vers:${type}/…)`)
  return range
}

/** Types without an order, and what only VERS can say, are read as VERS would write them. */
function nativeRange(text: string, type: string): VersionRange {
  const order = versionOrderOf(type)
  const isVersLike = type !== 'npm' && text.includes('!=')
  if (order !== undefined && !isVersLike) return { type, constraints: parseNativeRange(text, order) }
  try {
    return parseVers(
      `vers:${type}/${text
        .split(',')
        .map((part) => part.trim())
        .join('|')}`,
    )
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Fault(
      'unsupported',
      `range: the ranges of ${type} are read as VERS, got ${text.slice(0, 100)}`,
      {
        cause,
        hint: `Write the range as vers:${type}/>=1.0|<2.0.`,
      },
    )
  }
}

/** A canonical VERS of any type. @throws Fault `malformed` (`range-malformed`) */
export function parseVers(text: string): VersionRange {
  refuseLong(text)
  const match = /^vers:([a-z][a-z0-9.-]*)\/(.+)$/s.exec(text)
  const [, type = '', listed = ''] = match ?? []
  if (match === null) throw malformed(text, 'vers:, a type in lower case, "/" and constraints')
  // Spaces, control characters and everything beyond ASCII.
  if (/[^!-~]/.test(text)) throw malformed(text, 'printable ASCII without blanks')
  const constraints = listed.split('|').map((one) => parseConstraint(one, text))
  const range = { type, constraints }
  const misplaced = misplacedComparator(constraints)
  if (misplaced !== undefined) throw malformed(text, misplaced, hintOfOrder(type, constraints))
  checkOrder(range, text)
  return range
}

function refuseLong(text: string): void {
  if (text.length > MAX_RANGE_LENGTH) throw malformed(text, `at most ${MAX_RANGE_LENGTH} characters`)
}

function parseConstraint(text: string, whole: string): Constraint {
  if (text === '*') return { comparator: '*', version: '' }
  const [, written = '', encoded = ''] = /^(>=|<=|!=|>|<)?(.*)$/s.exec(text) ?? []
  if (encoded === '') throw malformed(whole, 'a version in each constraint')
  const version = decodeVersion(encoded, whole)
  if (encodeVersion(version) !== encoded) {
    throw malformed(
      whole,
      'only ">", "<", "=", "!", "*", "|", "%" and the space percent-encoded, and these always',
    )
  }
  return { comparator: comparatorOf(written), version }
}

function decodeVersion(text: string, whole: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw malformed(whole, 'two hex digits behind each "%"')
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function encodeVersion(version: string): string {
  return version.replace(/[><=!*|% ]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Ascending, and each version once. A single constraint needs no order. */
function checkOrder({ type, constraints }: VersionRange, text: string): void {
  if (['all', 'none'].includes(type) && constraints[0]?.comparator !== '*') throw malformed(text, '"*" alone')
  const order = versionOrderOf(type)
  for (const [i, { comparator, version }] of constraints.entries()) {
    // A single version need not be one that can be ordered, but a moment has one spelling.
    const isOrdered = comparator !== '*' && (comparator !== '=' || type === 'datetime')
    if (order !== undefined && isOrdered && order.canonical(version) === undefined) {
      throw malformed(text, `a version of ${type} behind "${comparator}"`)
    }
    const previous = constraints[i - 1]
    if (previous === undefined) continue
    const step =
      previous.version === version ? 0 : order === undefined ? -1 : order.compare(previous.version, version)
    if (step === undefined || step >= 0)
      throw malformed(text, 'each version once, in ascending order', hintOfOrder(type, constraints))
  }
}

/** The range as it should have been written, if sorting is all that it lacks. */
function hintOfOrder(type: string, constraints: readonly Constraint[]): string | undefined {
  const order = versionOrderOf(type)
  if (order === undefined || constraints.some(({ version }) => order.canonical(version) === undefined))
    return undefined
  const sorted = [...constraints].sort((a, b) => order.compare(a.version, b.version) ?? 0)
  const isUnique = sorted.every(
    (one, i) => i === 0 || order.compare(sorted[i - 1]?.version ?? '', one.version) !== 0,
  )
  if (!isUnique || misplacedComparator(sorted) !== undefined) return undefined
  return `In canonical form: ${formatVers({ type, constraints: sorted })}`
}

/** Clause 5.4: `*` stands alone; apart from `!=`, nothing may be said twice. What is expected, or undefined. */
function misplacedComparator(constraints: readonly Constraint[]): string | undefined {
  const comparators = constraints.map(({ comparator }) => comparator)
  if (comparators.includes('*') && comparators.length > 1) return '"*" alone'
  const positive = comparators.filter((comparator) => comparator !== '!=')
  for (const [i, next] of positive.entries()) {
    const current = positive[i - 1]
    if (current === undefined || current.startsWith('>') === next.startsWith('<')) continue
    return `no "${next}" behind "${current}", which says it already`
  }
  return undefined
}

/** Canonical VERS; parsing it gives the same range. */
export function formatVers(range: VersionRange): string {
  const constraints = range.constraints.map(({ comparator, version }) =>
    comparator === '*' ? '*' : `${comparator === '=' ? '' : comparator}${encodeVersion(version)}`,
  )
  return `vers:${range.type}/${constraints.join('|')}`
}

/**
 * Three-valued: a version that cannot be ordered against the range is `undetermined`, never `out`. Pre-releases are
 * ordered like all others.
 */
export function inRange(range: VersionRange, version: string): 'in' | 'out' | 'undetermined' {
  const { constraints } = range
  if (constraints[0]?.comparator === '*') return range.type === 'none' ? 'out' : 'in'
  const same = constraints.find((constraint) => constraint.version === version)
  if (same !== undefined) return includes(same) ? 'in' : 'out'
  const order = versionOrderOf(range.type)
  if (order === undefined) return 'undetermined'
  const place = placeOf(constraints, (one) => order.compareBound(one, version))
  if (place === undefined) return 'undetermined'
  const { at, step } = place
  const found = constraints[at]
  if (found !== undefined && step === 0) return includes(found) ? 'in' : 'out'
  const below = constraints.slice(0, at).findLast(isBound)
  const above = constraints.slice(at).find(isBound)
  return isBetween(range, below, above) ? 'in' : 'out'
}

/**
 * The first constraint that is not below, by halving: somebody may ask for a thousand versions of a name that has a
 * hundred thousand. Constraints ascend, so where there are several all of them can be ordered.
 */
function placeOf(
  constraints: readonly Constraint[],
  compare: (constraint: Constraint) => number | undefined,
): { readonly at: number; readonly step: number } | undefined {
  let [low, high, step] = [0, constraints.length, 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const constraint = constraints[middle]
    const found = constraint === undefined ? undefined : compare(constraint)
    if (found === undefined) return undefined
    if (found < 0) low = middle + 1
    else [high, step] = [middle, found]
  }
  return { at: low, step }
}

function includes({ comparator }: Constraint): boolean {
  return comparator === '=' || comparator === '<=' || comparator === '>='
}

function isBound({ comparator }: Constraint): boolean {
  return comparator !== '=' && comparator !== '!='
}

/** Bounds take turns, so the nearest one on either side decides. */
function isBetween(
  { constraints }: VersionRange,
  below: Constraint | undefined,
  above: Constraint | undefined,
): boolean {
  if (below !== undefined) return below.comparator.startsWith('>')
  if (above !== undefined) return above.comparator.startsWith('<')
  // No bounds at all: only `!=` leaves everything else in.
  return constraints.every(({ comparator }) => comparator === '!=')
}

function malformed(text: string, expected: string, hint?: string): Fault {
  const message = `range: expected ${expected}, got ${JSON.stringify(text.slice(0, 100))}`
  return new Fault('range-malformed', message, hint === undefined ? {} : { hint })
}
