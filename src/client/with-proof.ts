/**
 * Asking with the proof that no row is missing, and without it where it is not to be had: the rows are worth having all the
 * same, and whoever shows them says so.
 *
 * A page comes with what was signed behind its rows. Where that is too much, or all rows are more than a page, they are asked for
 * in one answer, in which SBOMs are lines of their manifests.
 */
import { Fault, type Reason } from '../errors.ts'
import type { LogTrust } from '../verify/evidence.ts'
import type { Reading } from './fetch-signed.ts'
import type { ProofWanted } from './proof-wanted.ts'

/**
 * Nothing is published yet; the proof, or what has to be read for it, would be too long; or it proves too little (a
 * licence that none lists).
 */
const NOT_TO_BE_HAD: readonly Reason[] = [
  'unproven',
  'map-behind',
  'answer-too-large',
  'payload-too-large',
  'lookup-too-large',
]

/** Of a page, not of all rows with lines of their SBOMs. */
const TOO_MUCH: readonly Reason[] = ['answer-too-large', 'payload-too-large']

/** What is asked for: a page with its proof, all rows with theirs, or rows alone. */
export interface ProofForm {
  readonly proof?: ProofWanted
  readonly whole?: true
}

/** A page of so many rows, unless all are asked for. */
export function pageOf(form: ProofForm, limit: number): ProofForm & { readonly limit?: number } {
  return form.whole === undefined ? { limit, ...form } : form
}

export interface MaybeProven<T> {
  readonly value: T
  /** Why it came without the proof that was asked for. */
  readonly unproven?: Fault
}

/**
 * Whoever wants roots to be cosigned gets no answer without a proof.
 *
 * @param hasWhole whether all rows can be asked for, and are wanted
 * @throws whatever `ask` throws, but for the absence of a proof
 */
export async function withProof<T>(
  { cosigned }: LogTrust,
  ask: (form: ProofForm, reading: Pick<Reading, 'unlessCut'>) => Promise<T>,
  { hasWhole = true }: { readonly hasWhole?: boolean } = {},
): Promise<MaybeProven<T>> {
  const proof = cosigned === undefined ? 'complete' : 'cosigned'
  const page = await orWhyNot(() => ask({ proof }, { unlessCut: hasWhole }))
  const isTooMuch = page.unproven !== undefined && TOO_MUCH.includes(page.unproven.reason)
  const found = isTooMuch && hasWhole ? await orWhyNot(() => ask({ proof, whole: true }, {})) : page
  if (found.unproven === undefined) return found
  if (cosigned !== undefined) throw found.unproven
  return { value: await ask({}, {}), unproven: found.unproven }
}

type Tried<T> = { readonly value: T; readonly unproven?: never } | { readonly unproven: Fault }

async function orWhyNot<T>(ask: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await ask() }
  } catch (cause) {
    if (!isProofAbsent(cause)) throw cause
    return { unproven: cause }
  }
}

/** Whether this says that the server has no proof to give now: nothing that it says is wrong. */
export function isProofAbsent(cause: unknown): cause is Fault {
  return cause instanceof Fault && NOT_TO_BE_HAD.includes(cause.reason)
}
