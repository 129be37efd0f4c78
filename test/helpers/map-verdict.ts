import { Fault } from '../../src/errors.ts'

/** Whether a check passes. It refuses with a `map-proof-invalid`; anything else that it throws is a bug. */
export function verdictOf(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof Fault && error.reason === 'map-proof-invalid') return false
    throw error
  }
}
