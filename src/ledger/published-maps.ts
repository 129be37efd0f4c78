/**
 * The two maps of a ledger as they are public: their output logs, and proofs against the root that was published last
 * (index.md 6 and 7).
 */
import { logIndex, treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import { proveInclusion } from '../tlog/inclusion.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { ComponentPublisher } from './component-publisher.ts'
import type { FollowSteps } from './follow-steps.ts'
import { proveIn, type ProofsAsked, type ProofsMade } from './map-proofs.ts'
import type { OutputLog } from './output-log.ts'
import type { Clock, HeldCheckpoint, MapName, Storage } from './ports.ts'
import { hashesOf } from './prove.ts'
import { StatusMap } from './status-map.ts'
import { StatusPublisher } from './status-publisher.ts'

/** A version that is asked for right while the next one takes its place is asked for again. */
const MAX_TRIES = 5

export interface PublishedMapsOptions {
  readonly storage: Pick<Storage, 'log' | 'outputs'>
  readonly origin: string
  readonly key: SigningKey
  readonly readOnly: boolean
  readonly trust: TrustState
  readonly checkpoint: HeldCheckpoint
  readonly steps: FollowSteps
  readonly clock: Clock
  /** Told once for each map that cannot be published any more. */
  readonly onStopped: (map: MapName, cause: unknown) => void
}

/** The root of a map as it was published last. */
export interface MapRoot {
  /** The map is of the entries of the log below this. */
  readonly size: TreeSize
  /** The output log's signed checkpoint, and its last entry. */
  readonly checkpoint: string
  readonly entry: Uint8Array
  /** Hashes of 32 bytes, leaf to root. */
  readonly inclusion: readonly Uint8Array[]
}

export interface MapAnswer extends ProofsMade {
  readonly root: MapRoot
}

export class PublishedMaps {
  readonly status: StatusPublisher
  readonly components: ComponentPublisher
  readonly #statusMap: StatusMap
  readonly #steps: FollowSteps

  constructor(options: PublishedMapsOptions) {
    const { storage, origin, key, readOnly, trust, checkpoint, steps, clock, onStopped } = options
    const outputOf = (map: MapName) => ({ map, origin, key, readOnly, storage: storage.outputs[map] })
    this.#steps = steps
    this.#statusMap = new StatusMap(trust)
    this.status = new StatusPublisher(
      {
        output: outputOf('status'),
        map: this.#statusMap,
        onStopped: (cause) => onStopped('status', cause),
      },
      checkpoint,
    )
    this.components = new ComponentPublisher({
      output: outputOf('components'),
      log: storage.log,
      steps,
      clock,
      publishStatus: () => this.status.publish(),
      onStopped: (cause) => onStopped('components', cause),
    })
  }

  /** Maps whose publication has stopped. */
  stopped(): readonly MapName[] {
    const all = { components: this.components, status: this.status }
    return (['components', 'status'] as const).filter((map) => all[map].isStopped)
  }

  /** @throws Fault `busy` (`map-behind`) if nothing of the map is published (yet) */
  output(map: MapName): OutputLog {
    const { output } = this[map]
    if (output?.last !== undefined && output.checkpoint !== undefined) return output
    throw new Fault('map-behind', `${map} map: no root of it is published yet`, {
      hint: 'Try again in a moment.',
    })
  }

  /** Proofs against the newest root. @throws Fault `busy` (`map-behind`) */
  async prove(map: MapName, asked: ProofsAsked): Promise<MapAnswer> {
    for (let time = 0; time < MAX_TRIES; time++) {
      const root = await this.root(map)
      const made = await this.#proveAt(map, root.size, asked)
      if (made !== undefined) return { root, ...made }
    }
    throw new Fault('map-behind', `${map} map: its roots follow each other too fast`, {
      hint: 'Try again in a moment.',
    })
  }

  async root(map: MapName): Promise<MapRoot> {
    const output = this.output(map)
    const { checkpoint, last } = output
    if (checkpoint === undefined || last === undefined) throw new Error(`${map} map: nothing is published`)
    const index = logIndex(checkpoint.size - 1)
    const [entry] = await output.store.leaves(index, checkpoint.size)
    if (entry === undefined)
      throw new Fault('integrity-error', `${map} output log: entry ${index} is missing`)
    const inclusion = await proveInclusion(index, checkpoint.size, hashesOf(output.store, checkpoint.size))
    return { size: last.size, checkpoint: checkpoint.note, entry, inclusion }
  }

  /** All entries below `size` under a key of the status map. */
  statusPostings(key: Uint8Array, size: TreeSize): readonly LogIndex[] {
    return this.#statusMap.postings(key, size)
  }

  async #proveAt(map: MapName, size: TreeSize, asked: ProofsAsked): Promise<ProofsMade | undefined> {
    if (map === 'components') return this.#steps.prove(size, asked)
    const version = this.#statusMap.versions.at(treeSize(size))
    return version && proveIn(version, asked)
  }
}
