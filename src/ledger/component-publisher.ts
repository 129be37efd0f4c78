/**
 * When the component map is published (index.md 6): in batches, so that an import of a thousand SBOMs does not make a
 * thousand entries of the output log; and never before the map, made again, agrees with what was published last.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { FollowSteps, TakenStep } from './follow-steps.ts'
import { PUBLISH_ENTRIES, PUBLISH_INTERVAL_MS } from './limits.ts'
import { notesOfLost, rootIn, storeLost } from './lost-roots.ts'
import { lastStored, OutputLog, type OutputLogOptions, type PublishedRoot } from './output-log.ts'
import type { Clock, LogStore, PublishedNote } from './ports.ts'

export interface ComponentPublisherOptions {
  readonly log: Pick<LogStore, 'notes' | 'published'>
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
  #outputOptions: OutputLogOptions | undefined
  #output: OutputLog | undefined
  #published: readonly PublishedRoot[] = []
  /** Sizes that the index has yet to reach: the one that was published last, and those that were and are lost (lost-roots.ts). */
  #marks: readonly TreeSize[] = []
  /** The map at those sizes. */
  readonly #roots = new Map<TreeSize, Uint8Array>()
  #lost: readonly PublishedNote[] = []
  #reached: TakenStep = { through: treeSize(0), root: new Uint8Array(0) }
  #lastTriedAt = -Infinity
  #isWanted = false
  #stoppedBy: unknown
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

  /** What keeps this map from being published any more; undefined while it is. */
  get stoppedBy(): unknown {
    return this.#stoppedBy
  }

  /**
   * Before the first step: makes the map of an index that has come as far as `through`. Of another index it is done
   * anew, whatever stopped the map before.
   *
   * @param output the output log of the function by which the index is made
   */
  begin(through: TreeSize, output: OutputLogOptions): Promise<void> {
    this.#outputOptions = output
    this.#stoppedBy = undefined
    this.#output = undefined
    this.#roots.clear()
    return this.#orStop(async () => {
      const last = await lastStored(output.storage.store)
      this.#lost = await notesOfLost(output, last, this.#options.log)
      const at = last !== undefined && last.size <= through ? last.size : undefined
      const { asOf, latest } = await this.#options.steps.load(at)
      this.#reached = { through, root: latest }
      this.#roots.set(through, latest)
      if (at !== undefined) this.#roots.set(at, asOf)
      const sizes = [...(last === undefined ? [] : [last]), ...this.#lost].map(({ size }) => size)
      this.#marks = sizes.filter((size) => size > through)
      if (this.#marks.length === 0) await this.#open(output)
    })
  }

  /** How far the next step may go: what was published is compared when a rebuilt index has just reached it. */
  limit(to: TreeSize): TreeSize {
    const [mark] = this.#marks
    return mark === undefined || mark > to ? to : mark
  }

  /** After a step; publishes if it is time. */
  reached(step: TakenStep): Promise<void> {
    this.#reached = step
    return this.#orStop(async () => {
      if (step.through === this.#marks[0]) await this.#reachMark(step)
      if (this.dueInMs() === 0) await this.publish()
    })
  }

  async #reachMark({ through, root }: TakenStep): Promise<void> {
    this.#marks = this.#marks.slice(1)
    this.#roots.set(through, root)
    await this.#options.steps.keep(through)
    const output = this.#outputOptions
    if (output !== undefined && this.#marks.length === 0) await this.#open(output)
  }

  /** The version that was published last is kept. */
  async #open(output: OutputLogOptions): Promise<void> {
    const made = this.#lost.flatMap((note) => {
      const root = this.#roots.get(note.size)
      return root === undefined ? [] : [{ ...note, root }]
    })
    await storeLost(output, made)
    this.#output = await OutputLog.open(output, async (size) => rootIn(this.#roots, size))
    const { through } = this.#reached
    if (this.#output.last?.size === through) await this.#options.steps.keep(through)
    this.#published = this.#output.published
    this.#wake()
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

  /** Resolves when something was published, what was published before is there again, or nothing ever will be. */
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
    if (this.#output === undefined || this.#output.isReadOnly || this.#stoppedBy !== undefined) return 0
    return this.#reached.through - (this.#output.last?.size ?? 0)
  }

  /** @throws Fault `storage-full`; it can be called again when there is space */
  async #orStop(action: () => Promise<void>): Promise<void> {
    if (this.#stoppedBy !== undefined) return
    try {
      await action()
    } catch (cause) {
      if (cause instanceof Fault && cause.class === 'storage-full') throw cause
      this.#stoppedBy = cause
      this.#wake()
      this.#options.onStopped(cause)
    }
  }
}
