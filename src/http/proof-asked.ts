/** The parameter `proof`: whether an answer has to prove that nothing was left out, and wait until that is cosigned. */
import { Fault } from '../errors.ts'
import type { Moment } from '../ledger/moment.ts'
import type { QueryParams } from './query-params.ts'

export const PROOFS = ['complete', 'cosigned'] as const

/** Undefined: rows alone. @throws Fault `malformed` (`parameter-malformed`) */
export function proofAsked(params: Pick<QueryParams<'proof'>, 'get'>): Pick<Moment, 'cosigned'> | undefined {
  const proof = params.get('proof')
  if (proof === undefined) return undefined
  if (PROOFS.some((one) => one === proof)) return { cosigned: proof === 'cosigned' }
  throw new Fault(
    'parameter-malformed',
    `parameter "proof": expected "complete" or "cosigned", got ${proof.slice(0, 100)}`,
    { hint: 'Leave it out for rows alone.', facts: { parameter: 'proof' } },
  )
}
