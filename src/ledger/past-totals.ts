/**
 * Totals of the past, counted once for each size. What a size amounts to never changes, but counting it reads a good part
 * of the log, and anybody may ask as of any size: so one count runs at a time, gives way to everybody else, and is kept.
 */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { Totals } from './index-rows.ts'
import type { Pause } from './pauses.ts'
import type { Clock } from './ports.ts'

/** Kept for so many sizes, a few bytes each. */
const MAX_KEPT = 1_000
/** Each holds a snapshot of the index open while it waits. */
const MAX_WAITING = 16

export interface PastTotals {
  /** @throws Fault `busy` if too many wait already; whatever `count` throws */
  of(at: TreeSize, count: (pause: Pause) => Promise<Totals>): Promise<Totals>
}

export function createPastTotals(clock: Pick<Clock, 'sleep'>): PastTotals {
  const kept = new Map<TreeSize, Totals>()
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  const keep = (at: TreeSize, totals: Totals): Totals => {
    const [oldest] = kept.keys()
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(at, totals)
    return totals
  }
  return {
    async of(at, count) {
      const known = kept.get(at)
      if (known !== undefined) return known
      if (waiting >= MAX_WAITING)
        throw new Fault('busy', 'ledger: too many questions about the past at once', {
          hint: 'Try again in a moment.',
        })
      waiting++
      const mine = last
        .then(async () => kept.get(at) ?? keep(at, await count(() => clock.sleep(0))))
        .finally(() => void waiting--)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
