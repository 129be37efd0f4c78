/**
 * The sequencer: one loop that takes admitted submissions in order, decides which of them may enter, commits them in
 * batches and tells each submitter only after the checkpoint that covers its entries is public.
 *
 * Batching adapts: a lone submission is committed on the next turn of the event loop. While a commit runs, others
 * gather and go together; under load the next batch also waits for those that are being admitted, for as long as the last
 * commit took and never longer than the window.
 */
import type { Clock } from './ports.ts'
import { Fault } from '../errors.ts'
import type { Admitted } from './admit.ts'
import { MAX_BATCH_WINDOW_MS, MAX_WAITING_SUBMISSIONS } from './limits.ts'
import type { Placed } from './place.ts'

interface Waiting {
  readonly submission: Admitted
  readonly resolve: (placed: Placed) => void
  readonly reject: (cause: unknown) => void
}

/** What the loop does with a batch: it answers each submission, in order, with a place or a refusal. */
export interface BatchOutcome {
  /** How many of the submissions were taken; the rest stay in the queue. */
  readonly taken: number
  readonly results: readonly (Placed | Fault)[]
  readonly newEntries: number
}

export interface SequencerOptions {
  readonly clock: Clock
  /** Commits a prefix of `submissions` and publishes it. A Fault refuses those; a plain Error stops the log. */
  readonly commit: (submissions: readonly Admitted[]) => Promise<BatchOutcome>
  /** Told once, when the log can not go on. */
  readonly onFatal: (cause: unknown) => void
  /** @default 100 */
  readonly windowMs?: number
}

export class Sequencer {
  readonly #options: SequencerOptions
  readonly #queue: Waiting[] = []
  #running: Promise<void> | undefined
  #closed: Fault | undefined
  #hasFailed = false
  #lastBatch = { entries: 0, tookMs: 0 }
  #expected = 0
  #allArrived: (() => void) | undefined

  constructor(options: SequencerOptions) {
    this.#options = options
  }

  /** Tells that a submission is being admitted; call what is returned right before it is added, or when it is refused. */
  expect(): () => void {
    this.#expected++
    return () => {
      this.#expected--
      if (this.#expected === 0) this.#allArrived?.()
    }
  }

  /**
   * Resolves when the submission's entries are public.
   * @throws Fault `busy` when too many are waiting or the ledger shuts down, `read-only` after a fatal error
   */
  add(submission: Admitted): Promise<Placed> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (this.#queue.length >= MAX_WAITING_SUBMISSIONS) {
      return Promise.reject(
        new Fault('busy', `ledger: ${MAX_WAITING_SUBMISSIONS} submissions are waiting already`, {
          hint: 'Try again in a second.',
        }),
      )
    }
    const placed = new Promise<Placed>((resolve, reject) => this.#queue.push({ submission, resolve, reject }))
    this.#running ??= this.#run()
    return placed
  }

  /** Takes no more submissions, and resolves when those that wait are answered. */
  async drain(): Promise<void> {
    this.#closed ??= new Fault('shutting-down', 'ledger: shutting down', {
      hint: 'Try again when it is back.',
    })
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather()
      await this.#commitOnce()
    }
    this.#lastBatch = { entries: 0, tookMs: 0 }
    this.#running = undefined
  }

  async #gather(): Promise<void> {
    // Even a lone one gives way to what has arrived already: a commit that blocks would keep it out, one after the other.
    await this.#options.clock.sleep(0)
    const { entries, tookMs } = this.#lastBatch
    if (entries <= 1 || this.#expected === 0) return
    const window = this.#options.windowMs ?? MAX_BATCH_WINDOW_MS
    const arrived = new Promise<void>((resolve) => (this.#allArrived = resolve))
    await Promise.race([arrived, this.#options.clock.sleep(Math.min(tookMs, window))])
    this.#allArrived = undefined
  }

  async #commitOnce(): Promise<void> {
    const started = this.#options.clock.now()
    const waiting = [...this.#queue]
    try {
      const outcome = await this.#options.commit(waiting.map((one) => one.submission))
      this.#queue.splice(0, outcome.taken)
      this.#lastBatch = { entries: outcome.newEntries, tookMs: this.#options.clock.now() - started }
      for (const [at, result] of outcome.results.entries()) answer(waiting[at], result)
    } catch (cause) {
      if (cause instanceof Fault && cause.class === 'storage-full') this.#refuseAll(cause)
      else this.fail(cause)
    }
  }

  /**
   * The log can not go on: whoever waits is refused, nobody is taken any more, and `onFatal` is told; once, also while
   * it drains.
   */
  fail(cause: unknown): void {
    const refusal = new Fault('read-only', 'ledger: it stopped signing after an error', { cause })
    this.#refuseAll(refusal)
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#closed = refusal
    this.#options.onFatal(cause)
  }

  #refuseAll(refusal: Fault): void {
    for (const one of this.#queue.splice(0)) one.reject(refusal)
  }
}

function answer(waiting: Waiting | undefined, result: Placed | Fault): void {
  if (waiting === undefined) throw new Error('sequencer: more results than submissions')
  if (result instanceof Fault) waiting.reject(result)
  else waiting.resolve(result)
}
