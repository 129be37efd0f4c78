/**
 * What auditors and witnesses sign under the checkpoints of the output logs (index.md 6): taken from those whom the operator named, kept
 * beside the output log, and shown with the checkpoint from then on. Whether it is enough is for whoever reads it.
 *
 * Nothing rests on this here: a ledger that leaves a cosignature out denies service, and cannot make one up.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { rawEd25519 } from '../crypto/public-key.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import { cosignedAt, formatCosignerKey, signaturesBy, type Cosigner } from '../tlog/cosignature.ts'
import { formatSignature, parseNote } from '../tlog/signed-note.ts'
import { KEPT_VERSIONS, MAX_COSIGNERS } from './limits.ts'
import type {
  Clock,
  HeldCheckpoint,
  MapName,
  OutputStorage,
  OutputStore,
  StoredCosignature,
} from './ports.ts'

/** robustness.md, K10: clocks that differ by more are wrong. */
const MAX_AHEAD_S = 5 * 60

export interface CosignaturesOptions {
  /** Whose cosignatures are taken: at most `MAX_COSIGNERS`. */
  readonly cosigners: readonly Cosigner[]
  readonly outputs: Readonly<Record<MapName, OutputStorage>>
  readonly clock: Pick<Clock, 'now'>
}

/** Of one checkpoint, by cosigner. */
type Lines = Map<string, StoredCosignature>

export class Cosignatures {
  readonly #options: CosignaturesOptions
  /** Of the newest checkpoints of each map, by size. */
  readonly #shown: Readonly<Record<MapName, Map<TreeSize, Lines>>> = {
    components: new Map(),
    status: new Map(),
  }
  readonly #waiting = new Set<() => void>()

  private constructor(options: CosignaturesOptions) {
    this.#options = options
  }

  /** With what is kept of the newest published checkpoints. @throws Fault `too-large` (`list-too-large`), `conflict` (`already-exists`) */
  static async open(options: CosignaturesOptions): Promise<Cosignatures> {
    refuseCosigners(options.cosigners)
    const opened = new Cosignatures(options)
    for (const map of ['components', 'status'] as const) {
      const { store } = options.outputs[map]
      const newest = await store.published()
      if (newest === undefined) continue
      for (const one of await store.cosignatures(newest.size))
        if (holds(newest.note, one, options.cosigners)) opened.#show(map, one)
    }
    return opened
  }

  /** The checkpoint with all that was signed under it. */
  noteWith(map: MapName, { size, note }: HeldCheckpoint): string {
    const lines = this.#shown[map].get(size)?.values() ?? []
    return note + Array.from(lines, ({ line }) => line).join('')
  }

  /** Whether nobody is waited for any more. */
  isComplete(map: MapName, size: TreeSize): boolean {
    return (this.#shown[map].get(size)?.size ?? 0) >= this.#options.cosigners.length
  }

  /** Resolves when something was signed. */
  next(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.add(resolve))
  }

  /**
   * Takes a published checkpoint with cosignatures. Those by others than the named ones are left out.
   *
   * @throws Fault `malformed` (`note-malformed`, `checkpoint-malformed`); `not-recorded` if it is none that was published
   * @throws Fault `untrusted` (`unknown-cosigner`) if nobody of those who may has signed it
   * @throws Fault `bad-signature` (`signature-invalid`), also for a time that has not come; `storage-full`
   */
  async add(map: MapName, note: string): Promise<void> {
    const { store } = this.#options.outputs[map]
    const { text } = parseNote(note)
    const size = await publishedSize(map, store, text)
    const signed = this.#options.cosigners.flatMap((cosigner) => this.#readBy(note, size, cosigner))
    if (signed.length === 0) throw unknownCosigner(map)
    for (const one of signed) {
      await store.cosign(one)
      this.#show(map, one)
    }
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

  /** The newest of each key; of those checkpoints alone that proofs can be made against. */
  #show(map: MapName, one: StoredCosignature): void {
    const shown = this.#shown[map]
    const lines: Lines = shown.get(one.size) ?? new Map()
    if ((lines.get(one.cosigner)?.signedAt ?? 0) < one.signedAt) lines.set(one.cosigner, one)
    shown.set(one.size, lines)
    const outdated = [...shown.keys()].sort((a, b) => b - a).slice(KEPT_VERSIONS)
    for (const size of outdated) shown.delete(size)
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

async function publishedSize(map: MapName, store: OutputStore, text: string): Promise<TreeSize> {
  const { size } = parseCheckpoint(text)
  const [published] = await store.notes(size, treeSize(size + 1))
  if (published !== undefined && parseNote(published.note).text === text) return size
  throw new Fault(
    'not-recorded',
    `checkpoint: expected one that the output log of the ${map} map published, got another of size ${size}`,
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

function unknownCosigner(map: MapName): Fault {
  return new Fault(
    'unknown-cosigner',
    `checkpoint of the ${map} map: expected a cosignature by somebody whom this ledger takes them from, got none`,
    { hint: 'The operator names them: attestree server start --auditor KEY' },
  )
}
