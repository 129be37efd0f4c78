/**
 * The rows of the index beside keys and postings: one per entry, one per image, totals. All JSON, all derived.
 *
 *     entry  u64be(index)     EntryFacts and the digest of the manifest
 *     image  32 digest bytes  the entries of its SBOMs that count, as of the index's position
 *     total  "images"         how many images there are, and how many have an SBOM that counts
 */
import type { ImageDigest, LogIndex, Sha256Id } from '../brand.ts'
import { u64be } from '../encoding/bytes.ts'
import { parseHex } from '../encoding/hex.ts'
import { utf8 } from '../encoding/utf8.ts'
import type { EntryFacts } from '../verify/entry-facts.ts'
import type { IndexReader, IndexRow } from './ports.ts'

export interface EntryRow {
  readonly facts: EntryFacts
  readonly manifest: Sha256Id
}

export interface ImageRecord {
  readonly sboms: readonly LogIndex[]
}

export interface Totals {
  readonly images: number
  readonly withSbom: number
}

const totalsKey = utf8('images')

export function entryRow(row: EntryRow): IndexRow {
  return { table: 'entry', key: u64be(row.facts.index), value: JSON.stringify(row) }
}

export function imageRow(image: ImageDigest, record: ImageRecord): IndexRow {
  return { table: 'image', key: imageKey(image), value: JSON.stringify(record) }
}

export function totalsRow(totals: Totals): IndexRow {
  return { table: 'total', key: totalsKey, value: JSON.stringify(totals) }
}

/** @throws Error if the index lacks a row for an entry below its position: it is damaged. */
export async function readEntryRows(
  reader: IndexReader,
  indexes: readonly LogIndex[],
): Promise<readonly EntryRow[]> {
  const values = await reader.rows('entry', indexes.map(u64be))
  return values.map((value, at) => {
    if (value === undefined) throw new Error(`index: no row for entry ${indexes[at]}`)
    return JSON.parse(value) as EntryRow
  })
}

export async function readImageRecords(
  reader: IndexReader,
  images: readonly ImageDigest[],
): Promise<readonly (ImageRecord | undefined)[]> {
  const values = await reader.rows('image', images.map(imageKey))
  return values.map((value) => (value === undefined ? undefined : (JSON.parse(value) as ImageRecord)))
}

export async function readTotals(reader: IndexReader): Promise<Totals> {
  const [value] = await reader.rows('total', [totalsKey])
  return value === undefined ? { images: 0, withSbom: 0 } : (JSON.parse(value) as Totals)
}

function imageKey(image: ImageDigest): Uint8Array {
  return parseHex(image.slice('sha256:'.length))
}
