/** The machine's time: the one place that reads it. */
import type { Clock } from '../ledger/ports.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) =>
    new Promise((resolve) => {
      // A timer of 0 runs again and again before what has arrived is looked at, if the work in between takes a millisecond.
      if (milliseconds > 0) setTimeout(resolve, milliseconds)
      else setImmediate(resolve)
    }),
}
