/**
 * The trust state of a stored log, folded from its entries and nothing else.
 *
 * Only administrators and revokers are ever admitted with a control statement, so only envelopes signed by keys that
 * hold such a right at that moment are read; all other entries are passed by without opening them.
 */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { parsePae } from '../attestation/pae.ts'
import { parseControl, type ControlStatement } from '../attestation/control.ts'
import { parseStatement } from '../attestation/statement.ts'
import { foldControl, mayControl, type TrustState } from '../trust/trust-state.ts'
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

async function foldEntry(state: TrustState, blobs: BlobStore, entry: LogEntry): Promise<void> {
  if (!mayControl(state, entry.index, entry.key)) return
  const control = await controlOf(blobs, entry)
  if (control === undefined) return
  foldControl(state, { index: entry.index, attestation: entry.attestation, key: entry.key, control })
}

async function controlOf(blobs: BlobStore, entry: LogEntry): Promise<ControlStatement | undefined> {
  const pae = await blobs.get(entry.attestation)
  if (pae === undefined) throw new Error(`blob of entry ${entry.index} is missing: ${entry.attestation}`)
  return parseControl(parseStatement(parsePae(pae).payload))
}
