/** Postings and batches for the index suites, and everything that an index store shows. */
import { logIndex, treeSize } from '../../src/brand.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { IndexBatch, IndexReader, IndexStore, MapName, Posting } from '../../src/ledger/ports.ts'

export function posting(key: Uint8Array, index: number, map: MapName = 'components'): Posting {
  return { map, key, index: logIndex(index) }
}

export function batch(from: number, through: number, given: Partial<IndexBatch> = {}): IndexBatch {
  return { from: treeSize(from), through: treeSize(through), postings: [], rows: [], manifests: [], ...given }
}

/** Entries [from, through), each of which states `key`. */
export function postingsOf(key: Uint8Array, from: number, through: number): Posting[] {
  return Array.from({ length: through - from }, (_, i) => posting(key, from + i))
}

export const lodash = utf8('lodash@4.17.21')
export const express = utf8('express@5.1.0')
export const anything = new Uint8Array()

/** Everything that an index store shows. */
export async function indexDump(index: IndexStore): Promise<unknown> {
  return index.read(async (reader) => ({
    position: await reader.position(),
    components: await mapDump(reader, 'components'),
    status: await mapDump(reader, 'status'),
    values: await Promise.all(
      (['components', 'status'] as const).map((map) => reader.values(map, { limit: 1_000_000 })),
    ),
    manifests: await reader.manifests(logIndex(0), treeSize(1_000_000)),
    rows: await Promise.all(
      (['entry', 'image', 'total', 'name'] as const).map((table) => reader.scan(table, { limit: 1_000_000 })),
    ),
  }))
}

export async function mapDump(reader: IndexReader, map: MapName): Promise<unknown> {
  const keys = await reader.keys(map, anything)
  return Promise.all(keys.map(async (row) => ({ ...row, postings: await reader.postings(map, row.key) })))
}

export async function keysUnder(
  index: IndexStore,
  ...query: Parameters<IndexReader['keys']>
): Promise<number[][]> {
  return index.read(async (reader) => (await reader.keys(...query)).map((row) => [...row.key]))
}

export async function postingsUnder(
  index: IndexStore,
  key: Uint8Array,
  map: MapName = 'components',
): Promise<number[]> {
  return index.read(async (reader) => [...(await reader.postings(map, key))])
}
