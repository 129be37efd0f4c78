/**
 * Numbers with dots between them, as many as there are: R packages on CRAN (`package_version`, where a hyphen is a dot),
 * Haskell's PVP on Hackage (https://pvp.haskell.org), and `intdot` of VERS. Where one ends it is below.
 */
import { compareLists, compareNumbers } from './parts.ts'

export function parseIntdot(text: string): readonly string[] | undefined {
  return /^\d+(?:[.-]\d+)*$/.test(text) ? text.split(/[.-]/) : undefined
}

export function compareIntdot(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '', (x, y) => (x === '' || y === '' ? x.length - y.length : compareNumbers(x, y)))
}
