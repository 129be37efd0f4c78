/**
 * Makes proofs from a version of a map (index.md 2): of a key, of all keys with a prefix. The checker, and the form of
 * the bytes, are mpt-proof.ts.
 */
import { concatBytes } from '../encoding/bytes.ts'
import {
  emptyMapRoot,
  isUnderPrefix,
  keyBit,
  mapInnerHash,
  mapLeafHash,
  putCounted,
  putVarint,
  type MapPair,
} from './mpt.ts'
import { isLeaf, someLeaf, type NodeId, type TrieMemory } from './trie-memory.ts'
import type { MapVersion } from './trie.ts'

const HASH_BYTES = 32

export interface KeyProof {
  /** A copy; undefined: the map does not have the key. */
  readonly value: Uint8Array | undefined
  readonly proof: Uint8Array
}

/** Of presence if the map has the key (`checkPresent`), else of absence (`checkAbsent`). */
export function proveKey({ memory, top }: MapVersion, key: Uint8Array): KeyProof {
  if (top === undefined) return { value: undefined, proof: new Uint8Array(0) }
  const path = descend(memory, top, key, Infinity)
  const pair = memory.pair(path.end)
  const isPresent = pair.key.length === key.length && isUnderPrefix(pair.key, key)
  return isPresent
    ? { value: pair.value.slice(), proof: path.steps }
    : { value: undefined, proof: concatBytes(formatPair(pair), path.steps) }
}

/** The root if the key had this value, or, without one, were not there; of a key that is. 32 bytes. */
export function rootWith(
  { memory, top }: MapVersion,
  key: Uint8Array,
  value: Uint8Array | undefined,
): Uint8Array {
  if (top === undefined) throw new Error('trie: expected a key that is there, got an empty map')
  let hash = value && mapLeafHash({ key, value })
  for (const { bit, sibling } of passedTo(memory, top, key, Infinity).passed) {
    const other = memory.hash(sibling)
    if (hash === undefined) hash = other
    else hash = keyBit(key, bit) === 0 ? mapInnerHash(bit, hash, other) : mapInnerHash(bit, other, hash)
  }
  return hash?.slice() ?? emptyMapRoot
}

export interface PrefixProof {
  /** 32 bytes: the hash of all that is under the prefix; `emptyMapRoot` if nothing is. */
  readonly subtree: Uint8Array
  readonly proof: Uint8Array
  /** Read while the version is held. Sorted by `compareMapKeys`; copies. */
  readonly pairs: Iterable<MapPair>
}

/** For `checkPrefix`, and with all pairs for `checkAllUnder`. */
export function provePrefix({ memory, top }: MapVersion, prefix: Uint8Array): PrefixProof {
  if (top === undefined) return { subtree: emptyMapRoot, proof: new Uint8Array(0), pairs: [] }
  const path = descend(memory, top, prefix, 8 * prefix.length)
  if (isUnderPrefix(memory.key(someLeaf(memory, path.end)), prefix)) {
    const { end, steps } = path
    return { subtree: memory.hash(end).slice(), proof: steps, pairs: pairsUnder(memory, end) }
  }
  const absent = descend(memory, top, prefix, Infinity)
  const proof = concatBytes(formatPair(memory.pair(absent.end)), absent.steps)
  return { subtree: emptyMapRoot, proof, pairs: [] }
}

/** All pairs, sorted by `compareMapKeys`; copies. */
export function* allPairs({ memory, top }: MapVersion): Generator<MapPair> {
  if (top !== undefined) yield* pairsUnder(memory, top)
}

function* pairsUnder(memory: TrieMemory, node: NodeId): Generator<MapPair> {
  const waiting = [node]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (isLeaf(at)) {
      const { key, value } = memory.pair(at)
      yield { key: key.slice(), value: value.slice() }
    } else waiting.push(memory.right(at), memory.left(at))
  }
}

interface Passed {
  readonly bit: number
  readonly sibling: NodeId
}

/** On the key's sides as long as nodes are at a bit below `limit`; what was passed, from the end to the root. */
function passedTo(
  memory: TrieMemory,
  top: NodeId,
  key: Uint8Array,
  limit: number,
): { readonly end: NodeId; readonly passed: readonly Passed[] } {
  const passed: Passed[] = []
  let at = top
  while (!isLeaf(at) && memory.bit(at) < limit) {
    const [bit, left, right] = [memory.bit(at), memory.left(at), memory.right(at)]
    const isLeft = keyBit(key, bit) === 0
    passed.push({ bit, sibling: isLeft ? right : left })
    at = isLeft ? left : right
  }
  return { end: at, passed: passed.reverse() }
}

/** The steps are bytes, from the end to the root. */
function descend(
  memory: TrieMemory,
  top: NodeId,
  key: Uint8Array,
  limit: number,
): { readonly end: NodeId; readonly steps: Uint8Array } {
  const { end, passed } = passedTo(memory, top, key, limit)
  const steps = new Uint8Array(passed.length * (2 + HASH_BYTES))
  let length = 0
  for (const { bit, sibling } of passed) {
    length = putVarint(steps, length, bit)
    steps.set(memory.hash(sibling), length)
    length += HASH_BYTES
  }
  return { end, steps: steps.slice(0, length) }
}

function formatPair({ key, value }: MapPair): Uint8Array {
  const bytes = new Uint8Array(4 + key.length + value.length)
  return bytes.slice(0, putCounted(bytes, putCounted(bytes, 0, key), value))
}
