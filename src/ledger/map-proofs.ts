/** Several proofs from one version of a map, as bytes: what answers are assembled from, and what goes between threads. */
import { inPieces } from '../encoding/pieces.ts'
import { Fault } from '../errors.ts'
import type { MapPair } from '../map/mpt.ts'
import { proveKey, provePrefix } from '../map/trie-proof.ts'
import type { MapVersion } from '../map/trie.ts'
import { MAX_LOOKUP_KEYS } from './limits.ts'
import type { Pause } from './pauses.ts'

/** What is asked of a map. */
export interface ProofsAsked {
  /** All keys that begin with each of these; at most MAX_LOOKUP_KEYS together. */
  readonly prefixes: readonly Uint8Array[]
  readonly keys: readonly Uint8Array[]
  /** A map of fewer keys than are asked for may be shown as a whole instead: each proof of one key has a path of its own. */
  readonly orWhole?: boolean
}

/** Up to this many, proofs of single keys are short together. */
const KEYS_PROVEN_ONE_BY_ONE = 200

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

/** The whole map instead of single keys, where that was allowed and is shorter. */
export function wholeOrKeys({ keyCount }: MapVersion, asked: ProofsAsked): ProofsAsked {
  const isWhole =
    asked.orWhole === true && asked.keys.length > KEYS_PROVEN_ONE_BY_ONE && keyCount <= asked.keys.length
  return isWhole ? { prefixes: [new Uint8Array()], keys: [] } : asked
}

/** Keys and prefixes that are proven at once: some milliseconds of work, and as much for a message between threads to be read. */
const PROVEN_AT_ONCE = 250

/** Pairs under a prefix that are copied at once. */
const PAIRS_AT_ONCE = 1_000

/** What is asked, to be proven one after the other. */
export function proofPieces({ prefixes, keys }: ProofsAsked): readonly ProofsAsked[] {
  return [
    ...[...inPieces(prefixes, PROVEN_AT_ONCE)].map((some) => ({ prefixes: some, keys: [] })),
    ...[...inPieces(keys, PROVEN_AT_ONCE)].map((some) => ({ prefixes: [], keys: some })),
  ]
}

/** Of pieces that were proven in order. @throws Fault `too-large` (`lookup-too-large`) */
export function joinProofs(made: readonly ProofsMade[]): ProofsMade {
  const prefixes = made.flatMap((one) => one.prefixes)
  if (prefixes.reduce((sum, { pairs }) => sum + pairs.length, 0) > MAX_LOOKUP_KEYS) throw tooMany()
  return { prefixes, keys: made.flatMap((one) => one.keys) }
}

/**
 * All pieces, with pauses between them.
 *
 * @param versionNow the version that is asked, which may be given up in a pause; undefined then, and the result is
 * @throws Fault `too-large` (`lookup-too-large`)
 */
export async function proveInPieces(
  versionNow: () => MapVersion | undefined,
  asked: ProofsAsked,
  pause: Pause,
): Promise<ProofsMade | undefined> {
  const made: ProofsMade[] = []
  for (const piece of proofPieces(asked)) {
    await pause()
    const version = versionNow()
    const isKept = async (): Promise<boolean> => {
      await pause()
      return versionNow() === version
    }
    const some = version && (await proveIn(version, piece, isKept))
    if (some === undefined) return undefined
    made.push(some)
  }
  return joinProofs(made)
}

/** Pauses, and tells whether the version is still kept. */
type IsKept = () => Promise<boolean>

async function proveIn(
  version: MapVersion,
  { prefixes, keys }: ProofsAsked,
  isKept: IsKept,
): Promise<ProofsMade | undefined> {
  const proven: ProvenPrefix[] = []
  for (const prefix of prefixes) {
    const one = await provenPrefix(version, prefix, isKept)
    if (one === undefined) return undefined
    proven.push(one)
  }
  return { prefixes: proven, keys: keys.map((key) => ({ key, ...proveKey(version, key) })) }
}

async function provenPrefix(
  version: MapVersion,
  prefix: Uint8Array,
  isKept: IsKept,
): Promise<ProvenPrefix | undefined> {
  const { pairs, proof } = provePrefix(version, prefix)
  const all: MapPair[] = []
  for (const some of inPieces(pairs, PAIRS_AT_ONCE)) {
    if (all.length + some.length > MAX_LOOKUP_KEYS) throw tooMany()
    all.push(...some)
    if (some.length === PAIRS_AT_ONCE && !(await isKept())) return undefined
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
