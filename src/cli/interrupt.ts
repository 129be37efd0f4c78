/** Ctrl-C (interface.md 3.4): the first says what is saved and how to go on, the second ends the program at once. */

export class Interrupted extends Error {}

/** Runs `use` with a signal that Ctrl-C aborts; its reason is an `Interrupted`. */
export async function untilInterrupted<T>(use: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Interrupted('interrupted'))
  process.once('SIGINT', stop)
  try {
    return await use(controller.signal)
  } finally {
    process.removeListener('SIGINT', stop)
  }
}
