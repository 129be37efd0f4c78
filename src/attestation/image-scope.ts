/**
 * Image scopes of grants (trust.md 3.1; README 2.7, "Scope"): patterns over repositories, `host/path` without tag or digest.
 *
 *     registry.example/shop/app      this repository
 *     registry.example/shop/*        each directly below
 *     registry.example/shop/**       everything below, at any depth
 *     **                             every image, also one whose name gives no repository
 */

/** Longer than any repository (attestation/image.ts). */
const MAX_PATTERN = 1_024

const literal = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?$/

/** Whether this is one of the forms above; everything else would mean different things to different readers. */
export function isImagePattern(pattern: string): boolean {
  if (pattern === '**') return true
  const segments = pattern.split('/')
  const [host = '', ...path] = segments
  if (pattern.length > MAX_PATTERN || path.length === 0 || !literal.test(host)) return false
  return path.every((one, at) => one === '*' || literal.test(one) || (one === '**' && at === path.length - 1))
}

/** @param repository as `repositoryOf` gives it; undefined is in no scope but `**` */
export function isInScope(patterns: readonly string[], repository: string | undefined): boolean {
  return patterns.some((pattern) => matches(pattern, repository))
}

function matches(pattern: string, repository: string | undefined): boolean {
  if (pattern === '**') return true
  if (repository === undefined) return false
  const [wanted, given] = [pattern.split('/'), repository.split('/')]
  const isOpen = wanted.at(-1) === '**'
  const fixed = isOpen ? wanted.slice(0, -1) : wanted
  if (isOpen ? given.length <= fixed.length : given.length !== fixed.length) return false
  return fixed.every((one, at) => one === '*' || one === given[at])
}
