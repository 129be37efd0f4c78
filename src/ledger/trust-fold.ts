/**
 * The trust state of a stored log, folded from its entries and nothing else.
 *
 * Only administrators and revokers are ever admitted with a control statement, so only envelopes signed by keys that
 * hold such a right at that moment are read; all other entries are passed by without opening them.
 */
import { logIndex, treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { controllers, mayControl, type TrustState } from '../trust/trust-state.ts'
import { checkEntry } from './check-entry.ts'
import type { BlobStore, LogEntry, LogStore } from './ports.ts'

/** Folds entries [from, to) into `state`. */
export async function foldLog(
  state: TrustState,
  log: LogStore,
  blobs: BlobStore,
  from: LogIndex,
  to: TreeSize,
): Promise<void> {
  let at: number = from
  while (at < to) {
    const entry = await nextToFold(state, log, logIndex(at), to)
    if (entry === undefined) return
    await foldEntry(state, { log, blobs }, entry)
    at = entry.index + 1
  }
}

/** Who may control changes only with what was folded, so all entries between are of others. */
async function nextToFold(
  state: TrustState,
  log: LogStore,
  at: LogIndex,
  to: TreeSize,
): Promise<LogEntry | undefined> {
  const keys = controllers(state, at)
  if (keys !== undefined) return log.firstBy(keys, at, to)
  const [entry] = await log.entries(at, treeSize(at + 1))
  return entry
}

/** What is folded decides who may sign from now on, so it is checked against the leaf and the signature first. */
async function foldEntry(
  state: TrustState,
  stores: { readonly log: LogStore; readonly blobs: BlobStore },
  entry: LogEntry,
): Promise<void> {
  if (!mayControl(state, entry.index, entry.key)) return
  const [wrong] = await checkEntry(entry, stores, state)
  if (wrong === undefined) return
  throw new Fault('integrity-error', `entry ${entry.index}: ${wrong}`, {
    hint: 'The data was changed by another program, or is damaged. Look with: attestree server check',
  })
}
