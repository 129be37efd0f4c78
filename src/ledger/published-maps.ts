/**
 * The two maps of a ledger as they are public: their output logs, and proofs against the root that was published last
 * (index.md 6 and 7).
 */
import { logIndex, type LogIndex, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import type { TileId } from '../tlog/tile.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { ComponentPublisher } from './component-publisher.ts'
import type { Cosignatures } from './cosignatures.ts'
import type { FollowSteps } from './follow-steps.ts'
import { COSIGN_WAIT_MS } from './limits.ts'
import { proveInPieces, wholeOrKeys, type ProofsAsked, type ProofsMade } from './map-proofs.ts'
import { outputOf, rulesOf, type IndexRules, type KnownRules } from './index-rules.ts'
import type { OutputLogOptions, PublishedRoot } from './output-log.ts'
import type { Pause } from './pauses.ts'
import type {
  Clock,
  HeldCheckpoint,
  IndexPosition,
  MapFunctionVersion,
  MapName,
  OutputStore,
  PublishedNote,
  Storage,
} from './ports.ts'
import { proverOf } from './prove.ts'
import { publishedBundle, publishedTile } from './published-tiles.ts'
import { StatusMap } from './status-map.ts'
import { StatusPublisher } from './status-publisher.ts'

export interface StoppedMap {
  readonly map: MapName
  readonly cause: unknown
}

export interface PublishedMapsOptions {
  readonly storage: Pick<Storage, 'log' | 'outputs' | 'laterOutputs'>
  readonly known: KnownRules
  /** Of the index that answers now. */
  readonly rules: IndexRules
  readonly origin: string
  readonly key: SigningKey
  readonly readOnly: boolean
  readonly trust: TrustState
  readonly checkpoint: HeldCheckpoint
  readonly steps: FollowSteps
  readonly clock: Clock
  readonly cosignatures: Cosignatures
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
  /** The newest signed note, with its cosignatures. */
  checkpoint(): Promise<string>
  /** @throws as `Cosignatures.add`; Fault `read-only` */
  cosign(note: string): Promise<void>
  /** Undefined if the published tree has no such tile. */
  tile(tile: TileId): Promise<Uint8Array | undefined>
  entryBundle(bundle: { readonly index: number; readonly width: number }): Promise<Uint8Array | undefined>
}

export class PublishedMaps {
  readonly components: ComponentPublisher
  readonly #options: PublishedMapsOptions
  #checkpoint: HeldCheckpoint
  #rules: IndexRules
  #statusMap: StatusMap
  #status: StatusPublisher

  constructor(options: PublishedMapsOptions) {
    const { storage, checkpoint, steps, clock, onStopped, rules } = options
    this.#options = options
    this.#checkpoint = checkpoint
    this.#rules = rules
    this.#statusMap = new StatusMap(options.trust, rules.status.keysOf)
    this.#status = this.#publishStatus()
    this.components = new ComponentPublisher({
      log: storage.log,
      steps,
      clock,
      publishStatus: () => this.status.publish(),
      onStopped: (cause) => onStopped('components', cause),
    })
  }

  get status(): StatusPublisher {
    return this.#status
  }

  /** The log was published. */
  advance(checkpoint: HeldCheckpoint): void {
    this.#checkpoint = checkpoint
    this.#status.advance(checkpoint)
  }

  /** As `FollowerOptions.begin`: both maps are published by the functions of the index from now on. */
  async begin({ through, rules: number }: IndexPosition): Promise<void> {
    const before = this.#rules
    this.#rules = rulesOf(this.#options.known, number) ?? before
    if (this.#rules.status.version !== before.status.version) {
      await this.#status.settled()
      this.#statusMap = new StatusMap(this.#options.trust, this.#rules.status.keysOf)
      this.#status = this.#publishStatus()
      await this.#status.settled()
    }
    await this.components.begin(through, this.#logOf('components'))
  }

  #publishStatus(): StatusPublisher {
    const { onStopped, storage } = this.#options
    const output = this.#logOf('status')
    const map = this.#statusMap
    return new StatusPublisher(
      { output, map, log: storage.log, onStopped: (cause) => onStopped('status', cause) },
      this.#checkpoint,
    )
  }

  #logOf(map: MapName): OutputLogOptions {
    const { storage, origin, key, readOnly } = this.#options
    const { version } = this.#rules[map]
    return { map, version, origin, key, readOnly, storage: outputOf(storage, this.#rules, map) }
  }

  /** Maps whose publication has stopped, and why. */
  stopped(): readonly StoppedMap[] {
    return (['components', 'status'] as const)
      .map((map) => ({ map, cause: this[map].stoppedBy }))
      .filter(({ cause }) => cause !== undefined)
  }

  /** @throws Fault `busy` (`map-behind`) if nothing of the map is published (yet) */
  newest(map: MapName): PublishedRoot {
    const newest = this[map].published.at(-1)
    if (newest !== undefined) return newest
    throw this[map].stoppedBy !== undefined
      ? new Fault('map-behind', `${map} map: it cannot be published any more, so nothing is proven by it`, {
          hint: 'Answers without proofs go on. See /readyz of the ledger for what its operator can do.',
        })
      : new Fault('map-behind', `${map} map: no root of it is published yet`, {
          hint: 'Try again in a moment.',
        })
  }

  /** Versions of a map's functions that are known: each has an output log. */
  versions(map: MapName): readonly MapFunctionVersion[] {
    return [...new Set(this.#options.known.map((rules) => rules[map].version))]
  }

  /** That this is the function by which the map is made now. @throws Fault `busy` (`map-behind`) */
  checkServed(map: MapName, version: MapFunctionVersion): void {
    const { version: served } = this.#rules[map]
    if (served === version) return
    throw new Fault('map-behind', `${map} map: nothing is proven by ${version} here, but by ${served}`, {
      hint: `What was published of ${version} is still served: its checkpoint and tiles.`,
    })
  }

  /** The output log of a map's function, as it is public: also of one that is not followed any more, or not yet. */
  outputDoor(map: MapName, version: MapFunctionVersion): OutputDoor {
    const opened = async (): Promise<Pick<OutputLogOptions['storage'], 'store'> & PublishedNote> => {
      if (this.#rules[map].version !== version) return this.#stored(map, version)
      const { checkpoint } = this.newest(map)
      return { store: this.store(map), ...checkpoint }
    }
    return {
      checkpoint: async () => {
        const { store, ...published } = await opened()
        return this.#options.cosignatures.noteWith(store, published)
      },
      cosign: async (note) => {
        if (this.#options.readOnly)
          throw new Fault('read-only', 'ledger: read-only, it keeps no cosignatures')
        await this.#options.cosignatures.add((await opened()).store, `${map} map`, note)
      },
      tile: async (tile) => {
        const { store, size } = await opened()
        return publishedTile(store, size, tile)
      },
      entryBundle: async (bundle) => {
        const { store, size } = await opened()
        return publishedBundle(store, size, bundle)
      },
    }
  }

  async #stored(map: MapName, version: MapFunctionVersion) {
    const rules = this.#options.known.find((one) => one[map].version === version)
    const output = rules && outputOf(this.#options.storage, rules, map)
    const [note, held] = [await output?.store.published(), await output?.signer.read()]
    // What is older than what was signed would look like a lie.
    if (output !== undefined && note !== undefined && note.size >= (held?.size ?? 0))
      return { store: output.store, ...note }
    throw new Fault('map-behind', `${map} map: nothing of ${version} is published`)
  }

  /** Resolves when all who are named have cosigned this root, or after some seconds; with whether they have. */
  async cosigned(map: MapName, { checkpoint: { size } }: PublishedRoot): Promise<boolean> {
    const { cosignatures, clock } = this.#options
    const store = this.store(map)
    if (await cosignatures.isComplete(store, size)) return true
    return cosignatures.completeBefore(store, size, clock.sleep(COSIGN_WAIT_MS))
  }

  /** Where its leaves and tiles are read. @throws Fault `busy` (`map-behind`) */
  store(map: MapName): OutputStore {
    const { output } = this[map]
    if (output !== undefined) return output.store
    throw new Fault('map-behind', `${map} map: it is being made again`, { hint: 'Try again in a moment.' })
  }

  /** Proofs against a root that is one of the last two, if it is still kept. @throws Fault `busy` (`map-behind`) */
  async prove(map: MapName, published: PublishedRoot, asked: ProofsAsked, pause: Pause): Promise<MapAnswer> {
    const made = await this.#proveAt(map, published.size, asked, pause)
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
    return {
      size,
      checkpoint: await this.#options.cosignatures.noteWith(store, checkpoint),
      entry,
      inclusion,
    }
  }

  /** All entries below `size` under a key of the status map. */
  statusPostings(key: Uint8Array, size: TreeSize): readonly LogIndex[] {
    return this.#statusMap.postings(key, size)
  }

  async #proveAt(
    map: MapName,
    size: TreeSize,
    asked: ProofsAsked,
    pause: Pause,
  ): Promise<ProofsMade | undefined> {
    if (map === 'components') return this.#options.steps.prove(size, asked, pause)
    const { versions } = this.#statusMap
    const version = versions.at(size)
    return version && proveInPieces(() => versions.at(size), wholeOrKeys(version, asked), pause)
  }
}
