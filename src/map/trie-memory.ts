/**
 * The memory of a trie: nodes and bytes in a few large arrays, about 140 bytes a key where objects would take over 300.
 *
 *     inner  ≥ 0   bit, left, right, hash        42 bytes; written once, given back by `free`
 *     leaf   < 0   where its key and value are    8 bytes; its hash is made again when it is asked for
 *     bytes        varint(length) ‖ bytes, as leaves are hashed; keys are kept for ever, values given back with their leaf
 *
 * Which node is still needed is the business of trie.ts.
 */
import { mapInnerHash, mapLeafHash, putCounted, type MapPair } from './mpt.ts'

/** An inner node, or below zero a leaf. */
export type NodeId = number

const NODES_PER_CHUNK = 1_024
/** Longer than any record. */
const BYTES_PER_CHUNK = 65_536
/** Places of bytes are kept in 32 bits. */
const MAX_BYTE_CHUNKS = 65_536
const HASH_BYTES = 32

interface InnerChunk {
  readonly bits: Uint16Array
  readonly sides: Int32Array
  readonly hashes: Uint8Array
}

export interface TrieMemory {
  addInner(bit: number, left: NodeId, right: NodeId): NodeId
  addLeaf(pair: MapPair): NodeId
  /** Another value for the key of a leaf. */
  replaceLeaf(leaf: NodeId, value: Uint8Array): NodeId
  /** Gives the node alone back. Nothing may point to it any more. */
  free(node: NodeId): void
  bit(inner: NodeId): number
  left(inner: NodeId): NodeId
  right(inner: NodeId): NodeId
  /** Views: valid until the leaf is given back. */
  pair(leaf: NodeId): MapPair
  key(leaf: NodeId): Uint8Array
  /** 32 bytes; a view for inner nodes. */
  hash(node: NodeId): Uint8Array
  /** Allocated, used or not. */
  readonly byteLength: number
}

export function isLeaf(node: NodeId): boolean {
  return node < 0
}

/** Any leaf under the node, or the node itself. */
export function someLeaf(memory: TrieMemory, node: NodeId): NodeId {
  let at = node
  while (!isLeaf(at)) at = memory.left(at)
  return at
}

/** Numbers from 0, those given back first. */
function createSlots(): { take(): number; give(slot: number): void } {
  const free: number[] = []
  let next = 0
  return { take: () => free.pop() ?? next++, give: (slot) => void free.push(slot) }
}

export function createTrieMemory(): TrieMemory {
  const inners: InnerChunk[] = []
  /** Two numbers a leaf: the places of key and value. */
  const leaves: Uint32Array[] = []
  const bytes = createRecords()
  const innerSlots = createSlots()
  const leafSlots = createSlots()

  const innerChunk = (node: NodeId): InnerChunk => found(inners[Math.floor(node / NODES_PER_CHUNK)])
  const side = (node: NodeId, which: 0 | 1): NodeId =>
    innerChunk(node).sides[2 * (node % NODES_PER_CHUNK) + which] as number
  const place = (leaf: NodeId, which: 0 | 1): number => {
    const slot = -1 - leaf
    return found(leaves[Math.floor(slot / NODES_PER_CHUNK)])[2 * (slot % NODES_PER_CHUNK) + which] as number
  }
  const placeLeaf = (keyAt: number, valueAt: number): NodeId => {
    const slot = leafSlots.take()
    const chunk = Math.floor(slot / NODES_PER_CHUNK)
    const places = (leaves[chunk] ??= new Uint32Array(2 * NODES_PER_CHUNK))
    places[2 * (slot % NODES_PER_CHUNK)] = keyAt
    places[2 * (slot % NODES_PER_CHUNK) + 1] = valueAt
    return -1 - slot
  }
  const pair = (leaf: NodeId): MapPair => ({
    key: bytes.read(place(leaf, 0)),
    value: bytes.read(place(leaf, 1)),
  })
  const hash = (node: NodeId): Uint8Array => {
    if (isLeaf(node)) return mapLeafHash(pair(node))
    const at = (node % NODES_PER_CHUNK) * HASH_BYTES
    return innerChunk(node).hashes.subarray(at, at + HASH_BYTES)
  }

  return {
    addInner(bit, left, right) {
      const slot = innerSlots.take()
      const at = slot % NODES_PER_CHUNK
      const chunk = (inners[Math.floor(slot / NODES_PER_CHUNK)] ??= emptyInnerChunk())
      chunk.bits[at] = bit
      chunk.sides[2 * at] = left
      chunk.sides[2 * at + 1] = right
      chunk.hashes.set(mapInnerHash(bit, hash(left), hash(right)), at * HASH_BYTES)
      return slot
    },
    addLeaf: ({ key, value }) => placeLeaf(bytes.add(key), bytes.add(value)),
    replaceLeaf: (leaf, value) => placeLeaf(place(leaf, 0), bytes.add(value)),
    free(node) {
      if (!isLeaf(node)) return innerSlots.give(node)
      bytes.free(place(node, 1))
      leafSlots.give(-1 - node)
    },
    bit: (inner) => innerChunk(inner).bits[inner % NODES_PER_CHUNK] as number,
    left: (inner) => side(inner, 0),
    right: (inner) => side(inner, 1),
    pair,
    key: (leaf) => bytes.read(place(leaf, 0)),
    hash,
    get byteLength() {
      return inners.length * NODES_PER_CHUNK * 42 + leaves.length * NODES_PER_CHUNK * 8 + bytes.byteLength
    },
  }
}

function emptyInnerChunk(): InnerChunk {
  return {
    bits: new Uint16Array(NODES_PER_CHUNK),
    sides: new Int32Array(2 * NODES_PER_CHUNK),
    hashes: new Uint8Array(HASH_BYTES * NODES_PER_CHUNK),
  }
}

interface Records {
  /** The place of a copy. */
  add(bytes: Uint8Array): number
  free(place: number): void
  /** A view. */
  read(place: number): Uint8Array
  readonly byteLength: number
}

/** Byte strings one after the other; a place that is given back serves the next string of that length. */
function createRecords(): Records {
  const chunks: Uint8Array[] = []
  const free = new Map<number, number[]>()
  let next = 0

  const reserve = (length: number): number => {
    const reused = free.get(length)?.pop()
    if (reused !== undefined) return reused
    // A record stands in one chunk.
    if ((next % BYTES_PER_CHUNK) + length + 2 > BYTES_PER_CHUNK)
      next += BYTES_PER_CHUNK - (next % BYTES_PER_CHUNK)
    if (next >= chunks.length * BYTES_PER_CHUNK) {
      if (chunks.length === MAX_BYTE_CHUNKS) throw new Error('trie: more than 4 GiB of keys and values')
      chunks.push(new Uint8Array(BYTES_PER_CHUNK))
    }
    const place = next
    next += length + (length < 0x80 ? 1 : 2)
    return place
  }
  const chunkOf = (place: number): Uint8Array => found(chunks[Math.floor(place / BYTES_PER_CHUNK)])
  const lengthAt = (chunk: Uint8Array, at: number): number => {
    const low = chunk[at] as number
    return low < 0x80 ? low : low - 0x80 + 0x80 * (chunk[at + 1] as number)
  }
  const read = (place: number): Uint8Array => {
    const [chunk, at] = [chunkOf(place), place % BYTES_PER_CHUNK]
    const length = lengthAt(chunk, at)
    const from = at + (length < 0x80 ? 1 : 2)
    return chunk.subarray(from, from + length)
  }
  return {
    add(bytes) {
      const place = reserve(bytes.length)
      putCounted(chunkOf(place), place % BYTES_PER_CHUNK, bytes)
      return place
    },
    free(place) {
      const length = lengthAt(chunkOf(place), place % BYTES_PER_CHUNK)
      const places = free.get(length)
      if (places === undefined) free.set(length, [place])
      else places.push(place)
    },
    read,
    get byteLength() {
      return chunks.length * BYTES_PER_CHUNK
    },
  }
}

function found<Chunk>(chunk: Chunk | undefined): Chunk {
  if (chunk === undefined) throw new Error('trie: a node that was never made')
  return chunk
}
