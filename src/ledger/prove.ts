/** Entries with their inclusion proofs, as every answer carries them: each hash read and folded once. */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { inclusionProver, type InclusionProver } from '../tlog/inclusion.ts'
import type { HashReader } from '../tlog/node.ts'
import { tileReader } from '../tlog/tile.ts'
import type { ProvenEntries, ProvenEntry } from '../verify/answer.ts'
import type { Pause } from './pauses.ts'
import type { LogEntry, LogStore } from './ports.ts'

/** Entries that are read at once. */
const RUN_ENTRIES = 256

/** An entry to prove, with what the leaf does not say. */
export interface EntryToProve {
  readonly entry: LogEntry
  readonly predicateType: string
}

/** Reads the hashes of the published tree of `size`, each tile once: for one answer. */
export function hashesOf(store: Pick<LogStore, 'tiles'>, size: TreeSize): HashReader {
  return tileReader(size, (places) => store.tiles(places))
}

/** Proves entries of that tree, for one answer, or for those of one batch. */
export function proverOf(store: Pick<LogStore, 'tiles'>, size: TreeSize): InclusionProver {
  return inclusionProver(size, hashesOf(store, size))
}

/** With their proofs, keyed by index, each entry once. */
export async function proveEntries(
  prove: InclusionProver,
  wanted: readonly EntryToProve[],
  pause: Pause,
): Promise<ProvenEntries> {
  const proven: Record<string, ProvenEntry> = {}
  for (const { entry, predicateType } of wanted) {
    await pause()
    proven[String(entry.index)] = provenEntry(entry, predicateType, await prove(entry.index))
  }
  return proven
}

function provenEntry(entry: LogEntry, predicateType: string, proof: readonly Uint8Array[]): ProvenEntry {
  return {
    attestation: entry.attestation,
    key: entry.key,
    predicateType,
    recordedAt: entry.recordedAt,
    body: formatBase64(entry.leaf),
    inclusion: proof.map((hash) => formatBase64(hash)),
  }
}

/** The stored entries with those indexes, ascending and each once. @throws Error if the log lacks one of them. */
export async function readEntries(
  { log, pause }: { readonly log: LogStore; readonly pause: Pause },
  indexes: Iterable<LogIndex>,
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = []
  for (const { from, to } of runsOf(indexes)) {
    await pause()
    entries.push(...(await readRun(log, from, to)))
  }
  return entries
}

async function readRun(store: LogStore, from: LogIndex, to: TreeSize): Promise<readonly LogEntry[]> {
  const entries = await store.entries(from, to)
  if (entries.length !== to - from) throw new Error(`log: entries ${from} to ${to - 1} are not all there`)
  return entries
}

function runsOf(indexes: Iterable<LogIndex>): readonly { readonly from: LogIndex; readonly to: TreeSize }[] {
  const sorted = [...new Set(indexes)].sort((a, b) => a - b)
  const runs: { from: LogIndex; to: TreeSize }[] = []
  for (const index of sorted) {
    const last = runs.at(-1)
    const isNext = last !== undefined && last.to === (index as number) && last.to - last.from < RUN_ENTRIES
    if (isNext) last.to = treeSize(index + 1)
    else runs.push({ from: index, to: treeSize(index + 1) })
  }
  return runs
}
