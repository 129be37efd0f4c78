/**
 * The index as it was at an earlier size (README 2.7, "`at`"): keys and postings only grow, so what is at or above it is
 * dropped. Records of images and totals do not only grow; they are made again for the images that changed since.
 *
 * The cost is in what came since, not in how long the log is: one row for each later entry.
 */
import { imageDigest, type ImageDigest, type LogIndex, type TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { subjectKey } from '../map/keys.ts'
import { targetChangedAt, type TrustState } from '../trust/trust-state.ts'
import { imagesOf } from '../verify/entry-facts.ts'
import { countingSboms } from '../verify/rows.ts'
import { revokedEntries } from './index-batch.ts'
import {
  imageRow,
  readEntryRows,
  readImageRecords,
  readTotals,
  totalsRow,
  type ImageRecord,
  type Totals,
} from './index-rows.ts'
import type { IndexReader, LogStore } from './ports.ts'

/** Entries whose rows are read at once. */
const ROWS_AT_ONCE = 1_000

export interface Past {
  readonly at: TreeSize
  /** How far `now` reaches; at least `at`. */
  readonly through: TreeSize
  readonly trust: TrustState
  readonly log: LogStore
}

/** A reader that answers as `now` would have, had the log ended at `past.at`. */
export function pastReader(now: IndexReader, past: Past): IndexReader {
  let changed: Promise<ReadonlySet<ImageDigest>> | undefined
  const changedImages = (): Promise<ReadonlySet<ImageDigest>> => (changed ??= findChanged(now, past))
  const reader: IndexReader = {
    position: async () => ({ ...(await now.position()), through: past.at }),
    // Newer keys may be among them, and newer rows in a scan: whoever reads on finds no postings.
    keys: (map, prefix, page) => now.keys(map, prefix, page),
    scan: (table, page) => now.scan(table, page),
    postings: async (map, key) => (await now.postings(map, key)).filter((index) => index < past.at),
    rows: async (table, keys) => {
      if (table === 'entry') return now.rows(table, keys)
      if (table === 'total')
        return [totalsRow(await totalsThen(now, reader, past, await changedImages())).value]
      const images = keys.map((key) => imageDigest(`sha256:${formatHex(key)}`))
      return imagesThen(now, reader, past, { images, changed: await changedImages() })
    },
  }
  return reader
}

/** Images that entries since then speak of, or whose SBOMs they revoke, or no longer do. */
async function findChanged(
  now: IndexReader,
  { at, through, trust, log }: Past,
): Promise<ReadonlySet<ImageDigest>> {
  const changed = new Set<ImageDigest>()
  const older = new Set<LogIndex>()
  for (let from: number = at; from < through; from += ROWS_AT_ONCE) {
    const length = Math.min(ROWS_AT_ONCE, through - from)
    const indexes = Array.from({ length }, (_, i) => (from + i) as LogIndex)
    for (const { facts } of await readEntryRows(now, indexes)) {
      for (const image of imagesOf(facts, trust)) changed.add(image)
      const target = targetChangedAt(trust, facts.index)
      if (target === undefined) continue
      for (const index of await revokedEntries(now, log, target)) if (index < at) older.add(index)
    }
  }
  for (const { facts } of await readEntryRows(now, [...older]))
    for (const image of imagesOf(facts, trust)) changed.add(image)
  return changed
}

async function recordThen(
  reader: IndexReader,
  { at, trust }: Past,
  image: ImageDigest,
): Promise<ImageRecord | undefined> {
  const rows = await readEntryRows(reader, await reader.postings('components', subjectKey(image)))
  const about = rows.map((row) => row.facts)
  if (!about.some((facts) => imagesOf(facts, trust).includes(image))) return undefined
  return { sboms: countingSboms(image, about, trust, at).map((facts) => facts.index) }
}

async function imagesThen(
  now: IndexReader,
  reader: IndexReader,
  past: Past,
  {
    images,
    changed,
  }: { readonly images: readonly ImageDigest[]; readonly changed: ReadonlySet<ImageDigest> },
): Promise<readonly (string | undefined)[]> {
  const today = await readImageRecords(now, images)
  return Promise.all(
    images.map(async (image, i) => {
      const record = changed.has(image) ? await recordThen(reader, past, image) : today[i]
      return record === undefined ? undefined : imageRow(image, record).value
    }),
  )
}

async function totalsThen(
  now: IndexReader,
  reader: IndexReader,
  past: Past,
  changed: ReadonlySet<ImageDigest>,
): Promise<Totals> {
  let { images, withSbom } = await readTotals(now)
  for (const image of changed) {
    const [today] = await readImageRecords(now, [image])
    const then = await recordThen(reader, past, image)
    images += Number(then !== undefined) - Number(today !== undefined)
    withSbom += Number((then?.sboms.length ?? 0) > 0) - Number((today?.sboms.length ?? 0) > 0)
  }
  return { images, withSbom }
}
