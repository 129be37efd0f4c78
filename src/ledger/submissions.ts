/**
 * The writing half of a ledger: a body is admitted, waits for its batch, and is answered when its entries are public; or
 * it is refused, from some moment on all are. The story is told in ledger.ts; batches are the business of sequencer.ts.
 */
import { logIndex, type TreeSize } from '../brand.ts'
import { basisOf } from '../attestation/control.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import { Fault } from '../errors.ts'
import type { InclusionProver } from '../tlog/inclusion.ts'
import { mayControl, type TrustState } from '../trust/trust-state.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { admit, type Admitted } from './admit.ts'
import { readBasis } from './basis.ts'
import type { StatedEntry } from './derive.ts'
import type { OpenedLog } from './open.ts'
import type { Placed } from './place.ts'
import type { Clock, Storage } from './ports.ts'
import { proverOf } from './prove.ts'
import { submitAnswer } from './query-entries.ts'
import { Sequencer } from './sequencer.ts'
import type { LogView } from './view.ts'
import { LogWriter, registeredKeys, type Published } from './writer.ts'

export interface SubmissionOptions {
  readonly clock: Clock
  /** Told once when the log can not go on; the ledger is read-only from then on. */
  readonly onFatal: (cause: unknown) => void
  /** How bodies are admitted; a server does it beside the event loop. @default admit.ts, at once */
  readonly admit?: (body: Uint8Array, registered: readonly PublicKey[]) => Promise<Admitted>
  /** Serves reads only, and says why; the signer state is not looked at. */
  readonly readOnly?: string
  /** How long entries may wait to share a batch, in milliseconds. @default 100 */
  readonly batchWindowMs?: number
}

/** What the rest of the ledger tells, and is told. */
interface Surroundings {
  readonly storage: Storage
  readonly opened: OpenedLog
  /** As of the newest published checkpoint. */
  readonly view: () => LogView
  readonly onPublished: (published: Published, stated: readonly StatedEntry[]) => void
}

export class Submissions {
  readonly #options: SubmissionOptions
  readonly #around: Surroundings
  readonly #trust: TrustState
  readonly #registered: () => readonly PublicKey[]
  readonly #sequencer: Sequencer | undefined
  #readOnly: string | undefined
  #storageFullAt: number | undefined
  #batchProver: { readonly size: TreeSize; readonly prove: InclusionProver } | undefined

  constructor(options: SubmissionOptions, around: Surroundings) {
    this.#options = options
    this.#around = around
    this.#trust = around.opened.trust
    this.#registered = registeredKeys(this.#trust)
    this.#readOnly = options.readOnly
    const { writing } = around.opened
    this.#sequencer = writing === undefined ? undefined : this.#startSequencer(writing)
  }

  #startSequencer(writing: NonNullable<OpenedLog['writing']>): Sequencer {
    const { opened, storage, onPublished } = this.#around
    const { clock, batchWindowMs } = this.#options
    const { recordedAt } = opened.published
    const writer = new LogWriter({ ...writing, clock, trust: this.#trust, recordedAt, onPublished })
    const sequencer = new Sequencer({
      clock,
      commit: (submissions) => this.#noticeSpace(() => writer.commit(submissions)),
      onFatal: (cause) => this.#stop(cause),
      ...(batchWindowMs === undefined ? {} : { windowMs: batchWindowMs }),
    })
    void storage.lost?.then((cause) => sequencer.fail(cause))
    return sequencer
  }

  async #noticeSpace<T>(commit: () => Promise<T>): Promise<T> {
    try {
      const outcome = await commit()
      this.#storageFullAt = undefined
      return outcome
    } catch (cause) {
      if (cause instanceof Fault && cause.class === 'storage-full')
        this.#storageFullAt = this.#options.clock.now()
      throw cause
    }
  }

  #stop(cause: unknown): void {
    this.#readOnly ??= cause instanceof Fault ? cause.reason : 'internal-error'
    this.#options.onFatal(cause)
  }

  /** Why none is taken; undefined while they are. */
  get readOnly(): string | undefined {
    return this.#readOnly
  }

  /** Since the last commit that found no space, in milliseconds; undefined after one that did. */
  fullForMs(): number | undefined {
    return this.#storageFullAt === undefined ? undefined : this.#options.clock.now() - this.#storageFullAt
  }

  /** Takes none from now on, for a cause that no commit met. */
  fail(cause: unknown): void {
    this.#sequencer?.fail(cause)
  }

  /** Takes no more, and resolves when those that wait are answered. */
  async drain(): Promise<void> {
    await this.#sequencer?.drain()
  }

  /** As `Ledger.submit`. */
  async submit(body: Uint8Array): Promise<{ readonly created: boolean; readonly answer: SubmitAnswer }> {
    if (this.#sequencer === undefined || this.#readOnly !== undefined) throw this.#refuseWriting()
    const arrive = this.#sequencer.expect()
    const admitted = await this.#admit(body).finally(arrive)
    const placed = await this.#sequencer.add(admitted)
    const view = this.#around.view()
    return {
      created: placed.created,
      answer: await submitAnswer(view, placed, admitted, this.#prover(placed, view.checkpoint.size)),
    }
  }

  /** Proofs of one batch are made of the same few hashes; old entries may be anywhere, and nothing is kept for them. */
  #prover({ created }: Placed, size: TreeSize): InclusionProver {
    const { log } = this.#around.storage
    if (!created) return proverOf(log, size)
    if (this.#batchProver?.size !== size) this.#batchProver = { size, prove: proverOf(log, size) }
    return this.#batchProver.prove
  }

  async #admit(body: Uint8Array): Promise<Admitted> {
    const admitted = await (this.#options.admit ?? admit)(body, this.#registered())
    if (basisOf(admitted.control) === undefined) return admitted
    const { size } = this.#around.view().checkpoint
    // What it names may be the largest SBOM there is: nobody who may not revoke has that read.
    if (!admitted.signatures.some(({ key }) => mayControl(this.#trust, logIndex(size), key.id)))
      return admitted
    const basis = await readBasis(this.#around.storage, admitted.control, size)
    return basis === undefined ? admitted : { ...admitted, basis }
  }

  #refuseWriting(): Fault {
    return new Fault('read-only', `ledger: it is read-only (${this.#readOnly ?? 'opened so'})`, {
      hint: 'Nothing was recorded. Ask the operator; submit again when it takes submissions.',
    })
  }
}
