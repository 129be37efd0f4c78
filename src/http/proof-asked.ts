/** The parameter `proof`: whether an answer has to prove that nothing was left out. */
import { Fault } from '../errors.ts'
import type { QueryParams } from './query-params.ts'

/** @throws Fault `malformed` (`parameter-malformed`) */
export function asksForProof(params: Pick<QueryParams<'proof'>, 'get'>): boolean {
  const proof = params.get('proof')
  if (proof === undefined || proof === 'complete') return proof !== undefined
  throw new Fault(
    'parameter-malformed',
    `parameter "proof": expected "complete", got ${proof.slice(0, 100)}`,
    { hint: 'Leave it out for rows alone.', facts: { parameter: 'proof' } },
  )
}
