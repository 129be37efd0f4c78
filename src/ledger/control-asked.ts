/** Everything that the status map has about targets: the keys that list it, and the entries that it lists. */
import { REVOCATION } from '../attestation/predicate-types.ts'
import type { LogIndex } from '../brand.ts'
import { statusKey, trustRootsKey } from '../map/keys.ts'
import { readEntryRows } from './index-rows.ts'
import type { MapAsked } from './query-map.ts'
import { revocationEntries, trustRootEntries, type View } from './view.ts'

export interface ControlAsked {
  /** Trust roots, revocations and annulments, and what revocations rest on. */
  readonly entries: readonly LogIndex[]
  /** For a look-up in the status map. */
  readonly asked: MapAsked
}

export async function controlAsked(view: View, targets: readonly string[]): Promise<ControlAsked> {
  const entries = [...(await trustRootEntries(view)), ...(await revocationEntries(view, targets))]
  // What became of a revocation is found under its own name.
  const found = (await readEntryRows(view.reader, entries)).filter(
    ({ facts }) => facts.predicateType === REVOCATION,
  )
  const ends = found.map(({ facts }) => `attestation:${facts.attestation}`)
  const keys = [trustRootsKey, ...[...new Set([...targets, ...ends])].map(statusKey)]
  return { entries, asked: { prefixes: [], keys, postings: () => true, orWhole: true } }
}
