/**
 * Searches one after the other, each giving way to everybody else (pauses.ts): anybody may ask two thousand things at once, and
 * what they amount to is in memory meanwhile.
 */
import { Fault } from '../errors.ts'
import type { Pause } from './pauses.ts'

/** Each holds its question, of some megabytes at most. */
const MAX_WAITING = 32

export interface SearchTurns {
  /**
   * @param signal aborted where nobody waits for the answer any more: its turn goes to the next
   * @throws Fault `busy` if too many wait already; the signal's reason; whatever `search` throws
   */
  run<T>(search: (pause: Pause) => Promise<T>, signal?: AbortSignal): Promise<T>
}

export function createSearchTurns(pauseOfOne: () => Pause): SearchTurns {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return {
    async run(search, signal) {
      if (waiting >= MAX_WAITING)
        throw new Fault('busy', 'ledger: too many searches at once', { hint: 'Try again in a moment.' })
      waiting++
      const pause = pauseOfOne()
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
