/**
 * Ranges in npm's own notation, as far as advisories use it (contracts.md 2): `<`, `<=`, `>`, `>=` and `=` with a
 * version, joined by "," or blanks (and) and by "||" (or). The result is what VERS would say: intervals, united and in
 * order.
 *
 * `^`, `~`, `x` and hyphen ranges are refused: they say what may be installed, and hide pre-releases while doing so.
 */
import { Fault } from '../errors.ts'
import type { Constraint } from './constraint.ts'
import { compareNpm, formatNpm, parseNpm } from './versions/npm.ts'

interface Bound {
  readonly version: string
  readonly isIncluded: boolean
}

/** Without a bound it reaches as far as versions do. Holes are single versions left out, ascending. */
interface Interval {
  readonly low?: Bound
  readonly high?: Bound
  readonly holes: readonly string[]
}

/** @throws Fault `malformed` (`range-malformed`) or `unsupported` */
export function parseNativeRange(text: string): readonly Constraint[] {
  const intervals = text.split('||').flatMap((clause) => parseClause(clause, text))
  if (intervals.length === 0) throw malformed(text, 'a range that some version is in')
  return unite(intervals).flatMap(constraintsOf)
}

/** No interval if nothing satisfies the clause. */
function parseClause(clause: string, text: string): readonly Interval[] {
  let whole: Interval = { holes: [] }
  for (const part of splitClause(clause, text)) {
    whole = intersect(whole, parsePart(part, text))
  }
  return isEmpty(whole) ? [] : [whole]
}

/** A comparator may stand apart from its version (`>= 1.0`), so blanks alone do not separate. */
function splitClause(clause: string, text: string): readonly string[] {
  const parts = clause.split(',').flatMap((between) =>
    between
      .trim()
      .replace(/([<>=!~^])\s+/g, '$1')
      .split(/\s+/),
  )
  if (parts.includes('')) throw malformed(text, 'a version on both sides of "," and "||"')
  return parts
}

function parsePart(part: string, text: string): Interval {
  if (part === '*') return { holes: [] }
  refuseInstallNotation(part, text)
  const [, comparator = '', written = ''] = /^([<>]=?|={0,2})(.*)$/s.exec(part) ?? []
  const parsed = parseNpm(written)
  if (parsed === undefined || comparator === '==')
    throw malformed(text, '<, <=, >, >= or = and an npm version')
  const version = formatNpm(parsed)
  const bound = { version, isIncluded: comparator !== '<' && comparator !== '>' }
  if (comparator.startsWith('<')) return { high: bound, holes: [] }
  if (comparator.startsWith('>')) return { low: bound, holes: [] }
  return { low: bound, high: bound, holes: [] }
}

function refuseInstallNotation(part: string, text: string): void {
  const isWildcard = /^[<>=v]*(\d+\.)*[xX*](\.[\dxX*]+)*$/.test(part)
  if (!/^[\^~]/.test(part) && part !== '-' && !isWildcard) return
  throw new Fault(
    'unsupported',
    `range: "^", "~", "x" and hyphen ranges are not supported, got ${text.slice(0, 100)}`,
    {
      hint: 'Write the bounds: >=1.2.3,<2.0.0 instead of ^1.2.3, and >=1.2.0,<1.3.0 instead of 1.2.x.',
    },
  )
}

function intersect(a: Interval, b: Interval): Interval {
  return interval(tighter(a.low, b.low, 1), tighter(a.high, b.high, -1), [])
}

function interval(low: Bound | undefined, high: Bound | undefined, holes: readonly string[]): Interval {
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }), holes }
}

/** The bound that leaves less: the larger of two low ones (`side` 1), the smaller of two high ones (`side` −1). */
function tighter(a: Bound | undefined, b: Bound | undefined, side: 1 | -1): Bound | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const order = compare(a.version, b.version) * side
  if (order !== 0) return order > 0 ? a : b
  return a.isIncluded ? b : a
}

function isEmpty({ low, high }: Interval): boolean {
  if (low === undefined || high === undefined) return false
  const order = compare(low.version, high.version)
  return order > 0 || (order === 0 && !(low.isIncluded && high.isIncluded))
}

function unite(intervals: readonly Interval[]): readonly Interval[] {
  const united: Interval[] = []
  for (const next of [...intervals].sort(compareLow)) {
    const last = united.at(-1)
    const joined = last === undefined ? undefined : join(last, next)
    if (joined === undefined) united.push(next)
    else united[united.length - 1] = joined
  }
  return united
}

/** One interval from two, of which `a` begins no later; undefined if there is a gap of more than one version. */
function join(a: Interval, b: Interval): Interval | undefined {
  if (a.high === undefined || b.low === undefined) return interval(a.low, looser(a, b), fillHoles(a, b))
  const order = compare(b.low.version, a.high.version)
  if (order > 0) return undefined
  const isHole = order === 0 && !a.high.isIncluded && !b.low.isIncluded
  const holes = fillHoles(a, b)
  return interval(a.low, looser(a, b), isHole ? [...holes, b.low.version] : holes)
}

function looser(a: Interval, b: Interval): Bound | undefined {
  if (a.high === undefined || b.high === undefined) return undefined
  return tighter(a.high, b.high, -1) === a.high ? b.high : a.high
}

/** Holes of `a` that `b` does not cover. */
function fillHoles(a: Interval, b: Interval): readonly string[] {
  return a.holes.filter((hole) => isEmpty(intersect(b, { low: at(hole), high: at(hole), holes: [] })))
}

function at(version: string): Bound {
  return { version, isIncluded: true }
}

function compareLow(a: Interval, b: Interval): number {
  if (a.low === undefined || b.low === undefined)
    return Number(a.low !== undefined) - Number(b.low !== undefined)
  return compare(a.low.version, b.low.version) || Number(b.low.isIncluded) - Number(a.low.isIncluded)
}

function constraintsOf({ low, high, holes }: Interval): readonly Constraint[] {
  if (low === undefined && high === undefined && holes.length === 0) return [{ comparator: '*', version: '' }]
  if (low !== undefined && low.version === high?.version) return [{ comparator: '=', version: low.version }]
  const constraints: Constraint[] = []
  if (low !== undefined) constraints.push({ comparator: low.isIncluded ? '>=' : '>', version: low.version })
  for (const version of holes) constraints.push({ comparator: '!=', version })
  if (high !== undefined)
    constraints.push({ comparator: high.isIncluded ? '<=' : '<', version: high.version })
  return constraints
}

/** All versions here were parsed and written again, so they can be ordered. */
function compare(a: string, b: string): number {
  const order = compareNpm(a, b)
  if (order === undefined) throw new Error(`npm versions without an order: ${a}, ${b}`)
  return order
}

function malformed(text: string, expected: string): Fault {
  return new Fault(
    'range-malformed',
    `range: expected ${expected}, got ${JSON.stringify(text.slice(0, 100))}`,
    {
      hint: 'Write a range as vers:npm/>=1.0.0|<2.0.0, or as >=1.0.0,<2.0.0 with "||" between alternatives.',
    },
  )
}
