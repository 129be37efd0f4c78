/**
 * The index as it was at an earlier size (README 2.7, "`at`"): keys and postings only grow, so what is at or above it is
 * dropped. Records of images and totals do not only grow: an image's record is made again where it may have changed, for
 * the images that are asked about; the totals are counted over what came before or since, whichever is less.
 */
import { imageDigest, type ImageDigest, type LogIndex, type TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { subjectKey } from '../map/keys.ts'
import { hasControlSince, targetChangedAt, type TrustState } from '../trust/trust-state.ts'
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
import type { PastTotals } from './past-totals.ts'
import type { Pause } from './pauses.ts'
import type { IndexReader, LogStore } from './ports.ts'

/** Rows that are read before others get their turn. */
const ROWS_AT_ONCE = 500

export interface Past {
  readonly at: TreeSize
  /** How far `now` reaches; at least `at`. */
  readonly through: TreeSize
  readonly trust: TrustState
  readonly log: LogStore
  readonly totals: PastTotals
}

/** The index as it is, and as it was. */
interface Readers {
  readonly now: IndexReader
  readonly old: IndexReader
}

/** A reader that answers as `now` would have, had the log ended at `past.at`. */
export function pastReader(now: IndexReader, past: Past): IndexReader {
  const old: IndexReader = {
    position: async () => ({ ...(await now.position()), through: past.at }),
    // Newer keys may be among them, and newer rows in a scan: whoever reads on finds no postings.
    keys: (map, prefix, page) => now.keys(map, prefix, page),
    scan: (table, page) => now.scan(table, page),
    postings: async (map, key) => (await now.postings(map, key)).filter((index) => index < past.at),
    rows: async (table, keys) => {
      if (table === 'entry' || table === 'name') return now.rows(table, keys)
      if (table === 'total')
        return [totalsRow(await past.totals.of(past.at, (pause) => countThen(readers, past, pause))).value]
      const images = keys.map((key) => imageDigest(`sha256:${formatHex(key)}`))
      const records = await Promise.all(images.map((image) => recordThen(readers, past, image)))
      return images.map((image, i) => records[i] && imageRow(image, records[i]).value)
    },
  }
  const readers = { now, old }
  return old
}

async function recordThen(
  { now, old }: Readers,
  { at, trust }: Past,
  image: ImageDigest,
): Promise<ImageRecord | undefined> {
  const about = await now.postings('components', subjectKey(image))
  const isUnchanged = (about.at(-1) ?? 0) < at && !hasControlSince(trust, at)
  if (isUnchanged) return (await readImageRecords(now, [image]))[0]
  const rows = await readEntryRows(
    old,
    about.filter((index) => index < at),
  )
  const facts = rows.map((row) => row.facts)
  if (!facts.some((one) => imagesOf(one, trust).includes(image))) return undefined
  return { sboms: countingSboms(image, facts, trust, at).map((one) => one.index) }
}

async function countThen(readers: Readers, past: Past, pause: Pause): Promise<Totals> {
  const isFar = past.at <= past.through - past.at
  let { images, withSbom } = isFar ? { images: 0, withSbom: 0 } : await readTotals(readers.now)
  const counted = isFar
    ? await imagesIn(readers.now, past.trust, { indexes: range(0, past.at), pause })
    : await changedSince(readers.now, past, pause)
  let seen = 0
  for (const image of counted) {
    if (++seen % ROWS_AT_ONCE === 0) await pause()
    const [today] = isFar ? [] : await readImageRecords(readers.now, [image])
    const then = await recordThen(readers, past, image)
    images += Number(then !== undefined) - Number(today !== undefined)
    withSbom += Number((then?.sboms.length ?? 0) > 0) - Number((today?.sboms.length ?? 0) > 0)
  }
  return { images, withSbom }
}

/** Images that entries since then speak of, or whose SBOMs they revoke, or no longer do. */
async function changedSince(
  now: IndexReader,
  { at, through, trust, log }: Past,
  pause: Pause,
): Promise<ReadonlySet<ImageDigest>> {
  const since = range(at, through)
  const older = new Set<LogIndex>()
  for (const later of since) {
    const target = targetChangedAt(trust, later)
    if (target === undefined) continue
    for (const index of await revokedEntries(now, log, target)) if (index < at) older.add(index)
  }
  return imagesIn(now, trust, { indexes: [...since, ...older], pause })
}

async function imagesIn(
  now: IndexReader,
  trust: TrustState,
  { indexes, pause }: { readonly indexes: readonly LogIndex[]; readonly pause: Pause },
): Promise<ReadonlySet<ImageDigest>> {
  const images = new Set<ImageDigest>()
  for (let from = 0; from < indexes.length; from += ROWS_AT_ONCE) {
    for (const { facts } of await readEntryRows(now, indexes.slice(from, from + ROWS_AT_ONCE)))
      for (const image of imagesOf(facts, trust)) images.add(image)
    await pause()
  }
  return images
}

function range(from: number, to: number): readonly LogIndex[] {
  return Array.from({ length: to - from }, (_, i) => (from + i) as LogIndex)
}
