/**
 * Searches one after the other, each giving way to everybody else: anybody may ask two thousand things at once, and the
 * index answers without a turn of the event loop.
 */
import { Fault } from '../errors.ts'
import type { Pause } from './past-totals.ts'
import type { Clock } from './ports.ts'

/** Others wait no longer than this and what is done between two pauses. */
const SLICE_MS = 10
/** Each holds its question, of some megabytes at most. */
const MAX_WAITING = 32

export interface SearchTurns {
  /**
   * @param signal aborted where nobody waits for the answer any more: its turn goes to the next
   * @throws Fault `busy` if too many wait already; the signal's reason; whatever `search` throws
   */
  run<T>(search: (pause: Pause) => Promise<T>, signal?: AbortSignal): Promise<T>
}

export function createSearchTurns(clock: Pick<Clock, 'now' | 'sleep'>): SearchTurns {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return {
    async run(search, signal) {
      if (waiting >= MAX_WAITING)
        throw new Fault('busy', 'ledger: too many searches at once', { hint: 'Try again in a moment.' })
      waiting++
      const pause = slices(clock)
      const heeded = async (): Promise<void> => {
        signal?.throwIfAborted()
        await pause()
      }
      const mine = last
        .then(heeded)
        .then(() => search(heeded))
        .finally(() => void waiting--)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

/** Of one answer: others come in between its slices. */
export function slices(clock: Pick<Clock, 'now' | 'sleep'>): Pause {
  let began = clock.now()
  return async () => {
    if (clock.now() - began < SLICE_MS) return
    await clock.sleep(0)
    began = clock.now()
  }
}
