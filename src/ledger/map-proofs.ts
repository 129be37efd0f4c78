/** Several proofs from one version of a map, as bytes: what answers are assembled from, and what goes between threads. */
import type { MapPair } from '../map/mpt.ts'
import { proveKey, provePrefix } from '../map/trie-proof.ts'
import type { MapVersion } from '../map/trie.ts'

/** What is asked of a map. */
export interface ProofsAsked {
  /** All keys that begin with each of these. */
  readonly prefixes: readonly Uint8Array[]
  readonly keys: readonly Uint8Array[]
}

export interface ProofsMade {
  /** In the order asked. */
  readonly prefixes: readonly ProvenPrefix[]
  readonly keys: readonly ProvenKeyBytes[]
}

export interface ProvenPrefix {
  readonly prefix: Uint8Array
  /** In the map's order. */
  readonly pairs: readonly MapPair[]
  readonly proof: Uint8Array
}

export interface ProvenKeyBytes {
  readonly key: Uint8Array
  /** Undefined: the map does not have the key, which is what the proof says. */
  readonly value: Uint8Array | undefined
  readonly proof: Uint8Array
}

export function proveIn(version: MapVersion, { prefixes, keys }: ProofsAsked): ProofsMade {
  return {
    prefixes: prefixes.map((prefix) => provenPrefix(version, prefix)),
    keys: keys.map((key) => ({ key, ...proveKey(version, key) })),
  }
}

function provenPrefix(version: MapVersion, prefix: Uint8Array): ProvenPrefix {
  const { pairs, proof } = provePrefix(version, prefix)
  return { prefix, pairs: [...pairs], proof }
}
