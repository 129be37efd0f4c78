/**
 * Versions of one package in their ecosystem's order, for people who look a list through. Orders that are not transitive by
 * their own definition (order.ts) give a list that is nearly sorted: nothing is decided by it.
 */
import { versionOrderOf } from './order.ts'

export interface PlacedVersion {
  readonly version: string
  /** Whether the ecosystem's rules give it a place; if not, it stands behind all that have one. */
  readonly ordered: boolean
}

/** @param type of purl; lowest first, equal ones and those without a place by code units */
export function sortVersions(type: string, versions: Iterable<string>): readonly PlacedVersion[] {
  const order = versionOrderOf(type)
  const placed = [...new Set(versions)].map((version) => ({
    version,
    ordered: version !== '' && order?.canonical(version) !== undefined,
  }))
  return placed.sort((a, b) => {
    if (a.ordered !== b.ordered) return a.ordered ? -1 : 1
    const byRules = a.ordered ? (order?.compare(a.version, b.version) ?? 0) : 0
    return byRules || (a.version < b.version ? -1 : 1)
  })
}
