/**
 * Numbers with dots between them, as many as there are. Where one ends it is below.
 *
 * R packages on CRAN (`package_version`, where a hyphen is a dot), Haskell's PVP on Hackage (https://pvp.haskell.org), and
 * `intdot` of VERS, which stops at the first character that is neither digit nor dot.
 */
import { compareLists, compareNumbers } from './parts.ts'

/** Of CRAN and Hackage. */
export function parseDotted(text: string): readonly string[] | undefined {
  return /^\d+(?:[.-]\d+)*$/.test(text) ? text.split(/[.-]/) : undefined
}

export function parseIntdot(text: string): readonly string[] | undefined {
  return /^\d+(?:\.\d+)*/.exec(text)?.[0].split('.')
}

export function compareIntdot(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '', (x, y) => (x === '' || y === '' ? x.length - y.length : compareNumbers(x, y)))
}
