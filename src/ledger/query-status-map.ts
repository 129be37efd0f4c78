/**
 * The whole status map, and the proof that all entries which it lists are in the log: what whoever keeps it can ask
 * offline (index.md 7).
 */
import type { LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { proveSeveral } from '../tlog/several.ts'
import { revocationAt } from '../trust/trust-state.ts'
import type { StatusMapAnswer } from '../verify/status-map.ts'
import type { ProveKeys } from './complete.ts'
import { MAX_STATUS_ENTRIES } from './limits.ts'
import { hashesOf } from './prove.ts'
import { asOf, type View } from './view.ts'

/** The entries themselves are for `queryEntryList`. @throws Fault `too-large` (`answer-too-large`) */
export async function queryStatusMap(view: View, prove: ProveKeys): Promise<StatusMapAnswer> {
  const whole = { prefixes: [new Uint8Array()], keys: [], postings: () => true }
  const status = await prove('status', whole)
  const listed = new Set<LogIndex>()
  for (const { keys } of status.prefixes)
    for (const { postings = [] } of keys)
      for (const index of postings) if (index < view.through) listed.add(index)
  const bases = basesOf(view, listed)
  const wanted = [...listed, ...bases].sort((a, b) => a - b)
  if (wanted.length > MAX_STATUS_ENTRIES)
    throw new Fault('answer-too-large', `status map: it lists more than ${MAX_STATUS_ENTRIES} entries`, {
      hint: 'Ask about single targets.',
    })
  const { size } = view.checkpoint
  const inclusion = await proveSeveral(wanted, size, () => async (places) => {
    await view.pause()
    return hashesOf(view.log, size)(places)
  })
  return { asOf: asOf(view, view.through), status, bases, inclusion }
}

/** What revocations rest on is needed to judge them; ascending. */
function basesOf({ trust }: View, listed: ReadonlySet<LogIndex>): readonly LogIndex[] {
  const bases = new Set<LogIndex>()
  for (const index of listed) {
    const basis = revocationAt(trust, index)?.revocation.basis
    if (basis !== undefined && basis.entry < index && !listed.has(basis.entry)) bases.add(basis.entry)
  }
  return [...bases].sort((a, b) => a - b)
}
