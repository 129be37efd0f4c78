/** Progress on stderr: a bar that is rewritten on a terminal, the same as a plain line every ten seconds elsewhere. */
import { systemClock } from './system-clock.ts'
import type { Terminal } from './terminal.ts'

/** interface.md 3.4. */
const PLAIN_EVERY_MS = 10_000
/** A person sees no more. */
const BAR_EVERY_MS = 100
const BAR_WIDTH = 24

export interface Progress {
  /** @param facts asked only when something is shown */
  show(done: number, total: number, facts: () => string): void
  /** Leaves the line as it is; nothing is rewritten afterwards. */
  end(): void
}

export function createProgress({
  terminal,
  what,
}: {
  readonly terminal: Terminal
  readonly what: string
}): Progress {
  let [shownAt, shown] = [systemClock.now(), false]
  return {
    show(done, total, facts) {
      const every = terminal.rewrite === undefined ? PLAIN_EVERY_MS : BAR_EVERY_MS
      if (systemClock.now() - shownAt < every && done !== total) return
      shownAt = systemClock.now()
      const line = `${what}: ${done} of ${total} (${total === 0 ? 100 : Math.floor((100 * done) / total)}%)  ${facts()}`
      if (terminal.rewrite === undefined) return terminal.note(line)
      terminal.rewrite(`${barOf(done, total)} ${line}`)
      shown = true
    },
    end() {
      if (shown) terminal.note()
      shown = false
    },
  }
}

function barOf(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * done) / total)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`
}
