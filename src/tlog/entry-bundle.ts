/**
 * Entry bundles (https://c2sp.org/tlog-tiles): up to 256 entries, each after its length in two bytes, big-endian.
 *
 * A bundle stands beside a tile of level 0 and has as many entries as that has hashes. It is authenticated by
 * hashing its entries, which is not done here.
 */
import { Fault } from '../errors.ts'
import { TILE_WIDTH } from './tile.ts'

/** tlog-tiles stores entry lengths in 16 bits. */
export const MAX_ENTRY_BYTES = 65_535

const LENGTH_BYTES = 2

/** @throws Fault `too-large` (`entry-too-large`) for an entry over 65,535 bytes. */
export function formatEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  checkCount(entries.length)
  let length = 0
  for (const entry of entries) length += LENGTH_BYTES + checkedLength(entry)
  const bundle = new Uint8Array(length)
  const view = new DataView(bundle.buffer)
  let at = 0
  for (const entry of entries) {
    view.setUint16(at, entry.length)
    bundle.set(entry, at + LENGTH_BYTES)
    at += LENGTH_BYTES + entry.length
  }
  return bundle
}

function checkedLength(entry: Uint8Array): number {
  if (entry.length > MAX_ENTRY_BYTES) {
    throw new Fault(
      'entry-too-large',
      `entry: expected at most ${MAX_ENTRY_BYTES} bytes, got ${entry.length}`,
      {
        facts: { limit: MAX_ENTRY_BYTES, received: entry.length },
      },
    )
  }
  return entry.length
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > TILE_WIDTH) {
    throw new Error(`entry bundle: expected 1 to ${TILE_WIDTH} entries, asked for ${count}`)
  }
}

/**
 * The entries of a bundle that has to hold exactly `count` (1 to 256). They are views of `bytes`, not copies.
 * @throws Fault `malformed` (`tile-malformed`) for a missing or cut entry, or bytes after the last.
 */
export function parseEntryBundle(bytes: Uint8Array, count: number): Uint8Array[] {
  checkCount(count)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  let at = 0
  while (entries.length < count) {
    const from = at + LENGTH_BYTES
    if (from > bytes.length)
      throw new Fault('tile-malformed', `entry bundle: expected ${count} entries, got ${entries.length}`)
    at = from + view.getUint16(at)
    if (at > bytes.length)
      throw new Fault('tile-malformed', `entry bundle: entry ${entries.length} is cut off`)
    entries.push(bytes.subarray(from, at))
  }
  if (at !== bytes.length) {
    throw new Fault(
      'tile-malformed',
      `entry bundle: expected ${count} entries, got ${bytes.length - at} bytes more`,
    )
  }
  return entries
}
