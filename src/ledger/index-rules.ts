/**
 * By which rules an index is made (index.md 3), and with it both maps. A map function never changes for the life of its
 * output log, so another function is another map with a log of its own. What follows it is built beside it: an index
 * says which rules it is of, one under the new rules is made while the old one answers (rebuild-index.ts), and with the
 * index the ledger goes over to its maps.
 */
import type { ControlStatement } from '../attestation/control.ts'
import { keysOfLine, statusKeysOf } from '../map/keys.ts'
import type { MapFunctionVersion } from '../map/output-log.ts'
import type { ManifestLine } from '../sbom/manifest.ts'
import { INDEX_RULES } from './index-rows.ts'
import type { MapName, OutputStorage, Storage } from './ports.ts'

export interface MapFunction<Stated> {
  /** Names the output log. */
  readonly version: MapFunctionVersion
  readonly keysOf: (stated: Stated) => readonly Uint8Array[]
}

export interface IndexRules {
  /** Stands in the index; one under a number that is not known is made again. */
  readonly number: number
  /** Of each line of a manifest that could be read. */
  readonly components: MapFunction<ManifestLine>
  readonly status: MapFunction<ControlStatement>
}

export const currentRules: IndexRules = {
  number: INDEX_RULES,
  components: { version: 'v1', keysOf: keysOfLine },
  status: { version: 'v1', keysOf: statusKeysOf },
}

/** What this program can follow, the newest last: an index is made under that one. Never empty. */
export type KnownRules = readonly [...IndexRules[], IndexRules]

export const knownRules: KnownRules = [currentRules]

export function newestRules(known: KnownRules): IndexRules {
  return known[known.length - 1] ?? known[0]
}

export function rulesOf(known: KnownRules, number: number): IndexRules | undefined {
  return known.find((rules) => rules.number === number)
}

/** The output log of a map's function. */
export function outputOf(
  storage: Pick<Storage, 'outputs' | 'laterOutputs'>,
  rules: IndexRules,
  map: MapName,
): OutputStorage {
  const { version } = rules[map]
  return version === 'v1' ? storage.outputs[map] : storage.laterOutputs(version)[map]
}

/** Where an index is to be made anew: by the newest rules whose maps were published, by the newest if none were. */
export async function rulesInService(
  storage: Pick<Storage, 'outputs' | 'laterOutputs'>,
  known: KnownRules,
): Promise<IndexRules> {
  for (const rules of known.toReversed()) {
    const logs = (['components', 'status'] as const).map((map) => outputOf(storage, rules, map).store.size())
    if ((await Promise.all(logs)).every((size) => size > 0)) return rules
  }
  return newestRules(known)
}
