/** As of when a question is answered: at an earlier size, or not before the index has reached one. */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { AsOf } from '../verify/answer.ts'
import type { CompleteAnswer } from '../verify/complete-entries.ts'

export interface Moment {
  /** Only entries below count, and trust is judged as of it. Proofs still lead to the newest checkpoint. */
  readonly at?: TreeSize
  /** The index must have reached this. */
  readonly minSize?: TreeSize
}

/** Adds the query parameters to `params`. */
export function momentParams(
  { at, minSize }: Moment,
  params: URLSearchParams = new URLSearchParams(),
): URLSearchParams {
  if (at !== undefined) params.set('at', String(at))
  if (minSize !== undefined) params.set('min_size', String(minSize))
  return params
}

/** @throws Fault `bad-proof` (`entry-mismatch`) if the answer is as of another moment */
export function expectMoment({ at, minSize = 0 as TreeSize }: Moment, { indexedThrough }: AsOf): void {
  if (at !== undefined && indexedThrough !== at)
    throw new Fault(
      'entry-mismatch',
      `answer: expected one as of size ${at}, got one as of ${indexedThrough}`,
    )
  if (indexedThrough < minSize)
    throw new Fault(
      'entry-mismatch',
      `answer: expected entries up to ${minSize} in the index, it has ${indexedThrough}`,
    )
}

/**
 * Complete as of long ago is true of anything, and looks as if nothing had been recorded since.
 *
 * @throws Fault `bad-proof` (`answer-incomplete`) if the answer leaves out entries that its maps have, and was not asked to
 */
export function expectNewest({ at }: Moment, complete: CompleteAnswer | undefined): void {
  if (at !== undefined || complete === undefined || complete.through >= complete.components.size) return
  throw new Fault(
    'answer-incomplete',
    `answer: expected one as of size ${complete.components.size}, which its maps have, got one as of ${complete.through}`,
  )
}
