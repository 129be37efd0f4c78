/**
 * The component map (index.md 4 and 8): a trie beside the index, which has its rows. It is made again from them at start, and
 * from then on takes in what each step of the index has changed.
 */
import { logIndex, treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { formatCountedRoot } from '../map/counted-root.ts'
import { manifestKey } from '../map/keys.ts'
import type { MapPair } from '../map/mpt.ts'
import { appendPostings, emptyPostings, postingValue } from '../map/posting-list.ts'
import { MapVersions } from './map-versions.ts'
import type { ChangedValue, IndexStore, ManifestRoot, MapReader, ValueRow } from './ports.ts'

/** Keys that are read and put at once while the trie is made again: some megabytes. */
const KEYS_AT_ONCE = 8_192

/**
 * The map of an index as it is. If `at` is given, which is at most the index's position, the version of that size is kept.
 *
 * @throws Fault `bad-proof` (`integrity-error`) if the index is damaged
 */
export function loadComponentMap(index: IndexStore, at?: TreeSize): Promise<MapVersions> {
  return index.read(async (reader) => {
    const map = new MapVersions()
    const { through } = await reader.position()
    const later: MapPair[] = []
    for await (const split of splitPages(reader, at ?? through, through)) {
      map.put(split.flatMap(({ asOf }) => asOf ?? []))
      later.push(...split.flatMap(({ latest }) => latest ?? []))
    }
    if (at !== undefined) map.keep(at)
    map.put(later)
    return map
  })
}

/** What a step of the index changes in the map. */
export function componentPairs(
  changed: readonly ChangedValue[],
  manifests: readonly ManifestRoot[],
): readonly MapPair[] {
  return [...changed.filter(({ map }) => map === 'components'), ...manifests.map(manifestPair)]
}

/** A key as it was at a size, and what it is now if that is something else. */
interface Split {
  readonly asOf?: MapPair
  readonly latest?: MapPair
}

async function* splitPages(
  reader: MapReader,
  at: TreeSize,
  through: TreeSize,
): AsyncGenerator<readonly Split[]> {
  for await (const rows of valuePages(reader)) {
    const splits: Split[] = []
    // Of a million rows nearly all are older, and a promise for each takes longer than reading it.
    for (const row of rows) splits.push(row.last < at ? { asOf: row } : await splitValue(reader, row, at))
    yield splits
  }
  for (let from = 0; from < through; from += KEYS_AT_ONCE) {
    const to = treeSize(Math.min(from + KEYS_AT_ONCE, through))
    const roots = await reader.manifests(logIndex(from), to)
    yield roots.map((one) => ({ [one.index < at ? 'asOf' : 'latest']: manifestPair(one) }))
  }
}

async function* valuePages(reader: MapReader): AsyncGenerator<readonly ValueRow[]> {
  let after: Uint8Array | undefined
  do {
    const page = { limit: KEYS_AT_ONCE, ...(after === undefined ? {} : { after }) }
    const rows = await reader.values('components', page)
    yield rows
    after = rows.length < KEYS_AT_ONCE ? undefined : rows.at(-1)?.key
  } while (after !== undefined)
}

/** Of a row that has entries from `at` on. */
async function splitValue(reader: MapReader, row: ValueRow, at: TreeSize): Promise<Split> {
  const before = (await reader.postings('components', row.key)).filter((index) => index < at)
  return before.length === 0
    ? { latest: row }
    : { asOf: { key: row.key, value: valueOf(before) }, latest: row }
}

function valueOf(indexes: readonly LogIndex[]): Uint8Array {
  return postingValue(appendPostings(emptyPostings, indexes))
}

function manifestPair({ index, lines, root }: ManifestRoot): MapPair {
  return { key: manifestKey(index), value: formatCountedRoot({ size: treeSize(lines), root }) }
}
