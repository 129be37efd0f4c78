/**
 * The index store (ports.ts) in memory. The index is a value that is replaced, never changed: a reader reads the one
 * that it began with.
 */
import type { LogIndex } from '../../brand.ts'
import type {
  IndexBatch,
  IndexRow,
  IndexStore,
  MapName,
  MapReader,
  RowTable,
  ValueRow,
} from '../../ledger/ports.ts'
import { appendPostings, emptyPostings, postingValue } from '../../map/posting-list.ts'
import { checkIndexBatch, groupPostings, latin1, type PostingGroup } from '../index-batch.ts'
import { rangeUnder } from '../key-range.ts'
import { keysIn, withValues, type SortedMap } from './sorted-map.ts'
import { emptyIndex, type IndexState, type MemoryState } from './state.ts'

export function memoryIndexStore(state: MemoryState): IndexStore {
  return {
    async read(use) {
      const reading = { over: false }
      try {
        return await use(readerOf(state.index, reading))
      } finally {
        reading.over = true
      }
    },
    async apply(batch) {
      checkIndexBatch(batch, state.index.position)
      const groups = groupPostings(batch.postings, batch)
      state.index = withBatch(state.index, { ...batch, rows: [...batch.rows] }, groups)
      const { postings } = state.index
      return [groups.map(({ map, key }) => ({ map, ...valueOf(postings[map], latin1(key)) }))]
    },
    async reset(rules) {
      state.index = emptyIndex(rules)
    },
  }
}

type WholeBatch = IndexBatch & { readonly rows: readonly IndexRow[] }

function withBatch(index: IndexState, batch: WholeBatch, groups: readonly PostingGroup[]): IndexState {
  const { postings, rows, manifests } = index
  return {
    position: { ...index.position, through: batch.through },
    postings: {
      components: withGroups(
        postings.components,
        groups.filter((group) => group.map === 'components'),
      ),
      status: withGroups(
        postings.status,
        groups.filter((group) => group.map === 'status'),
      ),
    },
    rows: {
      entry: withRows(rows.entry, batch, 'entry'),
      image: withRows(rows.image, batch, 'image'),
      total: withRows(rows.total, batch, 'total'),
      name: withRows(rows.name, batch, 'name'),
    },
    manifests: [...manifests, ...batch.manifests.map((one) => ({ ...one, root: new Uint8Array(one.root) }))],
  }
}

type Postings = SortedMap<readonly LogIndex[]>

function withGroups(postings: Postings, groups: readonly PostingGroup[]): Postings {
  const changes = groups.map(({ key, indexes }) => {
    const name = latin1(key)
    return [name, [...(postings.values.get(name) ?? []), ...indexes]] as const
  })
  return withValues(postings, changes)
}

function withRows(rows: SortedMap<string>, batch: WholeBatch, table: RowTable): SortedMap<string> {
  const changes = batch.rows
    .filter((row) => row.table === table)
    .map((row) => [latin1(row.key), row.value] as const)
  return withValues(rows, changes)
}

function readerOf(index: IndexState, reading: { over: boolean }): MapReader {
  const state = () => {
    // The other backends cannot read on: their snapshot is gone.
    if (reading.over) throw new Error('index: this reader was used after its read had ended')
    return index
  }
  return {
    async position() {
      return { ...state().position }
    },
    async keys(map, prefix, page = {}) {
      return keyRows(state().postings[map], prefix, page)
    },
    async values(map, { after, limit }) {
      const postings = state().postings[map]
      return keysIn(postings, rangeUnder(everything, after), limit).map((name) => valueOf(postings, name))
    },
    async manifests(from, to) {
      return state()
        .manifests.filter(({ index: entry }) => entry >= from && entry < to)
        .map((one) => ({ ...one, root: new Uint8Array(one.root) }))
    },
    async postings(map: MapName, key: Uint8Array) {
      return [...(state().postings[map].values.get(latin1(key)) ?? [])]
    },
    async rows(table, keys) {
      const { values } = state().rows[table]
      return keys.map((key) => values.get(latin1(key)))
    },
    async scan(table, { after, limit }) {
      return scannedRows(state().rows[table], table, after, limit)
    },
  }
}

function valueOf(postings: Postings, name: string): ValueRow {
  const indexes = postings.values.get(name) ?? []
  const last = indexes.at(-1)
  if (last === undefined) throw new Error('index: a key without postings')
  return { key: bytesOf(name), value: postingValue(appendPostings(emptyPostings, indexes)), last }
}

function keyRows(
  postings: Postings,
  prefix: Uint8Array,
  page: { readonly after?: Uint8Array; readonly limit?: number },
) {
  return keysIn(postings, rangeUnder(prefix, page.after), page.limit).map((name) => ({
    key: bytesOf(name),
    count: postings.values.get(name)?.length ?? 0,
  }))
}

const everything = new Uint8Array()

function scannedRows(
  rows: SortedMap<string>,
  table: RowTable,
  after: Uint8Array | undefined,
  limit: number,
): IndexRow[] {
  return keysIn(rows, rangeUnder(everything, after), limit).map((name) => ({
    table,
    key: bytesOf(name),
    value: rows.values.get(name) ?? '',
  }))
}

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(name, (character) => character.charCodeAt(0))
}
