/**
 * A map of mpt-v1 in memory, with versions (index.md 2 and 8).
 *
 *     const trie = new MapTrie()
 *     const next = trie.put([{ key, value }])       the latest version, with its root
 *     trie.release(before)                          versions are readable until they are released
 *
 * Nodes are never changed: a batch makes new ones from the touched leaves up to the root, each once, and shares the
 * rest with the version before. What a version no longer has is given back once no older version is held. The root does
 * not depend on order or batches. Keys are never removed. Proofs from a version are made in trie-proof.ts.
 */
import {
  compareMapKeys,
  emptyMapRoot,
  firstDifference,
  keyBit,
  MAX_KEY_BYTES,
  MAX_VALUE_BYTES,
  TreeFold,
  type MapPair,
} from './mpt.ts'
import { createTrieMemory, isLeaf, type NodeId, type TrieMemory } from './trie-memory.ts'

/** The map as it was after one `put`. */
export interface MapVersion {
  /** 32 bytes. */
  readonly root: Uint8Array
  readonly keyCount: number
  readonly memory: TrieMemory
  /** Undefined in the empty map. @throws Error once the version is released */
  readonly top: NodeId | undefined
}

/** Nodes that version `from` and all later ones are without. */
interface Dropped {
  readonly from: number
  readonly nodes: readonly NodeId[]
}

export class MapTrie {
  readonly #memory = createTrieMemory()
  readonly #join: Join = (bit, left, right) => this.#memory.addInner(bit, left, right)
  /** The number of each version that is held. */
  readonly #held = new Map<MapVersion, number>()
  #dropped: Dropped[] = []
  #count = 0
  #latest: MapVersion = this.#hold(undefined, 0)

  get latest(): MapVersion {
    return this.#latest
  }

  /** Allocated for nodes, keys and values, used or not. */
  get byteLength(): number {
    return this.#memory.byteLength
  }

  /** Inserts keys, replaces values. Each key at most once; in any order. Leaves the trie as it was if it throws. */
  put(pairs: readonly MapPair[]): MapVersion {
    const batch = sortBatch(pairs)
    const merge = new Merge(this.#memory, this.#join, batch)
    const top = merge.run(this.#latest.top)
    this.#latest = this.#hold(top, this.#latest.keyCount + merge.addedKeys)
    this.#dropped.push({ from: this.#count, nodes: merge.dropped })
    return this.#latest
  }

  /** The version cannot be read any more. The latest one stays. */
  release(version: MapVersion): void {
    if (version === this.#latest) throw new Error('trie: the latest version cannot be released')
    if (!this.#held.delete(version)) throw new Error('trie: a version that is not held')
    const oldest = Math.min(...this.#held.values())
    for (const { nodes } of this.#dropped.filter(({ from }) => from <= oldest)) {
      for (const node of nodes) this.#memory.free(node)
    }
    this.#dropped = this.#dropped.filter(({ from }) => from > oldest)
  }

  #hold(top: NodeId | undefined, keyCount: number): MapVersion {
    const [memory, held] = [this.#memory, this.#held]
    const version = {
      root: top === undefined ? emptyMapRoot : memory.hash(top).slice(),
      keyCount,
      memory,
      get top() {
        if (!held.has(version)) throw new Error('trie: this version was released')
        return top
      },
    }
    held.set(version, ++this.#count)
    return version
  }
}

/** Pairs in order. */
interface Batch {
  readonly pairs: readonly MapPair[]
  /** The first bit at which each pair's key differs from that of the one before; 0 for the first. */
  readonly overlaps: readonly number[]
}

function sortBatch(given: readonly MapPair[]): Batch {
  for (const { key, value } of given) {
    if (key.length > MAX_KEY_BYTES || value.length > MAX_VALUE_BYTES) {
      throw new Error(`trie: expected at most 1024 bytes, got ${key.length} and ${value.length}`)
    }
  }
  const pairs = [...given].sort((a, b) => compareMapKeys(a.key, b.key))
  const overlaps = pairs.map(({ key }, i) => {
    const overlap = i === 0 ? 0 : firstDifference(pairAt(pairs, i - 1).key, key)
    if (overlap === undefined) throw new Error('trie: expected each key once in a batch')
    return overlap
  })
  return { pairs, overlaps }
}

/** A subtree with the pairs [from, to) of the batch that reach it; without a subtree, pairs alone. */
interface Task {
  readonly node?: NodeId
  readonly from: number
  readonly to: number
  /** The first bit at which all of it differs from what is before it; none in front of everything. */
  readonly overlap: number | undefined
  /** Of a pair from … to − 1. */
  readonly near?: Nearest | undefined
}

/** Where a look-up for the key of pair `i` ends, and the first bit at which the two keys differ; Infinity if they do not. */
interface Nearest {
  readonly i: number
  readonly key: Uint8Array
  readonly difference: number
}

type Join = (bit: number, left: NodeId, right: NodeId) => NodeId

/**
 * Takes the old tree apart where the batch touches it, into whole untouched subtrees and leaves, and folds these and
 * the new leaves, in order, into the new one. With a list of tasks, not by recursion: the tree may be thousands of
 * nodes deep where its keys are chosen so.
 */
class Merge {
  readonly #memory: TrieMemory
  readonly #batch: readonly MapPair[]
  readonly #overlaps: readonly number[]
  readonly #tasks: Task[] = []
  readonly #fold: TreeFold<NodeId>
  readonly dropped: NodeId[] = []
  addedKeys = 0

  constructor(memory: TrieMemory, join: Join, { pairs, overlaps }: Batch) {
    this.#memory = memory
    this.#batch = pairs
    this.#overlaps = overlaps
    this.#fold = new TreeFold(join)
  }

  run(top: NodeId | undefined): NodeId | undefined {
    const whole = { from: 0, to: this.#batch.length, overlap: undefined }
    this.#tasks.push(top === undefined ? whole : { ...whole, node: top })
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) this.#work(task)
    return this.#fold.end()
  }

  #work(task: Task): void {
    const { node, from, to, overlap } = task
    if (node === undefined) return this.#addPairs(from, to, overlap)
    if (from === to) return this.#fold.push(node, overlap)
    const [memory, batch] = [this.#memory, this.#batch]
    const near = task.near ?? nearest(memory, node, pairAt(batch, from).key, from)
    const bit = isLeaf(node) ? Infinity : memory.bit(node)
    // Sorted: what comes before the subtree, what goes into it, what comes after it.
    const inside = this.#firstPlaced(0, from, to, near, bit)
    const after = this.#firstPlaced(1, inside, to, near, bit)
    this.#addPairs(from, inside, overlap)
    if (after < to)
      this.#tasks.push({ from: after, to, overlap: differenceOf(near.key, pairAt(batch, after).key) })
    const own = inside === from ? overlap : differenceOf(near.key, pairAt(batch, inside - 1).key)
    if (inside === after) this.#fold.push(node, own)
    else if (isLeaf(node)) this.#replace(node, inside, own)
    else this.#split(node, { from: inside, to: after, overlap: own, near })
  }

  #addPairs(from: number, to: number, overlap: number | undefined): void {
    for (let i = from; i < to; i++) {
      const before = i === from ? overlap : this.#overlaps[i]
      this.#fold.push(this.#memory.addLeaf(pairAt(this.#batch, i)), before)
      this.addedKeys++
    }
  }

  #replace(leaf: NodeId, i: number, overlap: number | undefined): void {
    this.dropped.push(leaf)
    this.#fold.push(this.#memory.replaceLeaf(leaf, pairAt(this.#batch, i).value), overlap)
  }

  #split(node: NodeId, { from, to, overlap, near }: Task): void {
    this.dropped.push(node)
    const [memory, batch] = [this.#memory, this.#batch]
    const bit = memory.bit(node)
    const middle = firstWithBit(batch, from, to, bit)
    const [left, right] = [within(near, from, middle), within(near, middle, to)]
    this.#tasks.push({ node: memory.right(node), from: middle, to, overlap: bit, near: right })
    this.#tasks.push({ node: memory.left(node), from, to: middle, overlap, near: left })
  }

  /** The first pair of from … to − 1 that is placed there or later, as `placeOf` says; else `to`. */
  #firstPlaced(place: 0 | 1, from: number, to: number, near: Nearest, bit: number): number {
    const batch = this.#batch
    // Nearly always everything goes into the subtree.
    if (from === to || placeOf(batch, from, near, bit) >= place) return from
    if (placeOf(batch, to - 1, near, bit) < place) return to
    let [low, high] = [from + 1, to - 1]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (placeOf(batch, middle, near, bit) >= place) high = middle
      else low = middle + 1
    }
    return low
  }
}

function nearest(memory: TrieMemory, node: NodeId, key: Uint8Array, i: number): Nearest {
  let at = node
  while (!isLeaf(at)) at = keyBit(key, memory.bit(at)) === 0 ? memory.left(at) : memory.right(at)
  const found = memory.key(at)
  return { i, key: found, difference: differenceOf(key, found) }
}

/**
 * Whether pair `i` comes before (−1), goes into (0) or comes after (1) a subtree of which `near` is a key, and whose
 * keys agree up to `bit`.
 */
function placeOf(batch: readonly MapPair[], i: number, near: Nearest, bit: number): -1 | 0 | 1 {
  const { key } = pairAt(batch, i)
  const difference = i === near.i ? near.difference : differenceOf(key, near.key)
  if (difference >= bit) return 0
  return keyBit(key, difference) === 0 ? -1 : 1
}

/** Infinity if the keys are equal. */
function differenceOf(a: Uint8Array, b: Uint8Array): number {
  return firstDifference(a, b) ?? Infinity
}

/** If it is of a pair from … to − 1. */
function within(near: Nearest | undefined, from: number, to: number): Nearest | undefined {
  return near !== undefined && near.i >= from && near.i < to ? near : undefined
}

/** The first of from … to − 1 whose key has the bit set, if all after it have it too; else `to`. */
function firstWithBit(batch: readonly MapPair[], from: number, to: number, bit: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (keyBit(pairAt(batch, middle).key, bit) === 1) high = middle
    else low = middle + 1
  }
  return low
}

function pairAt(batch: readonly MapPair[], i: number): MapPair {
  const pair = batch[i]
  if (pair === undefined) throw new Error(`trie: no pair ${i} in the batch`)
  return pair
}
