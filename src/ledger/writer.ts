/**
 * The writer: the one part of a running ledger that changes the log. It holds how far the log has come and the trust
 * state folded over all of it, and commits batches for the sequencer.
 */
import { logIndex } from '../brand.ts'
import { parsePublicKey, type PublicKey } from '../crypto/public-key.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { foldControl, rootAt, type TrustState } from '../trust/trust-state.ts'
import type { Admitted } from './admit.ts'
import { append, publish, sign, type LogHead, type SigningLog } from './commit.ts'
import type { StatedEntry } from './derive.ts'
import { placeBatch, type PlacedBatch } from './place.ts'
import type { Clock, HeldCheckpoint } from './ports.ts'
import type { BatchOutcome } from './sequencer.ts'

export interface Published {
  readonly checkpoint: HeldCheckpoint
  /** When the newest published entry was recorded; null only in an empty log. */
  readonly recordedAt: string | null
}

export class LogWriter {
  readonly #log: SigningLog
  readonly #clock: Clock
  readonly #trust: TrustState
  readonly #onPublished: (published: Published, stated: readonly StatedEntry[]) => void
  /** Of entries that are not public yet. */
  #stated: readonly StatedEntry[] = []
  #head: LogHead
  #recordedAt: string | null

  constructor(options: {
    readonly log: SigningLog
    readonly clock: Clock
    /** Folded over all committed entries; this writer goes on folding. */
    readonly trust: TrustState
    readonly head: LogHead
    readonly recordedAt: string | null
    /** With what admission read of the new entries. */
    readonly onPublished: (published: Published, stated: readonly StatedEntry[]) => void
  }) {
    this.#log = options.log
    this.#clock = options.clock
    this.#trust = options.trust
    this.#head = options.head
    this.#recordedAt = options.recordedAt
    this.#onPublished = options.onPublished
  }

  /** Commits as many of the submissions as fit into one batch, and publishes them. */
  async commit(submissions: readonly Admitted[]): Promise<BatchOutcome> {
    // A batch that ran out of space between two steps is finished first; its entries keep their indexes.
    await this.#publish()
    const batch = await placeBatch(submissions, {
      from: this.#head.edge.size,
      recordedAt: this.#now(),
      trust: this.#trust,
      log: this.#log.store,
    })
    if (batch.entries.length > 0) await this.#append(batch)
    return { taken: batch.results.length, results: batch.results, newEntries: batch.entries.length }
  }

  async #append(batch: PlacedBatch): Promise<void> {
    this.#head = await append(this.#log, this.#head, batch.entries, batch.blobs)
    for (const control of batch.controls) foldControl(this.#trust, control)
    this.#stated = batch.stated
    this.#recordedAt = batch.entries.at(-1)?.recordedAt ?? this.#recordedAt
    await this.#publish()
  }

  async #publish(): Promise<void> {
    const { edge, published } = this.#head
    if (published === edge.size) return
    // Kept after each step, so that one that ran out of space is taken again from there.
    this.#head = await sign(this.#log, this.#head)
    this.#head = await publish(this.#log, this.#head)
    if (this.#head.held === undefined) throw new Error('published without a signed checkpoint')
    this.#onPublished({ checkpoint: this.#head.held, recordedAt: this.#recordedAt }, this.#stated)
    this.#stated = []
  }

  /** The server's word: never goes back, whatever the clock does. */
  #now(): string {
    const now = new Date(this.#clock.now()).toISOString()
    return this.#recordedAt !== null && this.#recordedAt > now ? this.#recordedAt : now
  }
}

/** An index that no entry will ever have: the root in force there is the newest. */
const END_OF_LOG = logIndex(Number.MAX_SAFE_INTEGER)

/** The public keys of the trust root that is in force at the end of the log; parsed once for each root. */
export function registeredKeys(trust: TrustState): () => readonly PublicKey[] {
  let of: string | undefined
  let keys: readonly PublicKey[] = []
  return () => {
    const inForce = rootAt(trust, END_OF_LOG)
    if (inForce === undefined || inForce.id === of) return keys
    of = inForce.id
    keys = Object.values(inForce.root.keys).map(({ spki }) => parsePublicKey(parseBase64(spki)))
    return keys
  }
}
