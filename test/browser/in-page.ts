/**
 * Runs in the page: loads one suite after the other into the mocha that the page has loaded, runs all of them, and
 * tells each test's result.
 */
import fc from 'fast-check'
import type { PageTest } from './run-suites.ts'

/** A browser's cryptography is a hundred times slower than Node's, where the properties run in full. */
const PROPERTY_RUNS = 20

declare const mocha: {
  readonly suite: Mocha.Suite
  run(done: () => void): Mocha.Runner
}

/** Paths of test files, and how each is loaded. */
export type Suites = Readonly<Record<string, () => Promise<unknown>>>

/**
 * Which file each of mocha's outermost suites comes from.
 *
 * @throws Error if a file cannot be loaded: mocha would put what comes after it inside its broken suite
 */
async function load(suites: Suites): Promise<Map<Mocha.Suite, string>> {
  const fileOf = new Map<Mocha.Suite, string>()
  for (const [file, loadSuite] of Object.entries(suites)) {
    try {
      await loadSuite()
    } catch (cause) {
      throw new Error(`${file} cannot be loaded: ${traceOf(cause)}`, { cause })
    }
    for (const suite of mocha.suite.suites) if (!fileOf.has(suite)) fileOf.set(suite, file)
  }
  return fileOf
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function outermost(suite: Mocha.Suite): Mocha.Suite {
  return suite.parent === undefined || suite.parent.root ? suite : outermost(suite.parent)
}

export async function runSuites(suites: Suites): Promise<PageTest[]> {
  fc.configureGlobal({ numRuns: PROPERTY_RUNS })
  const tests: PageTest[] = []
  const fileOf = await load(suites)
  const note = (runnable: Mocha.Runnable, state: PageTest['state'], error?: Error): void => {
    const suite = runnable.parent === undefined ? undefined : outermost(runnable.parent)
    const file = (suite === undefined ? undefined : fileOf.get(suite)) ?? ''
    const trace = error === undefined ? '' : traceOf(error)
    tests.push({ file, title: runnable.titlePath().join(' › '), state, trace, ms: runnable.duration ?? 0 })
  }
  return new Promise((resolve) => {
    mocha
      .run(() => resolve(tests))
      .on('pass', (test: Mocha.Test) => note(test, 'passed'))
      .on('pending', (test: Mocha.Test) => note(test, 'skipped'))
      .on('fail', (runnable: Mocha.Runnable, error: Error) => note(runnable, 'failed', error))
  })
}
