/**
 * Places of nodes, and how their hashes are read.
 *
 * Only perfect subtrees have a place: their hash never changes once their last entry is in. All other nodes
 * are folded from these (span.ts).
 */

/** The perfect subtree over leaves [index · 2^level, (index + 1) · 2^level); level 0 is the leaves. */
export interface NodePlace {
  readonly level: number
  readonly index: number
}

/**
 * One 32-byte hash for each place asked for, in order. Nothing is authenticated: what is made of the hashes
 * has to be checked against a root.
 */
export type HashReader = (places: readonly NodePlace[]) => Promise<readonly Uint8Array[]>
