/**
 * A view: one published checkpoint and one state of the index, on which a whole answer rests.
 *
 * An answer never mixes two states: the index reader is a snapshot, and trust is judged as of the position it reached.
 */
import { type LogIndex, type TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { statusKey, trustRootsKey, unreadableKey } from '../map/keys.ts'
import { annulmentEntries } from '../trust/annulments.ts'
import { revocationAt, type TrustState } from '../trust/trust-state.ts'
import type { AsOf, Coverage, ProvenEntries } from '../verify/answer.ts'
import { readEntryRows, readTotals } from './index-rows.ts'
import type { PastTotals } from './past-totals.ts'
import type { Pause } from './pauses.ts'
import type { BlobStore, HeldCheckpoint, IndexReader, LogStore } from './ports.ts'
import { proverOf, proveEntries, readEntries } from './prove.ts'
import type { StatementMemo } from './statement-memo.ts'

export interface PublishedView {
  readonly origin: string
  readonly checkpoint: HeldCheckpoint
  /** When the newest published entry was recorded. */
  readonly recordedAt: string | null
  readonly servedAt: string
}

/** What answers need that rest on the log alone. */
export interface LogView extends PublishedView {
  readonly log: LogStore
  readonly blobs: BlobStore
  readonly statements: StatementMemo
  /** Of this answer; its reader of the index has it before each read. */
  readonly pause: Pause
  /** How far the index reaches. */
  readonly through: TreeSize
}

export interface View extends LogView {
  readonly reader: IndexReader
  readonly trust: TrustState
  readonly totals: PastTotals
}

export function asOf(view: PublishedView, through: TreeSize): AsOf {
  return {
    origin: view.origin,
    treeSize: view.checkpoint.size,
    rootHash: formatBase64(view.checkpoint.root),
    checkpoint: view.checkpoint.note,
    // The index may have gone on while the answer was made; an answer claims nothing above its checkpoint.
    indexedThrough: through < view.checkpoint.size ? through : view.checkpoint.size,
    recordedAt: view.recordedAt,
    servedAt: view.servedAt,
  }
}

/** Entries that are in the index, with their proofs; each index once. */
export async function provenEntries(view: View, indexes: Iterable<LogIndex>): Promise<ProvenEntries> {
  const entries = await readEntries(view, indexes)
  const rows = await readEntryRows(
    view.reader,
    entries.map((entry) => entry.index),
  )
  const wanted = entries.map((entry, at) => ({ entry, predicateType: rows[at]?.facts.predicateType ?? '' }))
  return proveEntries(proverOf(view.log, view.checkpoint.size), wanted, view.pause)
}

/** All trust-root entries: with them a verifier knows who could sign what. */
export function trustRootEntries(view: View): Promise<readonly LogIndex[]> {
  return view.reader.postings('status', trustRootsKey)
}

/**
 * The revocations that name one of the targets, all that was signed to annul them, and what they rest on; ascending,
 * each once.
 */
export async function revocationEntries(view: View, targets: Iterable<string>): Promise<readonly LogIndex[]> {
  const found = new Set<LogIndex>()
  for (const target of new Set(targets)) {
    for (const index of await view.reader.postings('status', statusKey(target))) {
      found.add(index)
      const revocation = revocationAt(view.trust, index)
      if (revocation === undefined) continue
      const { basis } = revocation.revocation
      if (basis !== undefined && basis.entry < index) found.add(basis.entry)
      for (const one of annulmentEntries(view.trust, view.through, revocation.attestation)) found.add(one)
    }
  }
  return [...found].sort((a, b) => a - b)
}

export async function unreadableEntries(view: View): Promise<number> {
  return (await view.reader.postings('components', unreadableKey)).length
}

export async function coverageOf(view: View): Promise<Coverage> {
  const { images, withSbom } = await readTotals(view.reader)
  return { images, withSbom, unknown: images - withSbom, unreadableEntries: await unreadableEntries(view) }
}
