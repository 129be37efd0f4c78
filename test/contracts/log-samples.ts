/** Entries, tiles and blobs for the suites: right in themselves, without meaning. */
import { attestationId, keyId, logIndex, treeSize } from '../../src/brand.ts'
import { sha256, sha256Id } from '../../src/crypto/sha256.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Batch, Blob, LogEntry, LogStore, Storage, StoredTile } from '../../src/ledger/ports.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'

export const anAttestation = attestationId(sha256Id(utf8('an attestation')))
export const aKey = keyId(sha256Id(utf8('a key')))
export const anotherKey = keyId(sha256Id(utf8('another key')))

/** An entry of 500 bytes that depends on its index alone, but for what is given. */
export function entryAt(index: number, given: Partial<LogEntry> = {}): LogEntry {
  const leaf = given.leaf ?? utf8(`entry ${index} `.padEnd(500, '.'))
  return {
    index: logIndex(index),
    leaf,
    leafHash: leafHash(leaf),
    attestation: attestationId(sha256Id(utf8(`attestation of ${index}`))),
    key: aKey,
    recordedAt: '2026-11-24T12:00:00Z',
    readable: index % 2 === 0,
    ...given,
  }
}

export function entriesAt(from: number, to: number): LogEntry[] {
  return Array.from({ length: to - from }, (_, i) => entryAt(from + i))
}

/** The level-0 tiles that entries [from, to) begin or widen. */
export function tilesAt(from: number, to: number): StoredTile[] {
  const tiles: StoredTile[] = []
  for (let index = Math.floor(from / 256); index * 256 < to; index++) {
    const entries = entriesAt(index * 256, Math.min(to, index * 256 + 256))
    tiles.push({ level: 0, index, hashes: concatBytes(...entries.map((entry) => entry.leafHash)) })
  }
  return tiles
}

export function batchAt(from: number, to: number, given: Partial<Batch> = {}): Batch {
  return { from: treeSize(from), entries: entriesAt(from, to), tiles: tilesAt(from, to), blobs: [], ...given }
}

export function blobOf(bytes: Uint8Array): Blob {
  return { digest: sha256Id(bytes), bytes }
}

/** Bytes that do not compress: hashes of hashes. */
export function noise(length: number, seed = 'noise'): Uint8Array {
  const parts: Uint8Array[] = []
  let hash = sha256(utf8(seed))
  for (let have = 0; have < length; have += hash.length) {
    parts.push(hash)
    hash = sha256(hash)
  }
  return concatBytes(...parts).slice(0, length)
}

export function allEntries(log: LogStore): Promise<readonly LogEntry[]> {
  return log.entries(logIndex(0), treeSize(1_000_000))
}

/** Everything that a log store shows, to compare before and after. */
export async function logDump({ log }: Storage): Promise<unknown> {
  return {
    size: await log.size(),
    entries: await allEntries(log),
    tiles: await log.tiles([0, 1, 2].flatMap((index) => [0, 1].map((level) => ({ level, index })))),
    published: await log.published(),
  }
}
