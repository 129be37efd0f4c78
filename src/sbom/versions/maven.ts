/**
 * The order of Maven versions (ComparableVersion, https://maven.apache.org/pom.html#version-order-specification).
 *
 * A version is a list of numbers and qualifiers; hyphens, and the change from digits to letters and back, open a list
 * inside the list. Zeros and empty qualifiers at the end of a list do not count. Numbers are above lists, lists above
 * qualifiers: alpha < beta < milestone < rc = cr < snapshot < "" = ga = final = release < sp < others by their letters.
 *
 * Maven 3.9 reads some rare mixtures otherwise (`2.0.a` against `2-1`); this is the order of the versions before it, and
 * of the VERS tests.
 */
import { compareNumbers, compareTexts, isNumber } from './parts.ts'

interface List {
  readonly items: Item[]
}

type Item = string | List

const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']

const synonyms: ReadonlyMap<string, string> = new Map([
  ['cr', 'rc'],
  ['ga', ''],
  ['final', ''],
  ['release', ''],
])

/** With digits right behind them. */
const shorthands: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
])

/** Maven orders every text. */
export function parseMaven(text: string): List {
  const tokens = text.toLowerCase().match(/[.-]|\d+|[^.\d-]+/g) ?? []
  const lists: [List, ...List[]] = [{ items: [] }]
  for (const [at, token] of tokens.entries()) {
    const [previous = '.', next = '.'] = [tokens[at - 1], tokens[at + 1]]
    const last = lists.at(-1) ?? lists[0]
    if (!isSeparator(token)) last.items.push(isNumber(token) ? token : qualifier(token, next))
    // Between two separators stands a zero.
    else if (isSeparator(previous)) last.items.push('0')
    if (token !== '-' && (isSeparator(token) || isSeparator(next))) continue
    const inner: List = { items: [] }
    last.items.push(inner)
    lists.push(inner)
  }
  for (const { items } of lists.toReversed()) dropNothings(items)
  return lists[0]
}

function qualifier(word: string, next: string): string {
  const whole = (isNumber(next) ? shorthands.get(word) : undefined) ?? word
  return synonyms.get(whole) ?? whole
}

function isSeparator(token: string): boolean {
  return token === '.' || token === '-'
}

/** From the end up to the first number or qualifier that says something. */
function dropNothings(items: Item[]): void {
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at] ?? ''
    if (typeof item === 'string' ? /^0*$/.test(item) : item.items.length === 0) items.splice(at, 1)
    else if (typeof item === 'string') return
  }
}

/** What is missing in one of the two is a zero, an empty qualifier or an empty list. */
export function compareMaven(a: List, b: List): number {
  for (let at = 0; at < Math.max(a.items.length, b.items.length); at++) {
    const order = compareItems(a.items[at], b.items[at])
    if (order !== 0) return order
  }
  return 0
}

function compareItems(a: Item | undefined, b: Item | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? -compareToNothing(b) : compareToNothing(a)
  const [left, right] = [kindOf(a), kindOf(b)]
  if (left !== right) return left - right
  if (typeof a !== 'string' || typeof b !== 'string')
    return typeof a === 'string' || typeof b === 'string' ? 0 : compareMaven(a, b)
  return isNumber(a) ? compareNumbers(a, b) : compareQualifiers(a, b)
}

function compareToNothing(item: Item = ''): number {
  if (typeof item !== 'string') return compareMaven(item, { items: [] })
  return isNumber(item) ? compareNumbers(item, '') : compareQualifiers(item, '')
}

/** Qualifiers, lists, numbers. */
function kindOf(item: Item): number {
  if (typeof item !== 'string') return 1
  return isNumber(item) ? 2 : 0
}

function compareQualifiers(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || compareTexts(a, b)
}

function rankOf(word: string): number {
  const rank = qualifiers.indexOf(word)
  return rank === -1 ? qualifiers.length : rank
}
