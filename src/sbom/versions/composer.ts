/**
 * The order of Composer versions: PHP's version_compare over what Composer makes of a version
 * (https://www.php.net/version_compare, composer/semver): `v` and build metadata dropped.
 *
 * Numbers and words are compared one by one: any word < dev < alpha < beta < RC < (a number or nothing) < pl. Words are
 * known by how they begin, in the case that PHP knows. Branches (`dev-main`, `1.x-dev`) have no order.
 */
import { compareLists, compareNumbers, isNumber } from './parts.ts'

const words = [/^dev/, /^a/, /^b/, /^(?:rc|RC)/, /^(?:|\d+)$/, /^p/]

export function parseComposer(text: string): readonly string[] | undefined {
  const bare = text.trim().replace(/^v/i, '').replace(/\+.*$/s, '')
  const isBranch = /(?:^|\.)x(?:-dev)?$/i.test(bare)
  if (!/^\d/.test(bare) || isBranch) return undefined
  return (bare.match(/\d+|[A-Za-z]+/g) ?? []).filter((part) => part.toLowerCase() !== 'stable')
}

export function compareComposer(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '', (x, y) => {
    if (isNumber(x) && isNumber(y)) return compareNumbers(x, y)
    // Where one has ended, a further number is above.
    if (x === '' && isNumber(y)) return -1
    if (y === '' && isNumber(x)) return 1
    return weightOf(x) - weightOf(y)
  })
}

function weightOf(part: string): number {
  return words.findIndex((word) => word.test(part))
}
