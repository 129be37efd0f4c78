/**
 * The order of Python versions (PEP 440, https://packaging.python.org/specifications/version-specifiers/):
 *
 *     1!2.0.3a4.post5.dev6+local.7      epoch, release, pre-release, post-release, development release, local version
 *
 * What is no such version is ordered as setuptools did before PEP 440, below everything that is one.
 */
import { compareLists, compareNumbers, compareTexts, isNumber } from './parts.ts'

export type PypiVersion = Pep440 | { readonly legacy: readonly string[] }

interface Pep440 {
  readonly epoch: string
  /** Zeros at the end do not count: what is missing is zero. */
  readonly release: readonly string[]
  /** Phases in the order of PEP 440, as [rank, number]. */
  readonly phases: readonly Phase[]
  readonly local: readonly string[]
}

interface Phase {
  readonly rank: number
  readonly number: string
}

const pattern = new RegExp(
  [
    /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)/,
    /(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?/,
    /(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?/,
    /(?:[-_.]?(dev)[-_.]?(\d*))?/,
    /(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/,
  ]
    .map(({ source }) => source)
    .join(''),
)

export function parsePypi(text: string): PypiVersion {
  const lower = text.toLowerCase()
  const match = pattern.exec(lower)
  if (match === null) return { legacy: legacyParts(lower) }
  const [
    ,
    epoch = '',
    release = '',
    pre,
    preNumber = '',
    implicit,
    post,
    postNumber = '',
    dev,
    devNumber = '',
    local,
  ] = match
  const postfix = post === undefined ? implicit : postNumber
  return {
    epoch,
    release: release.split('.'),
    phases: [
      prePhase(pre, preNumber, postfix === undefined && dev !== undefined),
      // Having none is below having one, for a post-release; and above, for a development release.
      { rank: Number(postfix !== undefined), number: postfix ?? '' },
      { rank: Number(dev === undefined), number: devNumber },
    ],
    local: local?.split(/[-_.]/) ?? [],
  }
}

/** A development release alone is below all pre-releases; anything else without one is above them. */
function prePhase(kind: string | undefined, number: string, isDevelopment: boolean): Phase {
  if (kind === undefined) return { rank: isDevelopment ? 0 : 4, number: '' }
  return { rank: kind.startsWith('a') ? 1 : kind.startsWith('b') ? 2 : 3, number }
}

export function comparePypi(a: PypiVersion, b: PypiVersion): number {
  if ('legacy' in a || 'legacy' in b) {
    if ('legacy' in a && 'legacy' in b) return compareLists(a.legacy, b.legacy, '', compareTexts)
    return 'legacy' in a ? -1 : 1
  }
  return (
    compareNumbers(a.epoch, b.epoch) ||
    compareLists(a.release, b.release, '', compareNumbers) ||
    compareLists(a.phases, b.phases, { rank: 0, number: '' }, comparePhases) ||
    compareLists(a.local, b.local, '', compareLocal)
  )
}

function comparePhases(a: Phase, b: Phase): number {
  return a.rank - b.rank || compareNumbers(a.number, b.number)
}

/** Nothing, words, numbers. */
function compareLocal(a: string, b: string): number {
  if (a === '' || b === '') return a.length - b.length
  const [left, right] = [isNumber(a), isNumber(b)]
  if (left && right) return compareNumbers(a, b)
  return left === right ? compareTexts(a, b) : left ? 1 : -1
}

const legacyWords: ReadonlyMap<string, string> = new Map([
  ['pre', 'c'],
  ['preview', 'c'],
  ['-', 'final-'],
  ['rc', 'c'],
  ['dev', '@'],
])

/** setuptools' parse_version: numbers filled up to eight digits, words behind a star. */
function legacyParts(text: string): readonly string[] {
  const parts: string[] = []
  const drop = (last: string): void => {
    while (parts.at(-1) === last) parts.pop()
  }
  for (const token of [...text.split(/(\d+|[a-z]+|\.|-)/), 'final']) {
    const word = legacyWords.get(token) ?? token
    if (word === '' || word === '.') continue
    if (isNumber(word)) {
      parts.push(word.padStart(8, '0'))
      continue
    }
    if (`*${word}` < '*final') drop('*final-')
    drop('00000000')
    parts.push(`*${word}`)
  }
  return parts
}
