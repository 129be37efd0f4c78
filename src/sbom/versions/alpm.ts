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
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareRun(left[at] ?? '', right[at] ?? '')
    if (order !== 0) return order
  }
  return restOf(left[right.length]) - restOf(right[left.length])
}

/** Each with the separators before it. */
function runsOf(text: string): readonly string[] {
  return text.match(/[^0-9A-Za-z]*(?:\d+|[A-Za-z]+)/g) ?? []
}

function compareRun(a: string, b: string): number {
  const [left, right] = [bare(a), bare(b)]
  const separators = a.length - left.length - (b.length - right.length)
  if (separators !== 0) return separators
  if (isNumber(left) !== isNumber(right)) return isNumber(left) ? 1 : -1
  return isNumber(left) ? compareNumbers(left, right) : compareTexts(left, right)
}

function bare(run: string): string {
  return run.replace(/^[^0-9A-Za-z]+/, '')
}

/** Letters right behind the last common run are below the end, everything else is above. */
function restOf(run: string | undefined): number {
  if (run === undefined) return 0
  return /^[A-Za-z]/.test(run) ? -1 : 1
}
