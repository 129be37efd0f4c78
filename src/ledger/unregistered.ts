/**
 * Which unregistered claims an answer lists. Anybody can make them, so they are few and small: whoever asks must not
 * have to fetch what a stranger recorded in bulk. How many more there are is said.
 */
import type { LogIndex } from '../brand.ts'
import { isRegistered, wasOpen, type TrustState } from '../trust/trust-state.ts'
import type { UnregisteredClaim, UnregisteredClaims } from '../verify/answer.ts'
import { claimOf } from '../verify/unregistered.ts'
import { readEntryRows, type EntryRow } from './index-rows.ts'
import { MAX_LISTED_CLAIM_BYTES, MAX_LISTED_CLAIMS } from './limits.ts'
import type { View } from './view.ts'

/** The rows of those entries that are by unregistered signers, in the log's order. */
export async function unregisteredRows(
  view: View,
  indexes: Iterable<LogIndex>,
): Promise<readonly EntryRow[]> {
  // Nobody else was ever admitted: no row needs to be read.
  if (!wasOpen(view.trust, view.through)) return []
  const ascending = [...indexes].sort((a, b) => a - b)
  const rows = await readEntryRows(view.reader, ascending)
  return rows.filter(({ facts }) => !isOfPrincipal(view.trust, facts))
}

function isOfPrincipal(trust: TrustState, { index, key }: EntryRow['facts']): boolean {
  return isRegistered(trust, index, key)
}

/**
 * The first of them, as many as an answer carries; nothing if there are none.
 *
 * @param matchesOf what a row lists of the component asked for
 */
export function listClaims(
  rows: readonly EntryRow[],
  matchesOf: (row: EntryRow) => readonly string[] = () => [],
): { readonly unregistered?: UnregisteredClaims } {
  const items: UnregisteredClaim[] = []
  let bytes = 0
  for (const row of rows) {
    const size = row.signedBytes ?? MAX_LISTED_CLAIM_BYTES
    if (items.length === MAX_LISTED_CLAIMS || bytes + size > MAX_LISTED_CLAIM_BYTES) continue
    bytes += size
    items.push(claimOf(row.facts, matchesOf(row)))
  }
  return rows.length === 0 ? {} : { unregistered: { items, more: rows.length - items.length } }
}
