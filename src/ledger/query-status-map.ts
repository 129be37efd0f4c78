/** The whole status map, with every entry that it lists: what whoever keeps it can ask offline (index.md 7). */
import type { LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { revocationAt } from '../trust/trust-state.ts'
import type { StatusMapAnswer } from '../verify/status-evidence.ts'
import type { ProveKeys } from './complete.ts'
import { MAX_COMPLETE_ENTRIES } from './limits.ts'
import { asOf, provenEntries, type View } from './view.ts'

/** @throws Fault `too-large` (`answer-too-large`) */
export async function queryStatusMap(view: View, prove: ProveKeys): Promise<StatusMapAnswer> {
  const whole = { prefixes: [new Uint8Array()], keys: [], postings: () => true }
  const status = await prove('status', whole)
  const listed = status.prefixes.flatMap(({ keys }) => keys).flatMap(({ postings = [] }) => postings)
  const seen = [...new Set(listed)].filter((index) => index < view.through)
  if (seen.length > MAX_COMPLETE_ENTRIES)
    throw new Fault('answer-too-large', `status map: it lists more than ${MAX_COMPLETE_ENTRIES} entries`, {
      hint: 'Ask about single targets.',
    })
  const entries = await provenEntries(view, [...seen, ...seen.flatMap((index) => basisAt(view, index))])
  return { asOf: asOf(view, view.through), status, entries }
}

/** What a revocation rests on is needed to judge it. */
function basisAt({ trust }: View, index: LogIndex): readonly LogIndex[] {
  const basis = revocationAt(trust, index)?.revocation.basis
  return basis !== undefined && basis.entry < index ? [basis.entry] : []
}
