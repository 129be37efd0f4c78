/**
 * Under which keys of the component map the parts of a search find entries: of one part the keys themselves, and prefixes whose keys are
 * looked at one by one. Some entries so found list nothing that is meant: their lines decide (search-rows.ts).
 */
import {
  componentHashKey,
  componentPrefix,
  cpePrefix,
  namePrefix,
  originPrefix,
  parseComponentKey,
} from '../map/keys.ts'
import { judgePackage, type AffectedPackage } from '../sbom/advisory/affected.ts'
import { bareNamesOf } from '../sbom/bare-names.ts'
import type { SearchPart } from './search.ts'

export interface PartKeys {
  readonly keys: readonly Uint8Array[]
  readonly prefixes: readonly PartPrefix[]
}

interface PartPrefix {
  readonly prefix: Uint8Array
  /** Whether entries under this key, which has the prefix, may list something that is meant. */
  readonly mayBeMeant: (key: Uint8Array) => boolean
}

export function keysOfPart(part: SearchPart): PartKeys {
  switch (part.kind) {
    case 'hash':
      return { keys: [componentHashKey(part.hash)], prefixes: [] }
    case 'cpe':
      return { keys: [], prefixes: [{ prefix: cpePrefix(part.cpe), mayBeMeant: () => true }] }
    case 'package':
      return { keys: [], prefixes: prefixesOf(part.affected) }
  }
}

function prefixesOf(affected: AffectedPackage): readonly PartPrefix[] {
  const { keys, names } = affected
  const named = keys.flatMap((key) =>
    names === 'installed' ? [componentPrefix(key)] : [componentPrefix(key), originPrefix(key)],
  )
  const bare = [...new Set(keys.flatMap(bareNamesOf))].map(namePrefix)
  return [
    ...named.map((prefix) => ({ prefix, mayBeMeant: (key: Uint8Array) => mayBeMeant(affected, key) })),
    ...bare.map((prefix) => ({ prefix, mayBeMeant: () => true })),
  ]
}

/** Not if its version alone rules it out. A component's own version may differ from that of its source package. */
function mayBeMeant(affected: AffectedPackage, key: Uint8Array): boolean {
  const version = affected.names === 'source' ? undefined : parseComponentKey(key)?.version
  if (version === undefined) return true
  return judgePackage(affected, { version, distro: '' }).status !== 'not-affected'
}
