/**
 * The order of Alpine versions (apk-tools, doc/apk-package.5): numbers, a letter, suffixes, a commit, a revision:
 *
 *     1.2.10b_rc1_p2~1a2b3c-r3
 *
 * Numbers behind the first are fractions where one of the two begins with a zero. Suffixes are below (`_rc`) or above
 * (`_p`) having none. Commits are not compared. What cannot be read counts only in that it is below nothing at all.
 * Gentoo's ebuilds (PMS 3.3) follow nearly the same rules, and Alpine's come from there.
 */
import { compareLists, compareNumbers, compareTexts } from './parts.ts'

export interface ApkVersion {
  readonly numbers: readonly string[]
  /** '' if there is none, which is below all letters. */
  readonly letter: string
  /** Behind the letter, as in OpenSSH's `9.9p1`. */
  readonly count: string
  readonly suffixes: readonly Suffix[]
  readonly revision: string
  readonly isWhole: boolean
}

interface Suffix {
  readonly rank: number
  readonly count: string
}

const ranks = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p']
const noSuffix: Suffix = { rank: ranks.indexOf(''), count: '' }

export function parseApk(text: string): ApkVersion {
  const [head = '', digits = '', letter = '', count = ''] = /^([\d.]*)([a-z]?)(\d*)/.exec(text) ?? []
  const [tail = ''] = /^(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*/.exec(text.slice(head.length)) ?? []
  const rest = text.slice(head.length + tail.length)
  const [last = '', revision = ''] = /^(?:~[0-9a-f]+)?(?:-r(\d+))?/.exec(rest) ?? []
  return {
    numbers: numbersOf(digits),
    letter,
    count,
    suffixes: tail.split('_').slice(1).map(parseSuffix),
    revision,
    isWhole: last === rest,
  }
}

/** Dots at the end belong to no number. */
function numbersOf(digits: string): readonly string[] {
  const numbers = digits.split('.')
  return numbers.slice(0, Math.max(1, numbers.findLastIndex((number) => number !== '') + 1))
}

function parseSuffix(text: string): Suffix {
  const [, name = '', count = ''] = /^([a-z]+)(\d*)$/.exec(text) ?? []
  return { rank: ranks.indexOf(name), count }
}

/** What apk itself takes. */
export function isApk(text: string): boolean {
  return /^\d+(?:\.\d+)*(?:[a-z]\d*)?(?:_|~|-r|$)/.test(text) && parseApk(text).isWhole
}

export function compareApk(a: ApkVersion, b: ApkVersion): number {
  return (
    compareNumberLists(a.numbers, b.numbers) ||
    compareTexts(a.letter, b.letter) ||
    compareNumbers(a.count, b.count) ||
    compareLists(a.suffixes, b.suffixes, noSuffix, compareSuffixes) ||
    compareNumbers(a.revision, b.revision) ||
    Number(a.isWhole) - Number(b.isWhole)
  )
}

function compareNumberLists(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '', (x, y, at) => {
    if (x === '' || y === '') return x.length - y.length
    const isFraction = at > 0 && (x.startsWith('0') || y.startsWith('0'))
    return isFraction ? compareTexts(x, y) : compareNumbers(x, y)
  })
}

function compareSuffixes(a: Suffix, b: Suffix): number {
  return a.rank - b.rank || compareNumbers(a.count, b.count)
}
