/**
 * The blob store (ports.ts): a row per blob, compressed. Coding is done outside of transactions and, where it takes
 * long, outside of the main thread.
 *
 * Brotli at quality 3 makes SBOMs as small as deflate at 6 does (1/12 to 1/15) in half the time: measured on
 * documents of ../shared/corpus.
 */
import { promisify } from 'node:util'
import {
  brotliCompress,
  brotliCompressSync,
  brotliDecompress,
  brotliDecompressSync,
  constants,
} from 'node:zlib'
import type { Sha256Id } from '../../brand.ts'
import type { Blob, BlobStore } from '../../ledger/ports.ts'
import { checkBlob, checkStoredBlob, damagedBlob } from '../named-blob.ts'
import { bytesOf, idColumn } from './column.ts'
import { inTransaction, type Connection } from './database.ts'

const compressElsewhere = promisify<Uint8Array, object, Buffer>(brotliCompress)
const decompressElsewhere = promisify<Uint8Array, object, Buffer>(brotliDecompress)

/** Up to here coding takes less than 0.2 ms, about what a round trip through the thread pool costs. */
const MAX_SYNC_BYTES = 65_536
/** Provenance, not SBOMs: at quality 1 a statement of 2 kB takes 12 µs instead of 27, and is an eighth larger. */
const MAX_SMALL_BYTES = 8_192
/** The least that zlib takes. */
const MIN_CHUNK_BYTES = 64
const RAW = 0
const BROTLI = 1

/** A blob as its row will be. */
export interface BlobRow {
  readonly digest: Uint8Array
  readonly coding: number
  /** Before coding. */
  readonly size: number
  readonly bytes: Uint8Array
}

/** The two halves of storing blobs: preparing rows, which takes long, and inserting them in somebody's transaction. */
export interface BlobWriter {
  /** Rows of those blobs that are not stored yet. */
  rowsOf(blobs: readonly Blob[]): Promise<readonly BlobRow[]>
  insert(rows: readonly BlobRow[]): void
}

export function blobWriter(database: Connection): BlobWriter {
  const exists = database.prepare<[Uint8Array], number>('SELECT 1 FROM blob WHERE digest = ?').pluck()
  const insert = database.prepare<[Uint8Array, number, number, Uint8Array]>(
    'INSERT INTO blob (digest, coding, size, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  return {
    async rowsOf(blobs) {
      for (const blob of blobs) checkBlob(blob)
      return Promise.all(blobs.filter((blob) => exists.get(idColumn(blob.digest)) === undefined).map(rowOf))
    },
    insert(rows) {
      for (const row of rows) insert.run(row.digest, row.coding, row.size, row.bytes)
    },
  }
}

export function sqliteBlobStore(database: Connection, writer: BlobWriter): BlobStore {
  const select = database.prepare<[Uint8Array], BlobRow>(
    'SELECT digest, coding, size, bytes FROM blob WHERE digest = ?',
  )
  return {
    async get(digest) {
      const row = select.get(idColumn(digest))
      return row && checkStoredBlob(digest, await contentOf(row, digest))
    },
    async put(blobs) {
      const rows = await writer.rowsOf(blobs)
      if (rows.length > 0) inTransaction(database, 'blobs', () => writer.insert(rows))
    },
  }
}

async function rowOf({ digest, bytes }: Blob): Promise<BlobRow> {
  const quality = bytes.length <= MAX_SMALL_BYTES ? 1 : 3
  const options = {
    // zlib clears a buffer of this size, 16 KiB otherwise, for each blob.
    chunkSize: Math.max(MIN_CHUNK_BYTES, Math.min(bytes.length, MAX_SYNC_BYTES)),
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }
  const sync = bytes.length <= MAX_SYNC_BYTES
  const coded = sync ? brotliCompressSync(bytes, options) : await compressElsewhere(bytes, options)
  const row = { digest: idColumn(digest), size: bytes.length }
  return coded.length < bytes.length
    ? { ...row, coding: BROTLI, bytes: coded }
    : { ...row, coding: RAW, bytes }
}

async function contentOf(row: BlobRow, digest: Sha256Id): Promise<Uint8Array> {
  if (row.coding === RAW) return bytesOf(row.bytes)
  try {
    return bytesOf(await decoded(row))
  } catch (cause) {
    throw damagedBlob(digest, cause)
  }
}

async function decoded({ bytes, size }: BlobRow): Promise<Uint8Array> {
  // The stored size bounds what damaged bytes can swell to; zero is no bound that zlib accepts. Decoded in one piece, and a byte
  // more for finding its end, the largest are in memory once.
  const chunkSize = Math.max(MIN_CHUNK_BYTES, size + 1)
  const options = { maxOutputLength: Math.max(size, 1), chunkSize }
  return size <= MAX_SYNC_BYTES ? brotliDecompressSync(bytes, options) : decompressElsewhere(bytes, options)
}
