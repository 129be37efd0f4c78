/**
 * The steps of the follower, and the component map that is made by them: both belong to whoever writes the index. A server
 * has them in a thread of its own (cli/index-thread.ts).
 */
import type { TreeSize } from '../brand.ts'
import { loadComponentMap } from './component-map.ts'
import type { StatedEntry } from './derive.ts'
import { followOnce, prepareIndex, type StepsOptions } from './follow-once.ts'
import { proveInPieces, type ProofsAsked, type ProofsMade } from './map-proofs.ts'
import { knownRules, newestRules, rulesOf } from './index-rules.ts'
import { MapVersions } from './map-versions.ts'
import type { Pause } from './pauses.ts'
import type { IndexPosition } from './ports.ts'

/** Disposed of when following ends; nothing is asked of it then. */
export interface FollowSteps extends AsyncDisposable {
  /** How long entries may wait to share a step, in milliseconds. */
  readonly gatherMs: number
  /**
   * Makes the map of what is in the index, before the first step. The version as of `at`, if given, is kept.
   */
  load(at: TreeSize | undefined): Promise<LoadedMap>
  /**
   * Brings the index one transaction further, at most to `to`.
   *
   * @param stated of entries from there on, ascending, as far as it was handed on
   */
  take(from: TreeSize, to: TreeSize, stated: readonly StatedEntry[]): Promise<TakenStep>
  /**
   * Goes over to the index that was made beside (`IndexSuccessor`), whose map is loaded next; resolves with its position.
   *
   * @param published the size of the newest published checkpoint
   */
  succeed(published: TreeSize): Promise<IndexPosition>
  /** Keeps the map as it is after the last step, of the entries below `size`, for proofs. */
  keep(size: TreeSize): Promise<void>
  /** From the map of a size that is kept; undefined for another. @throws Fault `too-large` (`lookup-too-large`) */
  prove(size: TreeSize, asked: ProofsAsked, pause: Pause): Promise<ProofsMade | undefined>
}

/** Roots of 32 bytes. */
export interface LoadedMap {
  /** As of the size that was asked for; the latest if none was. */
  readonly asOf: Uint8Array
  /** Of all that is in the index. */
  readonly latest: Uint8Array
}

export interface TakenStep {
  /** The position reached. */
  readonly through: TreeSize
  /** The component map's root there, 32 bytes. */
  readonly root: Uint8Array
}

/** Steps that are taken at once, by whoever asks. */
export function stepsHere(options: StepsOptions): FollowSteps {
  const { known = knownRules, storage } = options
  let map = new MapVersions()
  let rules = newestRules(known)
  return {
    gatherMs: 0,
    async load(at) {
      const { rules: number } = await storage.index.read((reader) => reader.position())
      rules = rulesOf(known, number) ?? rules
      map = await loadComponentMap(storage.index, at)
      const loaded = at === undefined ? map.latest : map.at(at)
      if (loaded === undefined) throw new Error(`component map: not kept as of ${at}`)
      return { asOf: loaded.root, latest: map.latest.root }
    },
    async take(from, to, stated) {
      const through = await followOnce({ ...options, rules, map }, from, to, stated)
      return { through, root: map.latest.root }
    },
    async succeed(published) {
      await storage.successor?.take()
      const position = await prepareIndex(storage.index, published, { known, anew: newestRules(known) })
      return { through: position.through, rules: position.rules.number }
    },
    async keep(size) {
      map.keep(size)
    },
    prove: (size, asked, pause) => proveInPieces(() => map.at(size), asked, pause),
    async [Symbol.asyncDispose]() {},
  }
}
