/**
 * The two maps of a ledger as they are public: their output logs, and proofs against the root that was published last
 * (index.md 6 and 7).
 */
import { logIndex, treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import type { TileId } from '../tlog/tile.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { ComponentPublisher } from './component-publisher.ts'
import type { FollowSteps } from './follow-steps.ts'
import { proveIn, type ProofsAsked, type ProofsMade } from './map-proofs.ts'
import type { PublishedRoot } from './output-log.ts'
import type { Clock, HeldCheckpoint, MapName, OutputStore, Storage } from './ports.ts'
import { proverOf } from './prove.ts'
import { publishedBundle, publishedTile } from './published-tiles.ts'
import { StatusMap } from './status-map.ts'
import { StatusPublisher } from './status-publisher.ts'

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

/** An output log as others read it. Each: @throws Fault `busy` (`map-behind`) if nothing is published */
export interface OutputDoor {
  /** The newest signed note. */
  checkpoint(): string
  /** Undefined if the published tree has no such tile. */
  tile(tile: TileId): Promise<Uint8Array | undefined>
  entryBundle(bundle: { readonly index: number; readonly width: number }): Promise<Uint8Array | undefined>
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
  newest(map: MapName): PublishedRoot {
    const newest = this[map].published.at(-1)
    if (newest !== undefined) return newest
    throw this[map].isStopped
      ? new Fault(
          'map-behind',
          `${map} map: it is not what was published of it, so nothing can be proven by it`,
          {
            hint: 'Answers without proofs go on. See /readyz of the ledger for what its operator can do.',
          },
        )
      : new Fault('map-behind', `${map} map: no root of it is published yet`, {
          hint: 'Try again in a moment.',
        })
  }

  /** Of the map's output log, as it is public. */
  outputDoor(map: MapName): OutputDoor {
    const size = (): TreeSize => this.newest(map).checkpoint.size
    return {
      checkpoint: () => this.newest(map).checkpoint.note,
      tile: async (tile) => publishedTile(this.store(map), size(), tile),
      entryBundle: async (bundle) => publishedBundle(this.store(map), size(), bundle),
    }
  }

  /** Where its leaves and tiles are read. @throws Fault `busy` (`map-behind`) */
  store(map: MapName): OutputStore {
    const { output } = this[map]
    if (output !== undefined) return output.store
    throw new Fault('map-behind', `${map} map: it is being made again`, { hint: 'Try again in a moment.' })
  }

  /** Proofs against a root that is one of the last two, if it is still kept. @throws Fault `busy` (`map-behind`) */
  async prove(map: MapName, published: PublishedRoot, asked: ProofsAsked): Promise<MapAnswer> {
    const made = await this.#proveAt(map, published.size, asked)
    if (made !== undefined) return { root: await this.#root(map, published), ...made }
    throw new Fault('map-behind', `${map} map: its roots followed each other too fast`, {
      hint: 'Try again in a moment.',
    })
  }

  async #root(map: MapName, { size, checkpoint }: PublishedRoot): Promise<MapRoot> {
    const store = this.store(map)
    const index = logIndex(checkpoint.size - 1)
    const [entry] = await store.leaves(index, checkpoint.size)
    if (entry === undefined)
      throw new Fault('integrity-error', `${map} output log: entry ${index} is missing`)
    const inclusion = await proverOf(store, checkpoint.size)(index)
    return { size, checkpoint: checkpoint.note, entry, inclusion }
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
