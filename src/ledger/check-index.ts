/** The stored index against one that is built again from the log: same keys, postings, rows and manifests. */
import { logIndex, treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { compareBytes, equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { reasonOf, type Finding } from './finding.ts'
import { differs } from './check-outputs.ts'
import { followOnce } from './follow-once.ts'
import { INDEX_RULES, readEntryRows } from './index-rows.ts'
import { MapVersions } from './map-versions.ts'
import type { PublishedMap } from './output-log.ts'
import type { IndexReader, IndexStore, KeyRow, MapName, MapReader, RowTable, Storage } from './ports.ts'

/** Keys or rows read at once. */
const COMPARE_ROWS = 1000

export interface IndexCheck {
  readonly indexedThrough: number
  readonly keys: number
  readonly problems: readonly Finding[]
}

export async function checkIndex(
  storage: Storage,
  scratch: IndexStore,
  trust: TrustState,
  { published, said }: { readonly published: TreeSize; readonly said: readonly PublishedMap[] },
): Promise<IndexCheck> {
  const { through, rules } = await storage.index.read((reader) => reader.position())
  if (through > published) {
    return {
      indexedThrough: through,
      keys: 0,
      problems: [{ where: 'index', what: `claims size ${through}, but only ${published} is published` }],
    }
  }
  if (rules !== INDEX_RULES) {
    return {
      indexedThrough: through,
      keys: 0,
      problems: [
        {
          where: 'index',
          what: `made by rules ${rules}, expected ${INDEX_RULES}: it is rebuilt at the next start`,
        },
      ],
    }
  }
  const problems: Finding[] = []
  try {
    const rebuild = await startRebuild(storage, scratch, trust)
    for (const one of said) if (one.size <= through) problems.push(...(await rebuild.compare(one)))
    await rebuild.reach(through)
    const keys = await storage.index.read((stored) =>
      scratch.read((expected) => compareIndexes(stored, expected, problems)),
    )
    await storage.index.read((stored) => checkManifests(storage, stored, through, problems))
    await storage.index.read((stored) =>
      scratch.read((expected) => compareRoots(stored, expected, through, problems)),
    )
    // What an index that is being rebuilt has not reached yet.
    for (const one of said) if (one.size > through) problems.push(...(await rebuild.compare(one)))
    return { indexedThrough: through, keys, problems }
  } catch (cause) {
    return {
      indexedThrough: through,
      keys: 0,
      problems: [...problems, { where: 'index', what: reasonOf(cause) }],
    }
  }
}

interface Rebuild {
  reach(size: TreeSize): Promise<void>
  /** What is wrong with a published root of the component map, which is reached first. */
  compare(said: PublishedMap): Promise<readonly Finding[]>
}

/** Builds the index and the component map again, with a blob store that writes nothing. */
async function startRebuild(
  { log, blobs }: Storage,
  scratch: IndexStore,
  trust: TrustState,
): Promise<Rebuild> {
  await scratch.reset(INDEX_RULES)
  const readOnlyBlobs = { get: blobs.get.bind(blobs), put: async () => undefined }
  const map = new MapVersions()
  const options = { storage: { log, blobs: readOnlyBlobs, index: scratch }, trust, map }
  let at = treeSize(0)
  const reach = async (size: TreeSize): Promise<void> => {
    while (at < size) at = await followOnce(options, at, size)
  }
  return {
    reach,
    async compare(said) {
      await reach(said.size)
      return differs('components', said, map.latest.root)
    },
  }
}

async function compareIndexes(stored: MapReader, expected: MapReader, problems: Finding[]): Promise<number> {
  let keys = 0
  for (const map of ['components', 'status'] as const)
    keys += await compareKeys(stored, expected, map, problems)
  for (const table of ['entry', 'image', 'total', 'name'] as const)
    await compareRows(stored, expected, table, problems)
  return keys
}

async function compareKeys(
  stored: MapReader,
  expected: MapReader,
  map: MapName,
  problems: Finding[],
): Promise<number> {
  let count = 0
  let after: Uint8Array | undefined
  for (;;) {
    const page = after === undefined ? { limit: COMPARE_ROWS } : { limit: COMPARE_ROWS, after }
    const [found, wanted] = [
      await stored.keys(map, new Uint8Array(0), page),
      await expected.keys(map, new Uint8Array(0), page),
    ]
    const difference = firstDifference(found, wanted)
    if (difference !== undefined) {
      problems.push({
        where: `key ${map}/${difference}`,
        what: 'the stored index and the log disagree about this key',
      })
      return count
    }
    for (const { key } of wanted) await comparePostings(stored, expected, map, key, problems)
    const [values, made] = [await stored.values(map, page), await expected.values(map, page)]
    for (const [at, { key, value }] of made.entries())
      if (!equalBytes(value, values[at]?.value ?? key))
        problems.push({ where: `key ${map}/${formatHex(key)}`, what: 'its value in the map is another' })
    count += wanted.length
    after = wanted.at(-1)?.key
    if (after === undefined || wanted.length < COMPARE_ROWS) return count
  }
}

function firstDifference(found: readonly KeyRow[], wanted: readonly KeyRow[]): string | undefined {
  for (let at = 0; at < Math.max(found.length, wanted.length); at++) {
    const [a, b] = [found[at], wanted[at]]
    if (a !== undefined && b !== undefined && equalBytes(a.key, b.key) && a.count === b.count) continue
    const lower = a === undefined ? b : b === undefined || compareBytes(a.key, b.key) < 0 ? a : b
    return lower === undefined ? '' : formatHex(lower.key)
  }
  return undefined
}

async function comparePostings(
  stored: IndexReader,
  expected: IndexReader,
  map: MapName,
  key: Uint8Array,
  problems: Finding[],
): Promise<void> {
  const [found, wanted] = [await stored.postings(map, key), await expected.postings(map, key)]
  if (found.length === wanted.length && found.every((index, at) => index === wanted[at])) return
  problems.push({
    where: `key ${map}/${formatHex(key)}`,
    what: `posts ${found.length} entries, the log has ${wanted.length} others`,
  })
}

async function compareRows(
  stored: IndexReader,
  expected: IndexReader,
  table: RowTable,
  problems: Finding[],
): Promise<void> {
  let after: Uint8Array | undefined
  for (;;) {
    const page = after === undefined ? { limit: COMPARE_ROWS } : { limit: COMPARE_ROWS, after }
    const [found, wanted] = [await stored.scan(table, page), await expected.scan(table, page)]
    for (let at = 0; at < Math.max(found.length, wanted.length); at++) {
      const [a, b] = [found[at], wanted[at]]
      if (a !== undefined && b !== undefined && equalBytes(a.key, b.key) && a.value === b.value) continue
      problems.push({
        where: `row ${table}/${formatHex((b ?? a)?.key ?? new Uint8Array(0))}`,
        what: 'differs from what the log gives',
      })
      return
    }
    after = wanted.at(-1)?.key
    if (after === undefined || wanted.length < COMPARE_ROWS) return
  }
}

/** The roots of manifests, to which the component map commits. */
async function compareRoots(
  stored: MapReader,
  expected: MapReader,
  through: TreeSize,
  problems: Finding[],
): Promise<void> {
  for (let at = 0; at < through; at += COMPARE_ROWS) {
    const to = treeSize(Math.min(at + COMPARE_ROWS, through))
    const found = new Map((await stored.manifests(logIndex(at), to)).map((one) => [one.index, one]))
    for (const { index, lines, root } of await expected.manifests(logIndex(at), to)) {
      const other = found.get(index)
      if (other?.lines !== lines || !equalBytes(other.root, root))
        problems.push({ where: `entry ${index}`, what: 'the stored root of its manifest is another' })
    }
  }
}

async function checkManifests(
  storage: Storage,
  stored: IndexReader,
  through: TreeSize,
  problems: Finding[],
): Promise<void> {
  for (let at = 0; at < through; at++) {
    const [row] = await readEntryRows(stored, [at as LogIndex])
    if (row !== undefined && (await manifestMissing(storage, row.manifest))) {
      problems.push({ where: `entry ${at}`, what: `its manifest ${row.manifest} is missing or damaged` })
    }
  }
}

async function manifestMissing(
  storage: Storage,
  digest: Parameters<Storage['blobs']['get']>[0],
): Promise<boolean> {
  try {
    return (await storage.blobs.get(digest)) === undefined
  } catch (cause) {
    if (cause instanceof Fault) return true
    throw cause
  }
}
