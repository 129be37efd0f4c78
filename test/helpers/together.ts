/** Tests that do not touch each other, under way at the same time: most of each is waiting for a process of its own. */
import { before, it } from 'mocha'

export interface Together {
  /** As mocha's `it`. */
  it(title: string, test: () => Promise<void>): void
}

/** The first that is waited for may have to wait for all. */
const MAX_TOGETHER_MS = 60_000

/** Called in a `describe` after the `before` that the tests need. */
export function together(): Together {
  const tests = new Map<string, () => Promise<void>>()
  const running = new Map<string, Promise<void>>()

  before(() => {
    for (const [title, test] of tests) {
      const result = test()
      // Whoever waits for it sees what went wrong.
      result.catch(() => undefined)
      running.set(title, result)
    }
  })

  return {
    it: (title, test) => {
      if (tests.has(title)) throw new Error(`two tests of the title ${title}`)
      tests.set(title, test)
      it(title, async () => running.get(title)).timeout(MAX_TOGETHER_MS)
    },
  }
}
