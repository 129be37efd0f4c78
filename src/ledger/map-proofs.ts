/** Several proofs from one version of a map, as bytes: what answers are assembled from, and what goes between threads. */
import { Fault } from '../errors.ts'
import type { MapPair } from '../map/mpt.ts'
import { proveKey, provePrefix } from '../map/trie-proof.ts'
import type { MapVersion } from '../map/trie.ts'
import { MAX_LOOKUP_KEYS } from './limits.ts'

/** What is asked of a map. */
export interface ProofsAsked {
  /** All keys that begin with each of these; at most MAX_LOOKUP_KEYS together. */
  readonly prefixes: readonly Uint8Array[]
  readonly keys: readonly Uint8Array[]
  /** A map of fewer keys than are asked for may be shown as a whole instead: each proof of one key has a path of its own. */
  readonly orWhole?: boolean
}

/** Below this, proofs of single keys are short together. */
const MANY_KEYS = 200

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

/** @throws Fault `too-large` (`lookup-too-large`) */
export function proveIn(version: MapVersion, asked: ProofsAsked): ProofsMade {
  const isWhole =
    asked.orWhole === true && asked.keys.length > MANY_KEYS && version.keyCount <= asked.keys.length
  const { prefixes, keys } = isWhole ? { prefixes: [new Uint8Array()], keys: [] } : asked
  let room = MAX_LOOKUP_KEYS
  return {
    prefixes: prefixes.map((prefix) => {
      const proven = provenPrefix(version, prefix, room)
      room -= proven.pairs.length
      return proven
    }),
    keys: keys.map((key) => ({ key, ...proveKey(version, key) })),
  }
}

function provenPrefix(version: MapVersion, prefix: Uint8Array, room: number): ProvenPrefix {
  const { pairs, proof } = provePrefix(version, prefix)
  const all: MapPair[] = []
  for (const pair of pairs) {
    if (all.length === room) throw tooMany()
    all.push(pair)
  }
  return { prefix, pairs: all, proof }
}

function tooMany(): Fault {
  return new Fault(
    'lookup-too-large',
    `map: expected at most ${MAX_LOOKUP_KEYS} keys under the prefixes, there are more`,
    {
      hint: 'Ask for longer prefixes. An audit reads a whole map: attestree log audit --index',
    },
  )
}
