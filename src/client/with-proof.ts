/**
 * Asking with the proof that no row is missing, and without it where it is not to be had: the rows are worth having all the
 * same, and whoever shows them says so.
 */
import { Fault, type Reason } from '../errors.ts'
import type { LogTrust } from '../verify/evidence.ts'

/** Nothing is published yet; the proof would be too long, or what it needs to be read. */
const NOT_TO_BE_HAD: readonly Reason[] = [
  'map-behind',
  'answer-too-large',
  'payload-too-large',
  'lookup-too-large',
]

export interface MaybeProven<T> {
  readonly value: T
  /** Why it came without the proof that was asked for. */
  readonly unproven?: Fault
}

/** `cosigned`: against roots that auditors have cosigned, if they do within a few seconds. */
export type ProofWanted = 'complete' | 'cosigned'

/**
 * Whoever wants roots to be cosigned gets no answer without a proof.
 *
 * @throws whatever `ask` throws, but for the absence of a proof
 */
export async function withProof<T>(
  { cosigned }: LogTrust,
  ask: (proof: { readonly proof?: ProofWanted }) => Promise<T>,
): Promise<MaybeProven<T>> {
  if (cosigned !== undefined) return { value: await ask({ proof: 'cosigned' }) }
  try {
    return { value: await ask({ proof: 'complete' }) }
  } catch (cause) {
    if (!isProofAbsent(cause)) throw cause
    return { value: await ask({}), unproven: cause }
  }
}

/** Whether this says that the server has no proof to give now: nothing that it says is wrong. */
export function isProofAbsent(cause: unknown): cause is Fault {
  return cause instanceof Fault && NOT_TO_BE_HAD.includes(cause.reason)
}
