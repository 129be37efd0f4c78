/** What an answer says of the revocations of a target: made by the ledger, and again by whoever checks what it says. */
import type { TreeSize } from '../brand.ts'
import { annulledOf, revocationsOf, type RecordedRevocation, type TrustState } from '../trust/trust-state.ts'
import type { RevocationRow, RevocationsAnswer } from './answer.ts'

/** As of a size. */
export function revocationRows(
  trust: TrustState,
  asOf: TreeSize,
  target: string,
): Pick<RevocationsAnswer, 'revocations' | 'annulled'> {
  const annulled = annulledOf(trust, asOf, target).flatMap((one) =>
    one.annulledBy === undefined ? [] : { ...rowOf(one), annulledBy: one.annulledBy },
  )
  return {
    revocations: revocationsOf(trust, asOf, target).map(rowOf),
    ...(annulled.length === 0 ? {} : { annulled }),
  }
}

function rowOf({ index, signedBy, revocation: { mode, reason, cutoff } }: RecordedRevocation): RevocationRow {
  return { entry: index, mode, reason, ...(cutoff === undefined ? {} : { cutoff }), signedBy }
}
