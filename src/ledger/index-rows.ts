/**
 * The rows of the index beside keys and postings: one per entry, one per image, totals. All JSON, all derived, each after
 * a checksum: what an index says is proven by nothing else, so a row that changed on its disk must not be read.
 *
 *     entry  u64be(index)     EntryFacts and the digest of the manifest
 *     image  32 digest bytes  the entries of its SBOMs that count, as of the index's position
 *     total  "images"         how many images there are, and how many have an SBOM that counts
 *     name   spoken 00 listed the first entry that lists it: by which names people ask for it is sbom/spoken-names.ts
 */
import type { ImageDigest, LogIndex, Sha256Id } from '../brand.ts'
import { sha256 } from '../crypto/sha256.ts'
import { concatBytes, u64be } from '../encoding/bytes.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { inPieces } from '../encoding/pieces.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { MANIFEST_VERSION } from '../sbom/manifest.ts'
import { spokenNames, type ListedName } from '../sbom/spoken-names.ts'
import type { EntryFacts } from '../verify/entry-facts.ts'
import type { IndexReader, IndexRow, RowTable } from './ports.ts'

export interface EntryRow {
  readonly facts: EntryFacts
  readonly manifest: Sha256Id
  /** The length of what was signed; of unregistered signers' entries only, which are listed only if they are small. */
  readonly signedBytes?: number
}

export interface ImageRecord {
  readonly sboms: readonly LogIndex[]
}

export interface Totals {
  readonly images: number
  readonly withSbom: number
}

/** Goes up with every change of which rows there are, or of what they say. */
const ROW_RULES = 2
/** Of manifests and of rows: an index under another number is made again. */
export const INDEX_RULES = 1_000 * MANIFEST_VERSION + ROW_RULES

const totalsKey = utf8('images')

export function entryRow(row: EntryRow): IndexRow {
  return formatRow('entry', u64be(row.facts.index), row)
}

export function imageRow(image: ImageDigest, record: ImageRecord): IndexRow {
  return formatRow('image', imageKey(image), record)
}

export function totalsRow(totals: Totals): IndexRow {
  return formatRow('total', totalsKey, totals)
}

export interface NameRecord {
  /** The first entry that lists it. */
  readonly first: LogIndex
}

/**
 * Of the names that were met last, some megabytes: SBOMs list the same ones again and again, and to read a purl takes
 * microseconds.
 */
const knownNames = new Map<string, readonly Uint8Array[]>()
const MAX_KNOWN = 16_384
const MAX_KNOWN_CHARS = 100

/** One for each name by which it is asked for; nobody may change them. */
export function nameKeys(listed: ListedName): readonly Uint8Array[] {
  const id = kindLetters[listed.kind] + listed.name
  const known = knownNames.get(id)
  if (known !== undefined) return known
  const keys = spokenNames(listed).map((spoken) => utf8(`${spoken}\0${id}`))
  if (knownNames.size >= MAX_KNOWN) knownNames.clear()
  if (id.length <= MAX_KNOWN_CHARS) knownNames.set(id, keys)
  return keys
}

export function nameRow(key: Uint8Array, record: NameRecord): IndexRow {
  return formatRow('name', key, record)
}

/** @throws Fault `bad-proof` (`integrity-error`) if the row changed */
export function parseNameRow({ key, value }: IndexRow): NameRecord {
  return parseRow('name', key, value)
}

export function parseNameKey(key: Uint8Array): { readonly spoken: string; readonly listed: ListedName } {
  const text = parseUtf8(key, 'key of a name')
  const at = text.indexOf('\0')
  const kind = kinds.find((one) => kindLetters[one] === text.charAt(at + 1))
  if (at < 0 || kind === undefined) throw damaged(`the key name/${formatHex(key)} is not one that is written`)
  return { spoken: text.slice(0, at), listed: { kind, name: text.slice(at + 2) } }
}

/** @throws Fault `bad-proof` (`integrity-error`) if the index lacks a row for an entry below its position, or it changed */
export async function readEntryRows(
  reader: IndexReader,
  indexes: readonly LogIndex[],
): Promise<readonly EntryRow[]> {
  const rows = await readRows<EntryRow>(reader, 'entry', indexes.map(u64be))
  return rows.map((row, at) => row ?? missing(`entry ${indexes[at]}`))
}

export async function readImageRecords(
  reader: IndexReader,
  images: readonly ImageDigest[],
): Promise<readonly (ImageRecord | undefined)[]> {
  return readRows<ImageRecord>(reader, 'image', images.map(imageKey))
}

/** As `readImageRecords`, of images that an indexed entry speaks of: each has a row. @throws Fault as `readEntryRows` */
export async function readKnownImages(
  reader: IndexReader,
  images: readonly ImageDigest[],
): Promise<readonly ImageRecord[]> {
  const records = await readImageRecords(reader, images)
  return records.map((record, at) => record ?? missing(`image ${images[at]}`))
}

export async function readTotals(reader: IndexReader): Promise<Totals> {
  const [totals] = await readRows<Totals>(reader, 'total', [totalsKey])
  if (totals !== undefined) return totals
  const images = await reader.scan('image', { limit: 1 })
  return images.length === 0 ? { images: 0, withSbom: 0 } : missing('totals, though there are images')
}

function imageKey(image: ImageDigest): Uint8Array {
  return parseHex(image.slice('sha256:'.length))
}

/** As of manifest lines. */
const kindLetters = { purl: 'p', cpe: 'c', name: 'n' } as const
const kinds = ['purl', 'cpe', 'name'] as const

const CHECKSUM_BYTES = 8
const CHECKSUM_CHARS = 2 * CHECKSUM_BYTES

/** Room for what is hashed of most rows: a search reads thousands, each of some hundred bytes. */
const summed = new Uint8Array(4_096)
const encoder = new TextEncoder()

/** Against decay, not against forgery: of where the row stands and what it says. */
function checksum(table: RowTable, key: Uint8Array, json: string): string {
  return formatHex(sha256(summedBytes(table, key, json)).subarray(0, CHECKSUM_BYTES))
}

function summedBytes(table: RowTable, key: Uint8Array, json: string): Uint8Array {
  const from = table.length + key.length
  // A character has at most three bytes.
  if (from + 3 * json.length > summed.length) return concatBytes(utf8(table), key, utf8(json))
  encoder.encodeInto(table, summed)
  summed.set(key, table.length)
  return summed.subarray(0, from + encoder.encodeInto(json, summed.subarray(from)).written)
}

function formatRow(table: RowTable, key: Uint8Array, row: object): IndexRow {
  const json = JSON.stringify(row)
  return { table, key, value: checksum(table, key, json) + json }
}

/** Of thousands: a reader that gives way does so between them. */
const ROWS_AT_ONCE = 100

async function readRows<T>(
  reader: IndexReader,
  table: RowTable,
  keys: readonly Uint8Array[],
): Promise<readonly (T | undefined)[]> {
  const rows: (T | undefined)[] = []
  for (const some of inPieces(keys, ROWS_AT_ONCE)) {
    const values = await reader.rows(table, some)
    for (const [at, key] of some.entries()) {
      const value = values[at]
      rows.push(value === undefined ? undefined : parseRow<T>(table, key, value))
    }
  }
  return rows
}

function parseRow<T>(table: RowTable, key: Uint8Array, value: string): T {
  const json = value.slice(CHECKSUM_CHARS)
  if (value.slice(0, CHECKSUM_CHARS) === checksum(table, key, json)) return JSON.parse(json) as T
  throw damaged(`the row ${table}/${formatHex(key)} is not what was written`)
}

function missing(what: string): never {
  throw damaged(`no row for ${what}`)
}

function damaged(what: string): Fault {
  return new Fault('integrity-error', `index: ${what}`, {
    hint: 'The index can be deleted (index.db); it is rebuilt from the log.',
  })
}
