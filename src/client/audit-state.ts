/**
 * Where an audit of the maps stands, as bytes: how one that was interrupted goes on, and how an auditor does not begin anew.
 *
 *     attestree-audit/v1 ⏎ {header} ⏎     the log, the position, edges of its tree, control statements
 *     for each key: varint(len) ‖ key ‖ (of a manifest: its value, 40 bytes; of a list: varint(size) ‖ varint(last) ‖ right edge)
 *     SHA-256 of all before
 *
 * Believed as the auditor's own memory, and by nobody else. The checksum is against decay: a changed byte would accuse
 * an honest log.
 */
import { keyId, logIndex, treeSize, type KeyId, type LogIndex, type TreeSize } from '../brand.ts'
import { sha256 } from '../crypto/sha256.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { concatBytes, equalBytes } from '../encoding/bytes.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { formatVarint, readVarint } from '../encoding/varint.ts'
import { Fault } from '../errors.ts'
import { isManifestKey } from '../map/keys.ts'
import type { MapPair } from '../map/mpt.ts'
import type { MapName } from '../map/output-log.ts'
import type { PostingEdge } from '../map/posting-list.ts'
import { edgePlaces, type RightEdge } from '../tlog/right-edge.ts'
import { TILE_WIDTH } from '../tlog/tile.ts'
import { HASH_BYTES } from '../tlog/tree-hash.ts'
import type { TileReplay } from './tile-replay.ts'

const MAGIC = 'attestree-audit/v1\n'
const LINE_FEED = 0x0a
const CHECKSUM_BYTES = 32
const VALUE_BYTES = 40

/** A key with what appending to it needs: the edge of its list, or the value of a manifest. */
export type KeptKey = MapPair | { readonly key: Uint8Array; readonly list: PostingEdge }

/** A control statement that was judged. */
export interface KeptControl {
  readonly index: LogIndex
  readonly key: KeyId
  /** The DSSE pre-authentication encoding. */
  readonly signed: Uint8Array
}

export interface AuditState {
  /** Which audit: of which log, by which rules. Another one cannot go on with it. */
  readonly about: string
  /** Of the log, as far as it was taken in. */
  readonly replay: TileReplay
  readonly edge: RightEdge
  readonly derived: number
  /** Unreadable entries from which a manifest follows. */
  readonly derivable: readonly LogIndex[]
  readonly controls: readonly KeptControl[]
  readonly maps: Readonly<Record<MapName, Iterable<KeptKey>>>
}

interface Header {
  readonly about: string
  readonly size: TreeSize
  readonly levels: readonly { readonly full: number; readonly hashes: string }[]
  readonly edge: readonly string[]
  readonly derived: number
  readonly derivable: readonly LogIndex[]
  readonly controls: readonly { readonly index: LogIndex; readonly key: KeyId; readonly signed: string }[]
  readonly keys: Readonly<Record<MapName, number>>
}

export function formatAuditState(state: AuditState): Uint8Array {
  const [components, status] = [state.maps.components, state.maps.status].map((keys) =>
    [...keys].map(formatKey),
  )
  if (components === undefined || status === undefined) throw new Error('two maps')
  const header: Header = {
    about: state.about,
    size: treeSize(state.replay.size),
    levels: state.replay.levels.map(({ full, hashes, count }) => ({
      full,
      hashes: formatBase64(hashes.subarray(0, count * HASH_BYTES)),
    })),
    edge: state.edge.hashes.map((hash) => formatBase64(hash)),
    derived: state.derived,
    derivable: state.derivable,
    controls: state.controls.map((one) => ({ ...one, signed: formatBase64(one.signed) })),
    keys: { components: components.length, status: status.length },
  }
  const all = concatBytes(utf8(`${MAGIC}${JSON.stringify(header)}\n`), ...components, ...status)
  return concatBytes(all, sha256(all))
}

function formatKey(kept: KeptKey): Uint8Array {
  const { key } = kept
  const named = [formatVarint(key.length), key]
  if ('value' in kept) return concatBytes(...named, kept.value)
  const { edge, last } = kept.list
  return concatBytes(...named, formatVarint(edge.size), formatVarint(last ?? 0), ...edge.hashes)
}

/**
 * @param about as of the audit that is to go on
 * @throws Fault `malformed` (`encoding-malformed`) if it is damaged, or of another audit
 */
export function parseAuditState(bytes: Uint8Array, about: string): AuditState {
  const end = Math.max(0, bytes.length - CHECKSUM_BYTES)
  const begin = utf8(MAGIC)
  const isWhole =
    equalBytes(bytes.subarray(0, begin.length), begin) &&
    equalBytes(sha256(bytes.subarray(0, end)), bytes.subarray(end))
  if (!isWhole) throw refusal('a whole one', 'one that was changed or cut')
  const at = bytes.indexOf(LINE_FEED, begin.length)
  // Written here and by nobody else, as the checksum has shown.
  const header = JSON.parse(parseUtf8(bytes.subarray(begin.length, at))) as Header
  if (header.about !== about) throw refusal(`one of ${about}`, `one of ${header.about.slice(0, 500)}`)
  const components = readKeys(bytes, at + 1, header.keys.components)
  const status = readKeys(bytes, components.end, header.keys.status)
  return {
    about,
    replay: { size: header.size, levels: header.levels.map(readLevel) },
    edge: { size: treeSize(header.size), hashes: header.edge.map((hash) => parseBase64(hash)) },
    derived: header.derived,
    derivable: header.derivable.map(logIndex),
    controls: header.controls.map(({ index, key, signed }) => ({
      index: logIndex(index),
      key: keyId(key),
      signed: parseBase64(signed),
    })),
    maps: { components: components.keys, status: status.keys },
  }
}

function readLevel({ full, hashes: kept }: Header['levels'][number]): TileReplay['levels'][number] {
  const begun = parseBase64(kept)
  const hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES)
  hashes.set(begun)
  return { full, hashes, count: begun.length / HASH_BYTES }
}

function readKeys(
  bytes: Uint8Array,
  from: number,
  count: number,
): { readonly keys: readonly KeptKey[]; readonly end: number } {
  const keys: KeptKey[] = []
  let end = from
  for (let i = 0; i < count; i++) {
    const length = readVarint(bytes, end)
    const key = bytes.slice(length.end, length.end + length.value)
    const next = length.end + length.value
    if (isManifestKey(key)) {
      end = next + VALUE_BYTES
      keys.push({ key, value: bytes.slice(next, end) })
    } else {
      const list = readList(bytes, next)
      end = list.end
      keys.push({ key, list: list.edge })
    }
  }
  return { keys, end }
}

function readList(bytes: Uint8Array, at: number): { readonly edge: PostingEdge; readonly end: number } {
  const size = readVarint(bytes, at)
  const last = readVarint(bytes, size.end)
  const places = edgePlaces(treeSize(size.value))
  const hashes = places.map((_place, i) =>
    bytes.slice(last.end + i * HASH_BYTES, last.end + (i + 1) * HASH_BYTES),
  )
  const edge = { edge: { size: treeSize(size.value), hashes }, last: logIndex(last.value) }
  return { edge, end: last.end + places.length * HASH_BYTES }
}

function refusal(expected: string, got: string): Fault {
  return new Fault('encoding-malformed', `state of an audit: expected ${expected}, got ${got}`, {
    hint: 'Remove the file: the audit then begins with the first entry.',
  })
}
