/**
 * A map made again from the entries of the log, in order (index.md 3 to 5). The root depends on the entries alone, not
 * on where it is asked for in between.
 *
 * In memory: for each key the right edge of its list, and its place in the tree; some hundred bytes. What changed since a root
 * was last found to be right is kept beside it, to say what is behind one that is not.
 */
import type { LogIndex } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { formatCountedRoot, type CountedRoot } from '../map/counted-root.ts'
import { manifestKey } from '../map/keys.ts'
import type { MapPair } from '../map/mpt.ts'
import { appendPostings, emptyPostings, postingValue, type PostingEdge } from '../map/posting-list.ts'
import { allPairs } from '../map/trie-proof.ts'
import { MapTrie, type MapVersion } from '../map/trie.ts'
import type { KeptKey } from './audit-state.ts'

/** A key that changed. */
export interface ChangedKey {
  readonly key: Uint8Array
  /** The entries that were posted under it; of a manifest's key, the entry whose manifest it is. */
  readonly indexes: readonly LogIndex[]
  /** The list as it was before. */
  readonly before: PostingEdge
  /** Of a manifest's key alone. */
  readonly manifest?: CountedRoot
}

interface Change extends ChangedKey {
  readonly indexes: LogIndex[]
}

export class MapReplay {
  readonly #trie = new MapTrie()
  /** By the key in hex. */
  readonly #edges = new Map<string, PostingEdge>()
  /** Not in the tree yet. */
  readonly #pending = new Map<string, Change>()
  readonly #changes = new Map<string, Change>()

  /** `index` is above all that were posted before. */
  post(keys: readonly Uint8Array[], index: LogIndex): void {
    for (const key of keys) {
      const name = formatHex(key)
      const before = this.list(key)
      this.#edges.set(name, appendPostings(before, [index]))
      const change = this.#changes.get(name) ?? { key, indexes: [], before }
      change.indexes.push(index)
      this.#note(name, change)
    }
  }

  setManifest(index: LogIndex, manifest: CountedRoot): void {
    const key = manifestKey(index)
    this.#note(formatHex(key), { key, indexes: [index], before: emptyPostings, manifest })
  }

  /** 32 bytes. */
  root(): Uint8Array {
    if (this.#pending.size > 0) {
      const before = this.#trie.latest
      this.#trie.put([...this.#pending].map(([name, change]) => this.#pair(name, change)))
      this.#trie.release(before)
      this.#pending.clear()
    }
    return this.#trie.latest.root
  }

  /** As of the last `root`, until the next one. */
  get version(): MapVersion {
    return this.#trie.latest
  }

  /** What is posted under the key. */
  list(key: Uint8Array): PostingEdge {
    return this.#edges.get(formatHex(key)) ?? emptyPostings
  }

  /** All keys, for `restore`. */
  *keep(): Generator<KeptKey> {
    this.root()
    for (const pair of allPairs(this.#trie.latest)) {
      const list = this.#edges.get(formatHex(pair.key))
      yield list === undefined ? pair : { key: pair.key, list }
    }
  }

  /** Of an empty one. */
  restore(keys: Iterable<KeptKey>): void {
    const pairs: MapPair[] = []
    for (const kept of keys) {
      if ('list' in kept) this.#edges.set(formatHex(kept.key), kept.list)
      pairs.push('list' in kept ? { key: kept.key, value: postingValue(kept.list) } : kept)
    }
    const before = this.#trie.latest
    this.#trie.put(pairs)
    this.#trie.release(before)
  }

  /** In the tree, as of the last `root`. */
  get keyCount(): number {
    return this.#trie.latest.keyCount
  }

  /** What changed since `forgetChanges` was called, and until now. */
  changes(): readonly ChangedKey[] {
    return [...this.#changes.values()].map((change) => ({ ...change, indexes: [...change.indexes] }))
  }

  forgetChanges(): void {
    this.#changes.clear()
  }

  #note(name: string, change: Change): void {
    this.#pending.set(name, change)
    this.#changes.set(name, change)
  }

  #pair(name: string, { key, manifest }: Change): MapPair {
    if (manifest !== undefined) return { key, value: formatCountedRoot(manifest) }
    return { key, value: postingValue(this.#edges.get(name) ?? emptyPostings) }
  }
}
