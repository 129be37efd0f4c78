/**
 * When the component map is published (index.md 6): in batches, so that an import of a thousand SBOMs does not make a
 * thousand entries of the output log; and never before the map, made again, agrees with what was published last.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { FollowSteps, TakenStep } from './follow-steps.ts'
import { PUBLISH_ENTRIES, PUBLISH_INTERVAL_MS } from './limits.ts'
import { lastStored, OutputLog, type OutputLogOptions, type PublishedRoot } from './output-log.ts'
import type { Clock, LogStore } from './ports.ts'

export interface ComponentPublisherOptions {
  readonly log: Pick<LogStore, 'notes'>
  readonly steps: FollowSteps
  readonly clock: Clock
  /** Called before each publication: an answer judges what the components say by a status that is not older. */
  readonly publishStatus: () => Promise<void>
  /** Told once, when this map cannot be published any more; the index goes on. */
  readonly onStopped: (cause: unknown) => void
}

/** Called between two steps of the follower, never during one. */
export class ComponentPublisher {
  readonly #options: ComponentPublisherOptions
  #log: OutputLogOptions | undefined
  #output: OutputLog | undefined
  #published: readonly PublishedRoot[] = []
  /** The size that was published last, until an index that is being rebuilt has reached it and was compared. */
  #mark: TreeSize | undefined
  #reached: TakenStep = { through: treeSize(0), root: new Uint8Array(0) }
  #lastTriedAt = -Infinity
  #isWanted = false
  #isStopped = false
  readonly #waiting = new Set<() => void>()

  constructor(options: ComponentPublisherOptions) {
    this.#options = options
  }

  /** What proofs can be made against, the newest last. */
  get published(): readonly PublishedRoot[] {
    return this.#published
  }

  /** Undefined until the map was made again and compared, and for ever if it differs. */
  get output(): OutputLog | undefined {
    return this.#output
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /**
   * Before the first step: makes the map of an index that has come as far as `through`. Of another index it is done anew, whatever
   * stopped the map before.
   *
   * @param log the output log of the function by which the index is made
   */
  begin(through: TreeSize, log: OutputLogOptions): Promise<void> {
    this.#log = log
    this.#isStopped = false
    this.#output = undefined
    this.#mark = undefined
    return this.#orStop(async () => {
      const { steps } = this.#options
      const last = await lastStored(log.storage.store)
      const at = last !== undefined && last.size <= through ? last.size : undefined
      const { asOf, latest } = await steps.load(at)
      this.#reached = { through, root: latest }
      if (last !== undefined && at === undefined) this.#mark = last.size
      else await this.#open(log, asOf)
    })
  }

  /** How far the next step may go: what was published last is compared when a rebuilt index has just reached it. */
  limit(to: TreeSize): TreeSize {
    return this.#mark === undefined || this.#mark > to ? to : this.#mark
  }

  /** After a step; publishes if it is time. */
  reached(step: TakenStep): Promise<void> {
    this.#reached = step
    return this.#orStop(async () => {
      if (step.through === this.#mark) await this.#compare(step)
      if (this.dueInMs() === 0) await this.publish()
    })
  }

  async #compare({ through, root }: TakenStep): Promise<void> {
    this.#mark = undefined
    await this.#options.steps.keep(through)
    if (this.#log !== undefined) await this.#open(this.#log, root)
  }

  /** The version that was published last is kept. */
  async #open(log: OutputLogOptions, root: Uint8Array): Promise<void> {
    this.#output = await OutputLog.open(log, async () => root)
    this.#published = this.#output.published
  }

  /** In how many milliseconds something is to be published; undefined if nothing is. */
  dueInMs(): number | undefined {
    const owed = this.#owed()
    if (owed === 0) return undefined
    if (owed >= PUBLISH_ENTRIES || this.#isWanted) return 0
    return Math.max(0, this.#lastTriedAt + PUBLISH_INTERVAL_MS - this.#options.clock.now())
  }

  /** Somebody waits for what is not published yet: it is published without waiting for the time to do so. */
  want(): void {
    this.#isWanted = true
  }

  /** Resolves when something was published, or never will be. */
  next(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.add(resolve))
  }

  /** Publishes the map as of the last step, if that ended where the log was signed. Doing it again changes nothing. */
  publish(): Promise<void> {
    return this.#orStop(async () => {
      const [{ through, root }, output] = [this.#reached, this.#output]
      this.#lastTriedAt = this.#options.clock.now()
      this.#isWanted = false
      const [signed] = await this.#options.log.notes(through, treeSize(through + 1))
      if (signed === undefined || output === undefined || this.#owed() === 0) return
      await this.#options.publishStatus()
      await output.publish({ size: through, root, note: signed.note })
      await this.#options.steps.keep(through)
      this.#published = output.published
      this.#wake()
    })
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** How many entries are in the index and not published. */
  #owed(): number {
    if (this.#output === undefined || this.#output.isReadOnly || this.#isStopped) return 0
    return this.#reached.through - (this.#output.last?.size ?? 0)
  }

  /** @throws Fault `storage-full`; it can be called again when there is space */
  async #orStop(action: () => Promise<void>): Promise<void> {
    if (this.#isStopped) return
    try {
      await action()
    } catch (cause) {
      if (cause instanceof Fault && cause.class === 'storage-full') throw cause
      this.#isStopped = true
      this.#wake()
      this.#options.onStopped(cause)
    }
  }
}
