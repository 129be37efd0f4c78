/**
 * The trust state of a stored log, folded from its entries and nothing else.
 *
 * Only administrators and revokers are ever admitted with a control statement, so only envelopes signed by keys that
 * hold such a right at that moment are read; all other entries are passed by without opening them.
 */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { mayControl, type TrustState } from '../trust/trust-state.ts'
import { checkEntry } from './check-entry.ts'
import type { BlobStore, LogEntry, LogStore } from './ports.ts'

/** Entries read from the store at once. */
const SCAN_ENTRIES = 1000

/** Folds entries [from, to) into `state`. */
export async function foldLog(
  state: TrustState,
  log: LogStore,
  blobs: BlobStore,
  from: LogIndex,
  to: TreeSize,
): Promise<void> {
  for (let at: number = from; at < to; at += SCAN_ENTRIES) {
    const entries = await log.entries(at as LogIndex, treeSize(Math.min(at + SCAN_ENTRIES, to)))
    for (const entry of entries) await foldEntry(state, blobs, entry)
  }
}

/** What is folded decides who may sign from now on, so it is checked against the leaf and the signature first. */
async function foldEntry(state: TrustState, blobs: BlobStore, entry: LogEntry): Promise<void> {
  if (!mayControl(state, entry.index, entry.key)) return
  const [wrong] = await checkEntry(entry, blobs, state)
  if (wrong === undefined) return
  throw new Fault('integrity-error', `entry ${entry.index}: ${wrong}`, {
    hint: 'The data was changed by another program, or is damaged. Look with: attestree server check',
  })
}
