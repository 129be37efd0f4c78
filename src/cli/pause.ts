/** Waiting that Ctrl-C ends at once. */
import { Interrupted } from './interrupt.ts'

/**
 * Resolves after that many milliseconds. Nothing of it stays behind at the signal, which may outlive thousands of pauses.
 *
 * @throws the signal's reason as soon as it is aborted
 */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason instanceof Error ? signal.reason : new Interrupted('interrupted'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
