/** Refusals that the judges of admission share. */
import type { KeyId } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { TrustState } from './trust-state.ts'

export function untrustedSigner(key: KeyId): Fault {
  return new Fault('untrusted-signer', `signer: expected a key of the trust root in force, got ${key}`, {
    hint: 'An administrator registers signers with `attestree trust add-signer`.',
  })
}

export function unauthorized(principal: string, what: string): Fault {
  return new Fault(
    'unauthorized',
    `signer: expected a right to ${what.slice(0, 110)}, ${principal} has none`,
    {
      hint: 'An administrator grants it: attestree trust add-signer NAME --key PUB --types TYPE',
    },
  )
}

/** @throws Fault `unacceptable` (`wrong-log`) */
export function refuseOtherLog(state: TrustState, log: string): void {
  if (log === state.origin) return
  throw new Fault('wrong-log', `statement: expected one for the log ${state.origin}, got one for ${log}`, {
    pointer: '/predicate/log',
  })
}
