/**
 * Ranges as people and advisories write them, for every type whose versions can be ordered (contracts.md 2): `<`, `<=`,
 * `>`, `>=` and `=` with a version, joined by "," or blanks (and) and by "||" (or). The result is what VERS would say:
 * intervals, united and in order.
 *
 * Maven's and NuGet's intervals (`[1.0,2.0)`, several joined by ",") say the same in another way.
 *
 * `^`, `~`, `x` and hyphen ranges are refused: they say what may be installed, and hide pre-releases while doing so.
 *
 * The n versions of a range cut the line of all versions into 2n+1 places, counted from 0: what lies below the first, the
 * first, what lies between it and the second, and so on. So intervals are pairs of numbers.
 */
import { Fault } from '../errors.ts'
import { comparatorOf, type Comparator, type Constraint } from './constraint.ts'
import type { VersionOrder } from './versions/order.ts'

/** From one place to another, both included; empty if they are in the other order. */
type Interval = readonly [from: number, to: number]

/** @throws Fault `malformed` (`range-malformed`) or `unsupported` */
export function parseNativeRange(text: string, order: VersionOrder): readonly Constraint[] {
  const written = /^[[(]/.test(text) ? comparatorsOf(text) : text
  const clauses = written.split('||').map((clause) => parseClause(clause, text, order))
  const versions = ascending(clauses.flat(), order)
  const last = 2 * versions.length
  const intervals = clauses
    .map((clause) =>
      clause.map((one) => intervalOf(one, placeOf(one.version), last)).reduce(intersect, [0, last]),
    )
    .filter(([from, to]) => from <= to)
  if (intervals.length === 0) throw malformed(text, 'a range that some version is in')
  return constraintsOf(unite(intervals), versions)

  /** By halving: a range may name thousands. */
  function placeOf(version: string): number {
    let [low, high] = [0, versions.length]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((order.compare(versions[middle] ?? '', version) ?? 0) < 0) low = middle + 1
      else high = middle
    }
    return 2 * low + 1
  }
}

/** Intervals as the comparators that say the same: `[1.0,2.0)` is `>=1.0,<2.0`, `[1.0]` is `=1.0`. */
function comparatorsOf(text: string): string {
  const clauses = text.split(/(?<=[\])])\s*,/).map((one) => {
    const [isInterval, open, low = '', comma, high = '', close] =
      /^([[(])([^,[\]()]*)(?:(,)([^,[\]()]*))?([\])])$/.exec(one.trim()) ?? []
    const isSingle = comma === undefined
    if (isInterval === undefined || (isSingle && (open !== '[' || close !== ']')))
      throw malformed(text, 'intervals such as [1.0,2.0)')
    if (isSingle) return `=${low}`
    const bounds = [
      low.trim() === '' ? '' : `${open === '[' ? '>=' : '>'}${low}`,
      high.trim() === '' ? '' : `${close === ']' ? '<=' : '<'}${high}`,
    ]
    return bounds.filter((bound) => bound !== '').join(',') || '*'
  })
  return clauses.join('||')
}

/** Each version once. */
function ascending(constraints: readonly Constraint[], order: VersionOrder): readonly string[] {
  const sorted = constraints.map(({ version }) => version).sort((a, b) => order.compare(a, b) ?? 0)
  return sorted.filter((version, at) => at === 0 || order.compare(sorted[at - 1] ?? '', version) !== 0)
}

/** None for "*", which leaves all versions in. */
function parseClause(clause: string, text: string, order: VersionOrder): readonly Constraint[] {
  return splitClause(clause, text)
    .filter((part) => part !== '*')
    .map((part) => parsePart(part, text, order))
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

function parsePart(part: string, text: string, order: VersionOrder): Constraint {
  refuseInstallNotation(part, text)
  const [, written = '', rest = ''] = /^(<<|>>|[<>]=?|={0,2})(.*)$/s.exec(part) ?? []
  const version = order.canonical(rest)
  if (version === undefined || written === '==')
    throw malformed(text, '<, <=, >, >= or = and a version of this type')
  // Debian writes "<<" for "<".
  const comparator = written === '<<' ? '<' : written === '>>' ? '>' : comparatorOf(written)
  return { comparator, version }
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

function intervalOf({ comparator }: Constraint, place: number, last: number): Interval {
  if (comparator.startsWith('<')) return [0, comparator === '<' ? place - 1 : place]
  if (comparator.startsWith('>')) return [comparator === '>' ? place + 1 : place, last]
  return [place, place]
}

function intersect([from, to]: Interval, [otherFrom, otherTo]: Interval): Interval {
  return [Math.max(from, otherFrom), Math.min(to, otherTo)]
}

/** Ascending, with a place between each two. */
function unite(intervals: readonly Interval[]): readonly Interval[] {
  const united: Interval[] = []
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    const previous = united.at(-1)
    if (previous === undefined || from > previous[1] + 1) united.push([from, to])
    else united[united.length - 1] = [previous[0], Math.max(previous[1], to)]
  }
  return united
}

function constraintsOf(intervals: readonly Interval[], versions: readonly string[]): readonly Constraint[] {
  const constraints: Constraint[] = []
  const add = (comparator: Comparator, place: number): void => {
    constraints.push({ comparator, version: versions[Math.floor((place - 1) / 2)] ?? '' })
  }
  for (const [at, [from, to]] of intervals.entries()) {
    const [before, after] = [intervals[at - 1]?.[1], intervals[at + 1]?.[0]]
    if (from === to && isVersion(from)) {
      add('=', from)
      continue
    }
    if (before !== undefined && isHole(before, from)) add('!=', from - 1)
    else if (from > 0) add(isVersion(from) ? '>=' : '>', isVersion(from) ? from : from - 1)
    if (to < 2 * versions.length && !(after !== undefined && isHole(to, after)))
      add(isVersion(to) ? '<=' : '<', isVersion(to) ? to : to + 1)
  }
  return constraints.length === 0 ? [{ comparator: '*', version: '' }] : constraints
}

function isVersion(place: number): boolean {
  return place % 2 === 1
}

/** Whether only one version lies between. */
function isHole(to: number, from: number): boolean {
  return from === to + 2 && !isVersion(to)
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
