/**
 * The order of Arch Linux versions (vercmp(8)): `[epoch:]version[-release]`, in which a missing release matches any.
 *
 * As in RPM runs of digits and letters are compared, but letters right behind a run make it a pre-release (`1.0rc` is
 * below `1.0`), more separators are above fewer, and there is no `~` or `^`.
 */
import { compareNumbers, compareTexts, isNumber } from './parts.ts'
import type { RpmVersion } from './rpm.ts'

export function compareAlpm(a: RpmVersion, b: RpmVersion): number {
  const order = compareNumbers(a.epoch, b.epoch) || compareRuns(a.version, b.version)
  if (order !== 0 || a.release === undefined || b.release === undefined) return order
  return compareRuns(a.release, b.release)
}

function compareRuns(a: string, b: string): number {
  const [left, right] = [runsOf(a), runsOf(b)]
  for (const [at, run] of left.entries()) {
    const other = right[at]
    const order = other === undefined ? 0 : compareRun(run, other)
    if (order !== 0) return order
  }
  return restOf(left[right.length]) - restOf(right[left.length])
}

/** Digits or letters, with the number of separators before them. */
interface Run {
  readonly text: string
  readonly separators: number
}

function runsOf(text: string): readonly Run[] {
  const tokens = text.match(/\d+|[A-Za-z]+|[^0-9A-Za-z]+/g) ?? []
  return tokens.flatMap((token, at) => {
    const previous = tokens[at - 1] ?? ''
    const separators = isSeparator(previous) ? previous.length : 0
    return isSeparator(token) ? [] : [{ text: token, separators }]
  })
}

function isSeparator(token: string): boolean {
  return /^[^0-9A-Za-z]/.test(token)
}

function compareRun(a: Run, b: Run): number {
  if (a.separators !== b.separators) return a.separators - b.separators
  const [left, right] = [isNumber(a.text), isNumber(b.text)]
  if (left !== right) return left ? 1 : -1
  return left ? compareNumbers(a.text, b.text) : compareTexts(a.text, b.text)
}

/** Letters right behind the last common run are below the end, everything else is above. */
function restOf(run: Run | undefined): number {
  if (run === undefined) return 0
  return run.separators === 0 && !isNumber(run.text) ? -1 : 1
}
