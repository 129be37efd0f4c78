/**
 * What the newest root has otherwise than the entries of long ago state it: an entry that was taken out of a list, or
 * put into one, after it was published rightly. No list of what came since tells which, so all keys are compared, and
 * the entries of the one that differs are read again: some thousand look-ups in a map of millions of keys, where one is
 * known to be wrong.
 */
import { parseControl } from '../attestation/control.ts'
import { parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import { logIndex, type LogIndex, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { inPieces } from '../encoding/pieces.ts'
import { formatCountedRoot } from '../map/counted-root.ts'
import { isManifestKey, keysOfManifest, statusKeysOf } from '../map/keys.ts'
import type { MapPair } from '../map/mpt.ts'
import type { MapName } from '../map/output-log.ts'
import { allPairs } from '../map/trie-proof.ts'
import { parseManifest } from '../sbom/manifest.ts'
import type { CheckedLookUp } from './ask-maps.ts'
import type { KeptControl } from './audit-state.ts'
import type { CallOptions, Client } from './client.ts'
import type { MapReplay } from './map-replay.ts'
import { ReadAhead } from './read-ahead.ts'

/** One key that the map shows otherwise than an entry states it. */
export interface Difference {
  readonly key: Uint8Array
  readonly entry: LogIndex
}

/** A map as the entries below `size` give it. */
export interface RightMap {
  readonly map: MapName
  readonly size: TreeSize
  readonly replay: MapReplay
  readonly controls: readonly KeptControl[]
}

/** A proof is about a kilobyte. */
export const KEYS_AT_ONCE = 1_000

/** Undefined if every key is as it should be, or the newest root is of other entries by now. */
export async function findTakenOut(
  client: Client,
  right: RightMap,
  options: CallOptions,
): Promise<Difference | undefined> {
  // The version is of what was posted from here on.
  right.replay.root()
  for (const pairs of inPieces(allPairs(right.replay.version), KEYS_AT_ONCE)) {
    const keys = pairs.map(({ key }) => key)
    const shown = await client.maps.lookUp(right.map, keys, options)
    if (!isOf(shown, right)) return undefined
    const key = pairs.find((pair) => !isShown(shown, pair))?.key
    const entry = key && (await entryOf(client, right, key, shown, options))
    if (key !== undefined && entry !== undefined) return { key, entry }
  }
  return undefined
}

/** Of the status map every root is the same until a control statement comes. */
function isOf({ root }: CheckedLookUp, { map, size, controls }: RightMap): boolean {
  if (map === 'components') return root.size === size
  return root.size <= size && controls.every(({ index }) => index < root.size)
}

function isShown({ keys }: CheckedLookUp, { key, value }: MapPair): boolean {
  const found = keys.value(key)
  return found !== undefined && equalBytes(formatCountedRoot(found), value)
}

/** The first that one has and the other has not. */
async function entryOf(
  client: Client,
  right: RightMap,
  key: Uint8Array,
  { keys }: CheckedLookUp,
  options: CallOptions,
): Promise<LogIndex | undefined> {
  // The letter, then the index.
  if (isManifestKey(key)) return logIndex(Number(new DataView(key.buffer, key.byteOffset).getBigUint64(1)))
  const shown = new Set(keys.postings(key))
  for await (const { index, states } of statements(client, right, key, options))
    if (states !== shown.has(index)) return index
  return undefined
}

interface StatedUnder {
  readonly index: LogIndex
  readonly states: boolean
}

/** Each entry, and whether it states the key; of the status map, each control statement. */
async function* statements(
  client: Client,
  { map, size, controls }: RightMap,
  key: Uint8Array,
  options: CallOptions,
): AsyncGenerator<StatedUnder> {
  const isIn = (all: readonly Uint8Array[]): boolean => all.some((one) => equalBytes(one, key))
  if (map === 'status') {
    for (const { index, signed } of controls) {
      const control = parseControl(parseStatement(parsePae(signed).payload))
      yield { index, states: control !== undefined && isIn(statusKeysOf(control)) }
    }
    return
  }
  const manifests = new ReadAhead(
    (from, to) => client.maps.manifests(from as LogIndex, to as TreeSize, options),
    size,
  )
  for (let at = 0; at < size; at++) {
    const lines = parseManifest(await manifests.read(at))
    yield { index: logIndex(at), states: isIn(keysOfManifest(lines)) }
  }
}
