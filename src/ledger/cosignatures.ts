/**
 * What auditors and witnesses sign under the checkpoints of the output logs (index.md 6): taken from those whom the
 * operator named, kept beside the output log, and shown with the checkpoint from then on. Whether it is enough is for
 * whoever reads it.
 *
 * Nothing rests on this here: a ledger that leaves a cosignature out denies service, and cannot make one up.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { rawEd25519 } from '../crypto/public-key.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import {
  cosignedAt,
  formatCosignerKey,
  MAX_AHEAD_S,
  signaturesBy,
  type Cosigner,
} from '../tlog/cosignature.ts'
import { formatSignature, parseNote } from '../tlog/signed-note.ts'
import { MAX_COSIGNERS } from './limits.ts'
import type { Clock, OutputStore, PublishedNote, StoredCosignature } from './ports.ts'

export interface CosignaturesOptions {
  /** Whose cosignatures are taken: at most `MAX_COSIGNERS`. */
  readonly cosigners: readonly Cosigner[]
  readonly clock: Pick<Clock, 'now'>
}

/** Of any output log: `store` says which. */
export class Cosignatures {
  readonly #options: CosignaturesOptions
  readonly #waiting = new Set<() => void>()

  /** @throws Fault `too-large` (`list-too-large`), `conflict` (`already-exists`) */
  constructor(options: CosignaturesOptions) {
    refuseCosigners(options.cosigners)
    this.#options = options
  }

  /** The checkpoint with all that was signed under it. */
  async noteWith(store: OutputStore, { size, note }: PublishedNote): Promise<string> {
    const { cosigners } = this.#options
    if (cosigners.length === 0) return note
    const kept = await store.cosignatures(size)
    return note + kept.flatMap((one) => (holds(note, one, cosigners) ? [one.line] : [])).join('')
  }

  /** Whether nobody is waited for any more. */
  async isComplete(store: OutputStore, size: TreeSize): Promise<boolean> {
    const kept = await store.cosignatures(size)
    return this.#options.cosigners.every((one) => {
      const key = formatCosignerKey(one)
      return kept.some(({ cosigner }) => cosigner === key)
    })
  }

  /** As `isComplete`, as soon as nobody is waited for any more, or it is late. */
  async completeBefore(store: OutputStore, size: TreeSize, late: Promise<void>): Promise<boolean> {
    let wake = (): void => undefined
    const signed = new Promise<void>((resolve) => (wake = resolve))
    // Before looking: what is signed meanwhile is not missed.
    this.#waiting.add(wake)
    try {
      if (await this.isComplete(store, size)) return true
      const isOver = await Promise.race([signed.then(() => false), late.then(() => true)])
      if (isOver) return await this.isComplete(store, size)
    } finally {
      // Anybody may wait for a cosigner that never signs.
      this.#waiting.delete(wake)
    }
    return this.completeBefore(store, size, late)
  }

  /**
   * Takes a published checkpoint with cosignatures. Those by others than the named ones are left out.
   *
   * @param what the log is of, for messages
   * @throws Fault `malformed` (`note-malformed`, `checkpoint-malformed`); `not-recorded` if it is none that was published
   * @throws Fault `untrusted` (`unknown-cosigner`) if nobody of those who may has signed it
   * @throws Fault `bad-signature` (`signature-invalid`), also for a time that has not come; `storage-full`
   */
  async add(store: OutputStore, what: string, note: string): Promise<void> {
    const { text } = parseNote(note)
    const size = await publishedSize(what, store, text)
    const signed = this.#options.cosigners.flatMap((cosigner) => this.#readBy(note, size, cosigner))
    if (signed.length === 0) throw unknownCosigner(what)
    for (const one of signed) await store.cosign(one)
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  #readBy(note: string, size: TreeSize, cosigner: Cosigner): readonly StoredCosignature[] {
    const [signature] = signaturesBy(parseNote(note), cosigner)
    if (signature === undefined) return []
    const signedAt = timeOf(note, cosigner)
    if (signedAt === 0 || signedAt > this.#options.clock.now() / 1000 + MAX_AHEAD_S)
      throw new Fault(
        'signature-invalid',
        `cosignature by ${cosigner.name}: expected a time that has come, got ${signedAt}`,
        { hint: 'Set the clock of the auditor, or that of the ledger.' },
      )
    return [{ size, cosigner: formatCosignerKey(cosigner), signedAt, line: formatSignature(signature) }]
  }
}

function refuseCosigners(cosigners: readonly Cosigner[]): void {
  if (cosigners.length > MAX_COSIGNERS)
    throw new Fault('list-too-large', `cosigners: expected at most ${MAX_COSIGNERS}, got ${cosigners.length}`)
  const keys = cosigners.map(({ key }) => formatHex(rawEd25519(key)))
  const twice = cosigners.find((_, at) => keys.indexOf(keys[at] ?? '') !== at)
  if (twice !== undefined)
    throw new Fault('already-exists', `cosigners: expected each key once, got the one of ${twice.name} again`)
}

/** One that was damaged since, or by a key that is named no more, is not shown: its cosigner signs again. */
function holds(note: string, { line, cosigner }: StoredCosignature, cosigners: readonly Cosigner[]): boolean {
  const named = cosigners.find((one) => formatCosignerKey(one) === cosigner)
  if (named === undefined) return false
  try {
    return cosignedAt(note + line, named) !== undefined
  } catch (cause) {
    if (cause instanceof Fault) return false
    throw cause
  }
}

async function publishedSize(what: string, store: OutputStore, text: string): Promise<TreeSize> {
  const { size } = parseCheckpoint(text)
  const [published] = await store.notes(size, treeSize(size + 1))
  if (published !== undefined && parseNote(published.note).text === text) return size
  throw new Fault(
    'not-recorded',
    `checkpoint: expected one that the output log of the ${what} published, got another of size ${size}`,
  )
}

function timeOf(note: string, cosigner: Cosigner): number {
  try {
    return cosignedAt(note, cosigner) ?? 0
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Fault('signature-invalid', cause.message, { cause })
  }
}

function unknownCosigner(what: string): Fault {
  return new Fault(
    'unknown-cosigner',
    `checkpoint of the ${what}: expected a cosignature by somebody whom this ledger takes them from, got none`,
    { hint: 'The operator names them: attestree server start --auditor KEY' },
  )
}
