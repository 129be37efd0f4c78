/**
 * The order of Dart's pub versions (https://dart.dev/tools/pub/versioning): semver, but build metadata counts and is
 * above its absence.
 */
import { compareIdentifierLists, compareSemver, type Semver } from './semver.ts'

export function comparePub(a: Semver, b: Semver): number {
  const identifiers = ({ build }: Semver): readonly string[] => (build === '' ? [] : build.split('.'))
  return compareSemver(a, b) || compareIdentifierLists(identifiers(a), identifiers(b))
}
