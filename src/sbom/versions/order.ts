/**
 * Which ecosystems' versions can be ordered, and by what. First light orders npm; each further ecosystem is one file
 * beside npm.ts and one line here.
 */
import { compareNpm, formatNpm, parseNpm } from './npm.ts'

interface VersionOrder {
  /** Negative, zero or positive; undefined if one of the two cannot be ordered. */
  readonly compare: (a: string, b: string) => number | undefined
  /** The one spelling of a version; undefined for what cannot be ordered. */
  readonly canonical: (version: string) => string | undefined
}

const orders: ReadonlyMap<string, VersionOrder> = new Map([
  ['npm', { compare: compareNpm, canonical: canonicalNpm }],
])

function canonicalNpm(text: string): string | undefined {
  const version = parseNpm(text)
  return version === undefined ? undefined : formatNpm(version)
}

/** The order of a purl type's versions; undefined if we have none. */
export function versionOrderOf(type: string): VersionOrder | undefined {
  return orders.get(type)
}
