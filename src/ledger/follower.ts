/**
 * The follower: reads the log in order behind the sequencer and keeps the index.
 *
 * It follows what is published, in batches, each one index transaction with the position reached. Stopping it anywhere
 * loses nothing: the next start goes on from the stored position.
 */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { ComponentPublisher } from './component-publisher.ts'
import type { StatedEntry } from './derive.ts'
import type { FollowSteps } from './follow-steps.ts'
import { FOLLOW_BESIDE_ENTRIES, MAX_STATED_BYTES, MAX_STATED_ENTRIES } from './limits.ts'
import type { Clock, IndexPosition, IndexSuccessor } from './ports.ts'

/** Nothing can end a sleep, and a process that is told to stop must not wait for one. */
const LONGEST_SLEEP_MS = 1_000

/** Who publishes the map that the steps make: called between steps (component-publisher.ts). */
export type FollowingPublisher = Pick<
  ComponentPublisher,
  'limit' | 'reached' | 'dueInMs' | 'want' | 'publish'
>

export interface FollowerOptions {
  readonly clock: Clock
  readonly steps: FollowSteps
  readonly publisher: FollowingPublisher
  /** Before the first step of each index: its maps are made again, and published from then on. */
  readonly begin: (position: IndexPosition) => Promise<void>
  /** Where the index can be made again beside. */
  readonly successor?: IndexSuccessor
  /** Told once, when following can not go on; queries then say how far the index reaches. */
  readonly onError: (cause: unknown) => void
}

export class Follower {
  readonly #options: FollowerOptions
  readonly #waiting = new Set<{ readonly size: TreeSize; readonly resolve: () => void }>()
  /** Of the next entries, ascending. */
  #stated: StatedEntry[] = []
  #through: TreeSize
  /** Which the index is under. */
  #rules: number
  #published: TreeSize
  #running: Promise<void> | undefined
  /** Ends the wait for more entries. */
  #endGathering: (() => void) | undefined
  /** It was told to. */
  #stopped = false
  /** It cannot go on with the index that it has. */
  #failed = false
  #hasBegun = false
  /** Another index waits to be followed into. */
  #isSucceeded = false
  /** Ends the wait for the time to publish. */
  #nudge: (() => void) | undefined
  /** A published size that is not in the index yet, and since when. */
  #owed: { readonly size: TreeSize; readonly since: number } | undefined

  constructor(options: FollowerOptions, { through, rules }: IndexPosition) {
    this.#options = options
    this.#through = through
    this.#rules = rules
    this.#published = through
    options.successor?.watch(() => {
      this.#isSucceeded = true
      this.#goOn()
    })
  }

  /** Entries [0, through) are in the index. */
  get through(): TreeSize {
    return this.#through
  }

  /** Whether it takes no further step, unless another index takes the place of this one. */
  get stopped(): boolean {
    return this.#stopped || this.#failed
  }

  /** For how long something has been public that is not in the index, in milliseconds; 0 if nothing is. */
  behindMs(): number {
    return this.#owed === undefined ? 0 : Math.max(0, this.#options.clock.now() - this.#owed.since)
  }

  /** Tells that the log is public up to `size`, and what admission read of the newest entries. */
  advance(size: TreeSize, stated: readonly StatedEntry[] = []): void {
    this.#keep(stated)
    if (size > this.#published) this.#published = size
    this.#owe()
    this.#goOn()
  }

  /** Publishes the map without waiting for the time to do so; somebody waits for it. */
  hurry(): void {
    this.#options.publisher.want()
    this.#endGathering?.()
    this.#goOn()
  }

  #goOn(): void {
    this.#nudge?.()
    if (this.#stopped || (this.#failed && !this.#isSucceeded)) return
    this.#running ??= this.#run()
  }

  /** Questions that wait for it now. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Resolves when the index has reached `size`, or after `waitMs`, whichever is first. */
  async reach(size: TreeSize, waitMs: number): Promise<void> {
    if (this.#through >= size || this.stopped) return
    let forget = (): void => undefined
    const reached = new Promise<void>((resolve) => {
      const one = { size, resolve }
      this.#waiting.add(one)
      forget = () => void this.#waiting.delete(one)
    })
    this.#endGathering?.()
    await Promise.race([reached, this.#options.clock.sleep(waitMs)])
    // Anybody may ask for a size that never comes.
    forget()
  }

  /** Takes no further step; resolves when the current one is done, and what it made is published. */
  async stop(): Promise<void> {
    const { publisher } = this.#options
    this.#stopped = true
    this.#endGathering?.()
    this.#nudge?.()
    await this.#running
    if (publisher.dueInMs() !== undefined)
      await publisher.publish().catch((cause: unknown) => this.#fail(cause))
    await this.#options.steps[Symbol.asyncDispose]()
  }

  async #run(): Promise<void> {
    try {
      if (!this.#isSucceeded) await this.#begin()
      while (!this.#stopped) {
        if (this.#isSucceeded) await this.#succeed()
        else if (this.#through < this.#published) await this.#gatherAndStep()
        else if (!(await this.#publishWhenDue())) break
      }
    } catch (cause) {
      this.#fail(cause)
    } finally {
      this.#running = undefined
    }
  }

  async #begin(): Promise<void> {
    if (this.#hasBegun) return
    await this.#options.begin({ through: this.#through, rules: this.#rules })
    this.#hasBegun = true
  }

  /** Goes on with an index that was made beside. The old one answers until the new one has come as far. */
  async #succeed(): Promise<void> {
    const { steps, successor } = this.#options
    const answered = this.#through
    this.#failed = false
    this.#hasBegun = false
    const next = await steps.succeed(this.#published)
    this.#through = next.through
    this.#rules = next.rules
    await this.#begin()
    while (this.#through < answered && !this.#stopped) await this.#step()
    // Stop here: the next start opens the newest index.
    if (this.#stopped) return
    await successor?.take()
    this.#isSucceeded = false
  }

  async #gatherAndStep(): Promise<void> {
    await this.#gather()
    if (!this.#stopped) await this.#step()
  }

  /** Entries that come soon after each other share a transaction, unless there are enough of them or somebody waits. */
  async #gather(): Promise<void> {
    const { gatherMs } = this.#options.steps
    const isEnough = this.#published - this.#through >= FOLLOW_BESIDE_ENTRIES
    if (gatherMs === 0 || isEnough || this.#waiting.size > 0) return
    const ended = new Promise<void>((resolve) => (this.#endGathering = resolve))
    await Promise.race([ended, this.#options.clock.sleep(gatherMs)])
    this.#endGathering = undefined
  }

  async #step(): Promise<void> {
    const { steps, publisher, clock } = this.#options
    const stated = this.#stated.splice(0, FOLLOW_BESIDE_ENTRIES)
    const taken = await steps.take(this.#through, publisher.limit(this.#published), stated)
    this.#through = taken.through
    // What was handed over to a thread, and not taken, is gone: the index reads what was signed.
    this.#stated.unshift(
      ...stated.filter(({ index, manifest }) => index >= taken.through && manifest.length > 0),
    )
    this.#owe()
    this.#wake()
    await publisher.reached(taken)
    // Storage may answer without a turn of the event loop: a long way to catch up must not keep questions waiting.
    await clock.sleep(0)
  }

  /** Waits until the map is to be published, or something else is to be done. False if nothing is to be published. */
  async #publishWhenDue(): Promise<boolean> {
    const { publisher, clock } = this.#options
    const dueInMs = publisher.dueInMs()
    if (dueInMs === undefined) return false
    if (dueInMs === 0) await publisher.publish()
    else await Promise.race([clock.sleep(Math.min(dueInMs, LONGEST_SLEEP_MS)), this.#nudged()])
    return true
  }

  #nudged(): Promise<void> {
    return new Promise((resolve) => (this.#nudge = resolve))
  }

  /** As many as find room; of the others the index reads what was signed, as after a start. */
  #keep(stated: readonly StatedEntry[]): void {
    let bytes = this.#stated.reduce((sum, { manifest }) => sum + manifest.length, 0)
    for (const one of stated) {
      bytes += one.manifest.length
      if (this.#stated.length < MAX_STATED_ENTRIES && bytes <= MAX_STATED_BYTES) this.#stated.push(one)
    }
  }

  /** One mark is enough: when it is reached, what is public by then is owed from then on. */
  #owe(): void {
    if (this.#owed !== undefined && this.#owed.size > this.#through) return
    const size = this.#published
    this.#owed = size > this.#through ? { size, since: this.#options.clock.now() } : undefined
  }

  #wake(): void {
    for (const one of this.#waiting) if (one.size <= this.#through) one.resolve()
  }

  /** Out of space: the next publication tries again. Anything else would only fail again. */
  #fail(cause: unknown): void {
    if (cause instanceof Fault && cause.class === 'storage-full') return
    this.#failed = true
    this.#isSucceeded = false
    for (const one of this.#waiting) one.resolve()
    this.#options.onError(cause)
  }
}
