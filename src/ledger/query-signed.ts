/**
 * What was signed for a run of entries, and their manifests, in one answer: an auditor wants all of it, and a request for each
 * costs more than everything else that is done for it. What is withheld or damaged is for the route of one attestation to say.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { KeptEntry } from '../verify/status-map.ts'
import { readEntryRows } from './index-rows.ts'
import type { BlobStore } from './ports.ts'
import { readEntries } from './prove.ts'
import { readSigned } from './statement-memo.ts'
import type { LogView, View } from './view.ts'

/** Beside one that is longer: enough that a request is nothing beside what it brings, little to hold for many readers. */
export const MAX_RANGE_BYTES = 4 * 1024 * 1024

export interface EntryRange {
  /** Of the first entries that were asked for, one at least. */
  readonly list: readonly Uint8Array[]
  /** Whether the same question has the same answer for ever: it ends at what was asked for, or where it was long enough. */
  readonly lasting: boolean
}

/**
 * @param from below `to`
 * @throws Fault `not-recorded` if the published log has not all of these entries
 * @throws Fault `bad-proof` (`integrity-error`) if what was signed for the first is missing or damaged
 */
export async function querySignedRange(
  { checkpoint: { size }, log, blobs }: Pick<LogView, 'checkpoint' | 'log' | 'blobs'>,
  from: LogIndex,
  to: TreeSize,
): Promise<EntryRange> {
  if (to > size) throw new Fault('not-recorded', `entries: this log has ${size}, and not ${to} yet`)
  const entries = await log.entries(from, to)
  return readRange(entries, ({ attestation }) => readSigned(blobs, attestation))
}

/**
 * Leaves with what was signed, of entries anywhere in the log: all that are asked for, or the first of these, one at least.
 *
 * @param indexes ascending, each once; at least one
 * @throws as `querySignedRange`
 */
export async function queryEntryList(
  view: Pick<LogView, 'checkpoint' | 'log' | 'blobs' | 'pause'>,
  indexes: readonly LogIndex[],
): Promise<readonly KeptEntry[]> {
  const { size } = view.checkpoint
  const last = indexes.at(-1) ?? 0
  if (last >= size) throw new Fault('not-recorded', `entries: this log has ${size}, and not ${last} yet`)
  const entries = await readEntries(view, indexes)
  const { list } = await readRange(entries, ({ attestation }) => readSigned(view.blobs, attestation))
  return list.flatMap((pae, at) => {
    const entry = entries[at]
    return entry === undefined ? [] : [{ index: entry.index, body: entry.leaf, pae }]
  })
}

/**
 * Manifests as `formatManifest` writes them; that of an entry that could not be read is empty.
 *
 * @param from below `to`
 * @throws Fault `not-recorded` if the index has not all of these entries
 * @throws Fault `bad-proof` (`integrity-error`) if the first is missing or damaged
 */
export async function queryManifestRange(
  { through, reader, blobs }: Pick<View, 'through' | 'reader' | 'blobs'>,
  from: LogIndex,
  to: TreeSize,
): Promise<EntryRange> {
  if (to > through) throw new Fault('not-recorded', `manifests: the index has ${through}, and not ${to} yet`)
  const indexes = Array.from({ length: to - from }, (_, i) => (from + i) as LogIndex)
  const rows = await readEntryRows(reader, indexes)
  return readRange(rows, ({ manifest }) => readManifest(blobs, manifest))
}

async function readManifest(blobs: BlobStore, digest: Parameters<BlobStore['get']>[0]): Promise<Uint8Array> {
  const manifest = await blobs.get(digest)
  if (manifest === undefined) throw new Fault('integrity-error', `manifest ${digest} is missing`)
  return manifest
}

async function readRange<T>(
  wanted: readonly T[],
  read: (one: T) => Promise<Uint8Array>,
): Promise<EntryRange> {
  const list: Uint8Array[] = []
  let length = 0
  for (const one of wanted) {
    const bytes = await orAfterFirst(list.length, read(one))
    if (bytes === undefined) return { list, lasting: false }
    length += bytes.length
    if (length > MAX_RANGE_BYTES && list.length > 0) break
    list.push(bytes)
  }
  return { list, lasting: true }
}

/** Undefined for a fault behind the first: what is before it is good. */
async function orAfterFirst(place: number, reading: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await reading
  } catch (cause) {
    if (place > 0 && cause instanceof Fault) return undefined
    throw cause
  }
}
