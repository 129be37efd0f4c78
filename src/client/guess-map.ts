/**
 * The map behind a wrong root that was published once and is not the newest any more: nobody serves proofs from it, but
 * whoever knows what the entries give can make it again, if it differs in what an operator would hide. Tried are
 *
 *     one entry, or all of them since the last right root, missing under one key      a row, a version, a revocation is hidden
 *     one entry among those that could not be read, and under nothing else            moved into `u`, and out of it again
 *     one entry under all that it states, and not among these                         moved into `u` after it was published
 *
 * A guess that gives the published root is no guess any more. One that is not tried leaves the root wrong, but unexplained.
 */
import type { LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { formatCountedRoot } from '../map/counted-root.ts'
import { manifestKey, unreadableKey } from '../map/keys.ts'
import type { MapPair } from '../map/mpt.ts'
import { appendPostings, postingValue, type PostingEdge } from '../map/posting-list.ts'
import { allPairs, rootWith } from '../map/trie-proof.ts'
import { MapTrie, type MapVersion } from '../map/trie.ts'
import type { ManifestLine } from '../sbom/manifest-line.ts'
import { componentFacts } from '../verify/map-facts.ts'
import type { ChangedKey, MapReplay } from './map-replay.ts'

/** A moved entry changes hundreds of keys, and each guess makes the whole map again: half a minute at most. */
const MAX_KEYS_MADE = 10_000_000

/** What an entry states, and whether it counts as one that could be read. */
export interface Stated {
  readonly lines: readonly ManifestLine[]
  readonly isReadable: boolean
}

export interface GuessedMap {
  /** It has the published root. */
  readonly version: MapVersion
  /** Under which the entry is missing, or stands although it should not. */
  readonly key: Uint8Array
  readonly entry: LogIndex
  /** `hidden`: what was signed proves it. `moved`: only a later root does. */
  readonly lie: 'hidden' | 'moved'
  /** The entries since the last right root that are listed under a key. */
  since(key: Uint8Array): readonly LogIndex[]
}

/** Other lists than the right ones, of the entries since the last right root; and of manifests, other values. */
interface Edit {
  readonly key: Uint8Array
  readonly indexes: readonly LogIndex[]
  readonly value?: Uint8Array
}

/** What the entries give, and what of it came since the last right root, by the key in hex. */
interface Right {
  readonly replay: MapReplay
  readonly changes: ReadonlyMap<string, ChangedKey>
}

/** @param root the published one, which `replay` has not */
export function guessMap(
  replay: MapReplay,
  stated: ReadonlyMap<LogIndex, Stated>,
  root: Uint8Array,
): GuessedMap | undefined {
  const right = { replay, changes: new Map(replay.changes().map((one) => [formatHex(one.key), one])) }
  return guessHidden(right, root) ?? guessMoved(right, stated, root)
}

function guessHidden(right: Right, root: Uint8Array): GuessedMap | undefined {
  for (const { key, indexes, before, manifest } of right.changes.values()) {
    if (manifest !== undefined) continue
    const found = hidings(indexes).find(({ left }) =>
      equalBytes(rootWith(right.replay.version, key, valueOf(before, left)), root),
    )
    if (found === undefined) continue
    return { ...madeWith(right, [{ key, indexes: found.left }]), key, entry: found.hidden, lie: 'hidden' }
  }
  return undefined
}

/** One of them, or all. */
function hidings(
  indexes: readonly LogIndex[],
): readonly { readonly hidden: LogIndex; readonly left: readonly LogIndex[] }[] {
  const single = indexes.map((hidden) => ({ hidden, left: indexes.filter((index) => index !== hidden) }))
  return [...single, ...indexes.slice(0, 1).map((hidden) => ({ hidden, left: [] }))]
}

function guessMoved(
  right: Right,
  stated: ReadonlyMap<LogIndex, Stated>,
  root: Uint8Array,
): GuessedMap | undefined {
  const affordable = Math.floor(MAX_KEYS_MADE / right.replay.version.keyCount)
  for (const [entry, one] of [...stated].slice(0, affordable)) {
    const map = madeWith(right, moved(right, entry, one))
    if (equalBytes(map.version.root, root)) return { ...map, key: unreadableKey, entry, lie: 'moved' }
  }
  return undefined
}

/** The entry as if it were the other: one that could be read, or not. */
function moved(right: Right, entry: LogIndex, { lines, isReadable }: Stated): readonly Edit[] {
  const now = componentFacts(lines, isReadable).keys
  const then = componentFacts(lines, !isReadable)
  return [
    ...now.map((key) => ({ key, indexes: listedSince(right, key).filter((index) => index !== entry) })),
    ...then.keys.map((key) => ({ key, indexes: [...listedSince(right, key), entry].sort((a, b) => a - b) })),
    { key: manifestKey(entry), indexes: [], value: formatCountedRoot(then.manifest) },
  ]
}

function madeWith(right: Right, edits: readonly Edit[]): Pick<GuessedMap, 'version' | 'since'> {
  const pairs = new Map<string, MapPair>()
  for (const pair of allPairs(right.replay.version)) pairs.set(formatHex(pair.key), pair)
  const lists = new Map<string, readonly LogIndex[]>()
  for (const { key, indexes, value = valueOf(listBefore(right, key), indexes) } of edits) {
    const name = formatHex(key)
    lists.set(name, indexes)
    if (value === undefined) pairs.delete(name)
    else pairs.set(name, { key, value })
  }
  const version = new MapTrie().put([...pairs.values()])
  return { version, since: (key) => lists.get(formatHex(key)) ?? listedSince(right, key) }
}

/** Undefined: the key is not there. */
function valueOf(edge: PostingEdge, added: readonly LogIndex[]): Uint8Array | undefined {
  const list = appendPostings(edge, added)
  return list.edge.size === 0 ? undefined : postingValue(list)
}

/** The list as it was at the last right root: all of it, if nothing came since. */
function listBefore({ replay, changes }: Right, key: Uint8Array): PostingEdge {
  return changes.get(formatHex(key))?.before ?? replay.list(key)
}

function listedSince({ changes }: Right, key: Uint8Array): readonly LogIndex[] {
  return changes.get(formatHex(key))?.indexes ?? []
}
