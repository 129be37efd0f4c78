/**
 * A map that goes on while it is read: its newest version is built on, and those that were published last are kept, since a
 * reader that began with one of them may still ask for its proofs (index.md 8).
 */
import type { TreeSize } from '../brand.ts'
import type { MapPair } from '../map/mpt.ts'
import { MapTrie, type MapVersion } from '../map/trie.ts'
import { KEPT_VERSIONS } from './limits.ts'

interface KeptVersion {
  /** The map is of the entries below this. */
  readonly size: TreeSize
  readonly version: MapVersion
}

export class MapVersions {
  readonly #trie = new MapTrie()
  readonly #kept: KeptVersion[] = []

  get latest(): MapVersion {
    return this.#trie.latest
  }

  /** Allocated, in bytes. */
  get byteLength(): number {
    return this.#trie.byteLength
  }

  put(pairs: readonly MapPair[]): void {
    if (pairs.length === 0) return
    const before = this.#trie.latest
    this.#trie.put(pairs)
    this.#release(before)
  }

  /** Keeps the newest version, which is of the entries below `size`. */
  keep(size: TreeSize): void {
    if (this.#kept.at(-1)?.size === size) return
    this.#kept.push({ size, version: this.#trie.latest })
    const dropped = this.#kept.length > KEPT_VERSIONS ? this.#kept.shift() : undefined
    if (dropped !== undefined) this.#release(dropped.version)
  }

  /** The map as of a size that is kept; undefined for any other. */
  at(size: TreeSize): MapVersion | undefined {
    return this.#kept.find((one) => one.size === size)?.version
  }

  #release(version: MapVersion): void {
    const isNeeded = version === this.#trie.latest || this.#kept.some((one) => one.version === version)
    if (!isNeeded) this.#trie.release(version)
  }
}
