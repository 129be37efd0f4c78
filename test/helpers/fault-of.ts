/** Refusals in tests: the fault that something throws, so that its reason, place and words can be checked. */
import { Fault } from '../../src/errors.ts'

/** @throws Error if nothing is thrown; whatever is thrown that is not a fault */
export function faultOf(run: () => unknown): Fault {
  try {
    run()
  } catch (cause) {
    if (cause instanceof Fault) return cause
    throw cause
  }
  throw new Error('expected a fault, but nothing was refused')
}

/** The result, or the reason of the fault. */
export function resultOrReason<T>(run: () => T): T | string {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof Fault) return cause.reason
    throw cause
  }
}
