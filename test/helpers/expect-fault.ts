/** "This must be refused, and for this reason", in one line; the fault is returned for a closer look. */
import { expect } from 'chai'
import { Fault, type Reason } from '../../src/errors.ts'

export function expectFault(reason: Reason, run: () => unknown, title = ''): Fault {
  let result: unknown
  try {
    result = run()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    expect(cause.reason, `${title} (${cause.message})`).to.equal(reason)
    return cause
  }
  throw new Error(`${title}: expected ${reason}, got ${JSON.stringify(result)?.slice(0, 200)}`)
}
