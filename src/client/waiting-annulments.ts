/** Annulments that too few administrators have signed so far, each judged here from the log's own entries. */
import type { AttestationId } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { RecordedRevocation } from '../trust/trust-state.ts'
import type { SignedEntry } from '../trust/held.ts'
import type { CallOptions, Client } from './client.ts'
import { revocationStanding } from './revocation-standing.ts'

export interface WaitingAnnulment {
  readonly id: AttestationId
  /** What it would end. */
  readonly revocation: RecordedRevocation
  /** One for each signature, in the log's order; never empty. */
  readonly signed: readonly SignedEntry[]
  /** How many more administrators must sign. */
  readonly missing: number
}

/**
 * That these are all is the server's word; a hundred at most.
 *
 * @throws Fault `bad-proof` (`rows-differ`) for one that nobody signed; as `Client.status` and `revocationStanding`
 */
export async function waitingAnnulments(
  client: Client,
  options: CallOptions = {},
): Promise<readonly WaitingAnnulment[]> {
  const { waitingAnnulments: told = [] } = await client.status(options)
  const waiting: WaitingAnnulment[] = []
  for (const { id, revocation } of told) {
    const standing = await revocationStanding(client, revocation, options)
    const { signed, missing } = standing.annulment(id)
    if (signed.length === 0)
      throw new Fault('rows-differ', `annulment ${id}: the server says that it waits, but nobody signed it`)
    // Completed between the two answers: it waits no more.
    if (standing.annulledBy === undefined)
      waiting.push({ id, revocation: standing.revocation, signed, missing })
  }
  return waiting
}
