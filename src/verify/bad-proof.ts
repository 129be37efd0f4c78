/**
 * One class for everything that does not verify.
 *
 * In evidence and in answers, whatever cannot be read or does not hold has one meaning for the reader: nothing is
 * proven (exit 15). A parser's own refusal (`malformed`, `unacceptable`, …) is about somebody's input; here it is
 * about a proof, so it becomes a `bad-proof` fault that keeps the parser's words.
 */
import { Fault } from '../errors.ts'
import type { classOfReason, Reason } from '../errors.ts'

export type BadProofReason = {
  [R in Reason]: (typeof classOfReason)[R] extends 'bad-proof' ? R : never
}[Reason]

/** About another log than the trusted one: not wrong in itself (contracts.md 8, exit 12). */
function isOtherLog({ reason }: Fault): boolean {
  return reason === 'wrong-log-key' || reason === 'wrong-trust-root'
}

/**
 * Runs one check. A fault of another class becomes `reason`; a `bad-proof` fault keeps its own reason.
 *
 * @throws Fault `bad-proof`, or `untrusted` (`wrong-log-key`, `wrong-trust-root`) as it was thrown
 */
export function asBadProof<T>(reason: BadProofReason, subject: string, check: () => T): T {
  try {
    return check()
  } catch (cause) {
    if (!(cause instanceof Fault) || isOtherLog(cause)) throw cause
    const kept = cause.class === 'bad-proof' ? cause.reason : reason
    throw new Fault(kept, `${subject}: ${cause.message}`, {
      cause,
      ...(cause.pointer === undefined ? {} : { pointer: cause.pointer }),
    })
  }
}
