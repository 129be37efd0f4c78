/**
 * The status map (index.md 4): where each trust root, revocation and annulment is found. It is made of the control entries
 * that the trust state was folded from, which every process has in memory: a bulk import, which keeps the index busy, never
 * delays a revocation (index.md 6).
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { statusKeysOf } from '../map/keys.ts'
import { appendPostings, emptyPostings, postingValue, type PostingEdge } from '../map/posting-list.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { MapVersions } from './map-versions.ts'

interface List {
  readonly key: Uint8Array
  readonly indexes: LogIndex[]
  edge: PostingEdge
}

export class StatusMap {
  readonly versions = new MapVersions()
  readonly #trust: TrustState
  readonly #keysOf: typeof statusKeysOf
  /** By the key in hex. */
  readonly #lists = new Map<string, List>()
  #entries = 0

  /** @param keysOf the map function; another than `status/v1` makes another map, with an output log of its own */
  constructor(trust: TrustState, keysOf = statusKeysOf) {
    this.#trust = trust
    this.#keysOf = keysOf
  }

  /** Whether there are control entries below `size` that were not taken in. */
  isBehind(size: TreeSize): boolean {
    const next = this.#trust.entries[this.#entries]
    return next !== undefined && next.index < size
  }

  /** Takes in the control entries below `size`, to which the trust state must be folded. */
  advance(size: TreeSize): void {
    const changed = new Set<List>()
    const from = this.#entries
    while (this.isBehind(size)) this.#entries++
    for (const { index, control } of this.#trust.entries.slice(from, this.#entries))
      for (const key of this.#keysOf(control)) changed.add(this.#post(key, index))
    this.versions.put([...changed].map(({ key, edge }) => ({ key, value: postingValue(edge) })))
  }

  /** All entries below `size` under a key, ascending. */
  postings(key: Uint8Array, size: TreeSize): readonly LogIndex[] {
    const { indexes = [] } = this.#lists.get(formatHex(key)) ?? {}
    return indexes.filter((index) => index < size)
  }

  #post(key: Uint8Array, index: LogIndex): List {
    const name = formatHex(key)
    const list = this.#lists.get(name) ?? { key, indexes: [], edge: emptyPostings }
    this.#lists.set(name, list)
    list.indexes.push(index)
    list.edge = appendPostings(list.edge, [index])
    return list
  }
}
