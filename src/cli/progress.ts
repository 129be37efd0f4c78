/** Progress on stderr: a bar that is rewritten on a terminal, the same as a plain line every ten seconds elsewhere. */
import { systemClock } from './system-clock.ts'
import type { Terminal } from './terminal.ts'

/** interface.md 3.4. */
const PLAIN_EVERY_MS = 10_000
const BAR_WIDTH = 24

export interface Progress {
  show(done: number, total: number, facts: string): void
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
      const line = `${what}: ${done} of ${total} (${total === 0 ? 100 : Math.floor((100 * done) / total)}%)  ${facts}`
      if (terminal.rewrite !== undefined) {
        terminal.rewrite(`${barOf(done, total)} ${line}`)
        shown = true
      } else if (systemClock.now() - shownAt >= PLAIN_EVERY_MS || done === total) {
        terminal.note(line)
        shownAt = systemClock.now()
      }
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
