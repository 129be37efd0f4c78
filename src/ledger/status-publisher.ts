/**
 * When the status map is published (index.md 6): at once after a control statement, and with every publication of the
 * component map. So an entry that came since has no control statement in it, or the newest root says so.
 */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { notesOfLost, rootIn, storeLost } from './lost-roots.ts'
import { lastStored, OutputLog, type OutputLogOptions, type PublishedRoot } from './output-log.ts'
import type { HeldCheckpoint, LogStore } from './ports.ts'
import type { StatusMap } from './status-map.ts'

export interface StatusPublisherOptions {
  readonly output: OutputLogOptions
  readonly map: StatusMap
  readonly log: Pick<LogStore, 'notes' | 'published'>
  /** Told once, when this map cannot be published any more. */
  readonly onStopped: (cause: unknown) => void
}

export class StatusPublisher {
  readonly #options: StatusPublisherOptions
  #output: OutputLog | undefined
  #published: readonly PublishedRoot[] = []
  #checkpoint: HeldCheckpoint
  #last: Promise<void>
  #stoppedBy: unknown

  /** @param checkpoint the newest published one; the trust state is folded to its size */
  constructor(options: StatusPublisherOptions, checkpoint: HeldCheckpoint) {
    this.#options = options
    this.#checkpoint = checkpoint
    this.#last = this.#orStop(() => this.#open())
  }

  /** Resolves when what was to be published is, or cannot be. */
  settled(): Promise<void> {
    return this.#last
  }

  /** What proofs can be made against, the newest last. */
  get published(): readonly PublishedRoot[] {
    return this.#published
  }

  /** Undefined until the map was compared with what was published last, and for ever if it differs. */
  get output(): OutputLog | undefined {
    return this.#output
  }

  /** As `ComponentPublisher.stoppedBy`. */
  get stoppedBy(): unknown {
    return this.#stoppedBy
  }

  /** The log was published. */
  advance(checkpoint: HeldCheckpoint): void {
    this.#checkpoint = checkpoint
    if (this.#options.map.isBehind(checkpoint.size)) void this.publish()
  }

  /** Publishes the map as of the newest checkpoint; resolves when that is done. Doing it again changes nothing. */
  publish(): Promise<void> {
    this.#last = this.#last.then(() =>
      // There may have been no space for opening it.
      this.#orStop(() => (this.#output === undefined ? this.#open() : this.#publishNow())),
    )
    return this.#last
  }

  async #open(): Promise<void> {
    const { output, log } = this.#options
    const last = await lastStored(output.storage.store)
    const roots = new Map(last === undefined ? [] : [[last.size, this.#rootAt(last.size)]])
    const lost = await notesOfLost(output, last, log)
    for (const { size } of lost) roots.set(size, this.#rootAt(size))
    await storeLost(
      output,
      lost.map((note) => ({ ...note, root: rootIn(roots, note.size) })),
    )
    this.#output = await OutputLog.open(output, async (size) => rootIn(roots, size))
    this.#published = this.#output.published
    // A control statement may be public since the last process ended.
    if (!this.#output.isReadOnly) await this.#publishNow()
  }

  /** Of sizes that ascend. */
  #rootAt(size: TreeSize): Uint8Array {
    const { map } = this.#options
    map.advance(size)
    map.versions.keep(size)
    return map.versions.latest.root
  }

  /** One at a time: nothing changes the map until it is published and kept. */
  async #publishNow(): Promise<void> {
    const { map } = this.#options
    const { size, note } = this.#checkpoint
    map.advance(size)
    await this.#output?.publish({ size, root: map.versions.latest.root, note })
    map.versions.keep(size)
    this.#published = this.#output?.published ?? []
  }

  /** Out of space: the next publication tries again. */
  async #orStop(action: () => Promise<void>): Promise<void> {
    if (this.#stoppedBy !== undefined) return
    try {
      await action()
    } catch (cause) {
      if (cause instanceof Fault && cause.class === 'storage-full') return
      this.#stoppedBy = cause
      this.#options.onStopped(cause)
    }
  }
}
