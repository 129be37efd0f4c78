/**
 * A map of mpt-v1 in memory, with versions (index.md 2 and 8).
 *
 *     const trie = new MapTrie()
 *     const next = trie.put([{ key, value }])       the latest version, with its root
 *     trie.release(before)                          versions are readable until they are released
 *
 * Nodes are never changed: a batch makes new ones from the touched leaves up to the root, each once, and shares the rest with the version
 * before. What a version no longer has is given back once no older version is held. The root does not depend on order or
 * batches. Keys are never removed. Proofs from a version are made in trie-proof.ts.
 */
import { equalBytes } from '../encoding/bytes.ts'
import {
  compareMapKeys,
  createTreeFold,
  emptyMapRoot,
  firstDifference,
  keyBit,
  MAX_KEY_BYTES,
  MAX_VALUE_BYTES,
  type MapPair,
  type TreeFold,
} from './mpt.ts'
import { createTrieMemory, isLeaf, someLeaf, type NodeId, type TrieMemory } from './trie-memory.ts'

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
    const merge = createMerge(this.#memory, batch)
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

function sortBatch(pairs: readonly MapPair[]): readonly MapPair[] {
  for (const { key, value } of pairs) {
    if (key.length > MAX_KEY_BYTES || value.length > MAX_VALUE_BYTES) {
      throw new Error(`trie: expected at most 1024 bytes, got ${key.length} and ${value.length}`)
    }
  }
  const sorted = [...pairs].sort((a, b) => compareMapKeys(a.key, b.key))
  if (sorted.some(({ key }, i) => i > 0 && equalBytes(key, sorted[i - 1]?.key ?? key))) {
    throw new Error('trie: expected each key once in a batch')
  }
  return sorted
}

/** A subtree with the pairs [from, to) of the batch that reach it; `some` is any leaf of it. Without a subtree: pairs alone. */
interface Task {
  readonly subtree?: { readonly node: NodeId; readonly some: NodeId }
  readonly from: number
  readonly to: number
}

interface Merge {
  run(top: NodeId | undefined): NodeId | undefined
  readonly addedKeys: number
  readonly dropped: readonly NodeId[]
}

/**
 * Takes the old tree apart where the batch touches it, into whole untouched subtrees and leaves, and folds these and the new leaves, in
 * order, into the new one. With a list of tasks, not by recursion: the tree may be thousands of nodes deep where its keys are chosen so.
 */
function createMerge(memory: TrieMemory, batch: readonly MapPair[]): Merge {
  const dropped: NodeId[] = []
  const tasks: Task[] = []
  const out = createRow(memory)
  let addedKeys = 0
  const keyAt = (i: number): Uint8Array => pairAt(batch, i).key

  const addPairs = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const leaf = memory.addLeaf(pairAt(batch, i))
      out.push(leaf, leaf)
      addedKeys++
    }
  }
  const replace = (leaf: NodeId, i: number): void => {
    dropped.push(leaf)
    const replaced = memory.replaceLeaf(leaf, pairAt(batch, i).value)
    out.push(replaced, replaced)
  }
  const split = (node: NodeId, some: NodeId, from: number, to: number): void => {
    dropped.push(node)
    const bit = memory.bit(node)
    const [left, right] = [memory.left(node), memory.right(node)]
    const middle = firstAt(from, to, (i) => keyBit(keyAt(i), bit) === 1)
    tasks.push({ subtree: { node: right, some: someLeaf(memory, right) }, from: middle, to })
    tasks.push({ subtree: { node: left, some }, from, to: middle })
  }
  const work = ({ subtree, from, to }: Task): void => {
    if (subtree === undefined) return addPairs(from, to)
    const { node, some } = subtree
    const place = placer(memory.key(some), isLeaf(node) ? Infinity : memory.bit(node))
    // Sorted: what comes before the subtree, what goes into it, what comes after it.
    const inside = firstAt(from, to, (i) => place(keyAt(i)) >= 0)
    const after = firstAt(inside, to, (i) => place(keyAt(i)) > 0)
    addPairs(from, inside)
    if (after < to) tasks.push({ from: after, to })
    if (inside === after) out.push(node, some)
    else if (isLeaf(node)) replace(node, inside)
    else split(node, some, inside, after)
  }

  return {
    run(top) {
      tasks.push({
        ...(top === undefined ? {} : { subtree: { node: top, some: someLeaf(memory, top) } }),
        from: 0,
        to: batch.length,
      })
      for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) work(task)
      return out.end()
    },
    get addedKeys() {
      return addedKeys
    },
    dropped,
  }
}

/** Subtrees in order, each with any leaf of it, made into one tree. */
function createRow(memory: TrieMemory): {
  push(node: NodeId, some: NodeId): void
  end: TreeFold<NodeId>['end']
} {
  const fold = createTreeFold<NodeId>((bit, left, right) => memory.addInner(bit, left, right))
  let before: NodeId | undefined
  return {
    push(node, some) {
      fold.push(
        node,
        before === undefined ? undefined : firstDifference(memory.key(before), memory.key(some)),
      )
      before = some
    },
    end: () => fold.end(),
  }
}

/** Whether a key comes before (−1), goes into (0) or comes after (1) the subtree of the leaf's key whose keys agree up to `bit`. */
function placer(leafKey: Uint8Array, bit: number): (key: Uint8Array) => -1 | 0 | 1 {
  return (key) => {
    const difference = firstDifference(key, leafKey)
    if (difference === undefined || difference >= bit) return 0
    return keyBit(key, difference) === 0 ? -1 : 1
  }
}

/** The first of from … to − 1 for which it holds, if it does for all after that too; else `to`. */
function firstAt(from: number, to: number, holds: (i: number) => boolean): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function pairAt(batch: readonly MapPair[], i: number): MapPair {
  const pair = batch[i]
  if (pair === undefined) throw new Error(`trie: no pair ${i} in the batch`)
  return pair
}
