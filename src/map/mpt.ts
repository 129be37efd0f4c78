/**
 * mpt-v1: the hash of a set of keys with their values (index.md 2).
 *
 *     key padding  key ‖ 00 ‖ FF FF FF …                                 distinct keys always differ
 *     leaf         SHA-256(00 ‖ varint(len k) ‖ k ‖ varint(len v) ‖ v)
 *     inner        SHA-256(01 ‖ varint(B) ‖ left ‖ right)                B = first bit at which the two sides' keys differ
 *     empty        SHA-256()
 *
 * The tree is a path-compressed binary trie, so its shape follows from the set of keys alone. Its order is that of the padded
 * keys (`compareMapKeys`), which is not that of the bytes where one key continues another one with a NUL.
 * Proofs are checked in mpt-proof.ts; the tree in memory, and its prover, are trie.ts and trie-proof.ts.
 */
import { sha256 } from '../crypto/sha256.ts'
import { bitOfByte, firstDifferingBit } from '../encoding/bits.ts'
import { Fault } from '../errors.ts'

/** index.md 2. */
export const MAX_KEY_BYTES = 1_024
/** index.md 2. */
export const MAX_VALUE_BYTES = 1_024
/** The last bit at which two padded keys can differ: in the byte after the longest key. */
export const MAX_BIT = 8 * MAX_KEY_BYTES + 7

const HASH_BYTES = 32

export interface MapPair {
  /** At most 1,024 bytes. */
  readonly key: Uint8Array
  /** At most 1,024 bytes. */
  readonly value: Uint8Array
}

/** The hash of the map without keys, 32 bytes. */
export const emptyMapRoot: Uint8Array = sha256(new Uint8Array(0))

/** Bit `n` of the padded key. */
export function keyBit(key: Uint8Array, n: number): 0 | 1 {
  return bitOfByte(paddedByte(key, Math.floor(n / 8)), n % 8)
}

function paddedByte(key: Uint8Array, i: number): number {
  if (i < key.length) return key[i] as number
  return i === key.length ? 0x00 : 0xff
}

/** The first bit at which two padded keys differ; undefined if the keys are equal. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const shared = Math.min(a.length, b.length)
  let i = 0
  while (i < shared && a[i] === b[i]) i++
  for (const longest = Math.max(a.length, b.length); i <= longest; i++) {
    const x = paddedByte(a, i)
    const y = paddedByte(b, i)
    if (x !== y) return 8 * i + firstDifferingBit(x, y)
  }
  return undefined
}

/** Negative, zero or positive, by the padded keys. */
export function compareMapKeys(a: Uint8Array, b: Uint8Array): number {
  const bit = firstDifference(a, b)
  return bit === undefined ? 0 : keyBit(a, bit) - keyBit(b, bit)
}

/** The padded key begins with the prefix: so do all keys that have it, and a shorter key that the padding completes to it. */
export function isUnderPrefix(key: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, i) => byte === paddedByte(key, i))
}

// One buffer each: hashing is synchronous and keeps nothing.
const leafInput = new Uint8Array(1 + 2 + MAX_KEY_BYTES + 2 + MAX_VALUE_BYTES)
/** With a bit of one byte and of two: each of the exact length, since cutting it takes a quarter of what hashing it does. */
const innerInputs = [new Uint8Array(2 + 2 * HASH_BYTES), new Uint8Array(3 + 2 * HASH_BYTES)] as const

/** 32 bytes. Key and value are within the limits. */
export function mapLeafHash({ key, value }: MapPair): Uint8Array {
  leafInput[0] = 0x00
  const middle = putCounted(leafInput, 1, key)
  return sha256(leafInput.subarray(0, putCounted(leafInput, middle, value)))
}

/** 32 bytes; so are `left` and `right`. */
export function mapInnerHash(bit: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new Error(`map node: expected two 32-byte hashes, got ${left.length} and ${right.length} bytes`)
  }
  const input = innerInputs[bit < 0x80 ? 0 : 1]
  input[0] = 0x01
  const at = putVarint(input, 1, bit)
  input.set(left, at)
  input.set(right, at + HASH_BYTES)
  return sha256(input)
}

/** Length and bytes, as leaves and proofs have keys and values; returns where they end. */
export function putCounted(target: Uint8Array, at: number, bytes: Uint8Array): number {
  const from = putVarint(target, at, bytes.length)
  target.set(bytes, from)
  return from + bytes.length
}

/** All numbers of mpt-v1 are below 2^14; the general form is encoding/varint.ts, which reads them. */
export function putVarint(target: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    target[at] = value
    return at + 1
  }
  target[at] = 0x80 + (value % 0x80)
  target[at + 1] = Math.floor(value / 0x80)
  return at + 2
}

/**
 * Makes one tree of its leaves or whole subtrees, given in order. `Node` is a hash, or whatever stands for a subtree.
 *
 * In one pass, with a stack as deep as the tree: two neighbours are joined once the next one differs from them earlier than they
 * from each other. A class, since V8 compiles the functions of each new closure again, and every batch makes a fold.
 */
export class TreeFold<Node> {
  readonly #join: (bit: number, left: Node, right: Node) => Node
  readonly #nodes: Node[] = []
  /** One less than nodes: between each and the next. */
  readonly #overlaps: number[] = []

  constructor(join: (bit: number, left: Node, right: Node) => Node) {
    this.#join = join
  }

  /** `overlap` is the first bit at which the keys of `node` differ from those of the one before; none with the first. */
  push(node: Node, overlap = 0): void {
    this.#settle(overlap)
    if (this.#nodes.length > 0) this.#overlaps.push(overlap)
    this.#nodes.push(node)
  }

  /** The whole; undefined if nothing was pushed. */
  end(): Node | undefined {
    this.#settle(0)
    return this.#nodes[0]
  }

  #settle(limit: number): void {
    const [nodes, overlaps] = [this.#nodes, this.#overlaps]
    for (let bit = overlaps.at(-1); bit !== undefined && bit >= limit; bit = overlaps.at(-1)) {
      overlaps.pop()
      const right = nodes.pop() as Node
      nodes.push(this.#join(bit, nodes.pop() as Node, right))
    }
  }
}

export interface MapHasher {
  /** @throws Fault `bad-proof` (`map-proof-invalid`) if it is not after the pair before, or too long. */
  add(pair: MapPair): void
  /** 32 bytes. Ends it: nothing may be added any more. */
  root(): Uint8Array
}

/** The root of a map from all its pairs, sorted by `compareMapKeys`, one after the other: a dump of any size. */
export function createMapHasher(): MapHasher {
  const fold = new TreeFold(mapInnerHash)
  let before: Uint8Array | undefined
  return {
    add(pair) {
      checkLimits(pair)
      const overlap = before === undefined ? undefined : overlapInOrder(before, pair.key)
      fold.push(mapLeafHash(pair), overlap)
      before = pair.key
    },
    root: () => fold.end() ?? emptyMapRoot,
  }
}

function overlapInOrder(before: Uint8Array, key: Uint8Array): number {
  const overlap = firstDifference(before, key)
  if (overlap !== undefined && keyBit(key, overlap) === 1) return overlap
  throw new Fault('map-proof-invalid', 'map: expected keys in ascending order, each once, got another order')
}

/** @throws Fault `bad-proof` (`map-proof-invalid`) */
export function checkLimits({ key, value }: MapPair): void {
  if (key.length <= MAX_KEY_BYTES && value.length <= MAX_VALUE_BYTES) return
  throw new Fault(
    'map-proof-invalid',
    `map: expected keys and values of at most 1024 bytes, got ${key.length} and ${value.length}`,
  )
}

/** As `createMapHasher`, of all pairs at once. */
export function mapRoot(pairs: Iterable<MapPair>): Uint8Array {
  const hasher = createMapHasher()
  for (const pair of pairs) hasher.add(pair)
  return hasher.root()
}
