/** The machine's time: the one place that reads it. */
import type { Clock } from '../ledger/ports.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}
