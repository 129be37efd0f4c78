/**
 * Checks proofs from a map of mpt-v1 (index.md 2): a key has a value, a key is absent, these are all keys with a prefix.
 *
 *     path     varint(len k) ‖ k ‖ varint(len v) ‖ v ‖ steps      of a leaf; of one that is known, the steps alone
 *     steps    (varint(B1) ‖ H1) ‖ … ‖ (varint(BN) ‖ HN)          from the leaf to the root, B strictly decreasing
 *
 * All that a verifier needs, in a browser too: nothing here keeps a tree. The prover is trie-proof.ts. That the root is
 * the map's, and of when, is the word of whoever brings it.
 */
import { equalBytes } from '../encoding/bytes.ts'
import { readVarint } from '../encoding/varint.ts'
import { Fault } from '../errors.ts'
import {
  checkLimits,
  emptyMapRoot,
  isUnderPrefix,
  keyBit,
  mapInnerHash,
  mapLeafHash,
  mapRoot,
  MAX_BIT,
  MAX_KEY_BYTES,
  MAX_VALUE_BYTES,
  type MapPair,
} from './mpt.ts'

const HASH_BYTES = 32
/** A path with every bit as a step: nothing honest is longer. */
export const MAX_PROOF_BYTES = (MAX_BIT + 1) * (2 + HASH_BYTES) + 4 + MAX_KEY_BYTES + MAX_VALUE_BYTES

interface Step {
  /** The first bit at which the two sides differ. */
  readonly bit: number
  /** The hash of the other side. */
  readonly sibling: Uint8Array
}

/**
 * The map with this root has the key, with this value.
 * @throws Fault `bad-proof` (`map-proof-invalid`) if the proof does not show that.
 */
export function checkPresent(root: Uint8Array, pair: MapPair, proof: Uint8Array): void {
  checkLimits(pair)
  const steps = readSteps(proof, 0)
  if (!equalBytes(climb(mapLeafHash(pair), pair.key, steps), root)) throw invalid('the root', 'another')
}

/**
 * The map with this root does not have the key: a look-up for it ends at another one.
 * @throws Fault `bad-proof` (`map-proof-invalid`) if the proof does not show that.
 */
export function checkAbsent(root: Uint8Array, key: Uint8Array, proof: Uint8Array): void {
  const other = checkLookUp(root, key, proof)
  if (other !== undefined && equalBytes(other, key)) throw invalid('another key', 'the key itself')
}

/**
 * In the map with this root, the keys with this prefix are those under the hash `subtree`, and no others;
 * `emptyMapRoot`: there are none. One-sided: the subtree may also hold keys without the prefix. `checkAllUnder` checks
 * that too.
 * @throws Fault `bad-proof` (`map-proof-invalid`) if the proof does not show that.
 */
export function checkPrefix(
  root: Uint8Array,
  prefix: Uint8Array,
  subtree: Uint8Array,
  proof: Uint8Array,
): void {
  if (subtree.length !== HASH_BYTES) throw invalid('a hash of 32 bytes', `${subtree.length}`)
  if (equalBytes(subtree, emptyMapRoot)) return checkNoneUnder(root, prefix, proof)
  const steps = readSteps(proof, 0)
  // Below the prefix a step would leave out keys that have it.
  if (steps.some(({ bit }) => bit >= 8 * prefix.length)) throw invalid('steps within the prefix', 'one below')
  if (!equalBytes(climb(subtree, prefix, steps), root)) throw invalid('the root', 'another')
}

/** If a key had the prefix, it would part from the one shown within the prefix, at a step of the path. */
function checkNoneUnder(root: Uint8Array, prefix: Uint8Array, proof: Uint8Array): void {
  const other = checkLookUp(root, prefix, proof)
  if (other !== undefined && isUnderPrefix(other, prefix))
    throw invalid('a key without the prefix', 'one with it')
}

/**
 * These are all pairs of the map with this root whose keys have the prefix. `pairs` is all that is under the prefix, sorted by
 * `compareMapKeys`. Returns those whose keys have it: all but a key that is completed to the prefix by its padding.
 * @throws Fault `bad-proof` (`map-proof-invalid`) if one is missing, strange, changed or out of order.
 */
export function checkAllUnder(
  root: Uint8Array,
  prefix: Uint8Array,
  pairs: readonly MapPair[],
  proof: Uint8Array,
): readonly MapPair[] {
  if (!pairs.every(({ key }) => isUnderPrefix(key, prefix))) throw invalid('keys with the prefix', 'another')
  checkPrefix(root, prefix, mapRoot(pairs), proof)
  return pairs.filter(({ key }) => key.length >= prefix.length)
}

/** The key at which a look-up for `key` ends in the map with this root; undefined: the map is empty. */
function checkLookUp(root: Uint8Array, key: Uint8Array, proof: Uint8Array): Uint8Array | undefined {
  if (proof.length === 0) {
    if (!equalBytes(root, emptyMapRoot)) throw invalid('a path', 'none')
    return undefined
  }
  const { pair, steps } = readPath(proof)
  if (steps.some(({ bit }) => keyBit(pair.key, bit) !== keyBit(key, bit))) {
    throw invalid('the path that a look-up takes', 'another')
  }
  if (!equalBytes(climb(mapLeafHash(pair), pair.key, steps), root)) throw invalid('the root', 'another')
  return pair.key
}

/** From a leaf or subtree to the root, on the sides that the key's bits say. */
function climb(from: Uint8Array, key: Uint8Array, steps: readonly Step[]): Uint8Array {
  let hash = from
  for (const { bit, sibling } of steps) {
    hash = keyBit(key, bit) === 0 ? mapInnerHash(bit, hash, sibling) : mapInnerHash(bit, sibling, hash)
  }
  return hash
}

function readPath(proof: Uint8Array): { readonly pair: MapPair; readonly steps: readonly Step[] } {
  checkLength(proof)
  const key = readCounted(proof, 0)
  const value = readCounted(proof, key.end)
  const pair = { key: key.bytes, value: value.bytes }
  checkLimits(pair)
  return { pair, steps: readSteps(proof, value.end) }
}

function readCounted(proof: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly end: number } {
  const length = readNumber(proof, at)
  return readBytes(proof, length.end, length.value)
}

function readBytes(
  proof: Uint8Array,
  from: number,
  length: number,
): { readonly bytes: Uint8Array; readonly end: number } {
  const end = from + length
  if (end > proof.length) throw invalid(`${length} bytes at byte ${from}`, `${proof.length - from}`)
  return { bytes: proof.subarray(from, end), end }
}

/** What is left of the proof; B strictly decreases. */
function readSteps(proof: Uint8Array, from: number): readonly Step[] {
  checkLength(proof)
  const steps: Step[] = []
  let below = MAX_BIT + 1
  for (let at = from; at < proof.length;) {
    const bit = readNumber(proof, at)
    if (bit.value >= below) throw invalid(`a step at a bit below ${below}`, `${bit.value}`)
    below = bit.value
    const sibling = readBytes(proof, bit.end, HASH_BYTES)
    steps.push({ bit: bit.value, sibling: sibling.bytes })
    at = sibling.end
  }
  return steps
}

function checkLength(proof: Uint8Array): void {
  if (proof.length > MAX_PROOF_BYTES) throw invalid(`at most ${MAX_PROOF_BYTES} bytes`, `${proof.length}`)
}

function readNumber(proof: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  try {
    return readVarint(proof, at)
  } catch (cause) {
    throw new Fault('map-proof-invalid', `map proof: expected a number at byte ${at}, got none`, { cause })
  }
}

function invalid(expected: string, got: string): Fault {
  return new Fault('map-proof-invalid', `map proof: expected ${expected}, got ${got}`)
}
