/** A revocation and what was signed to annul it, judged here from the log's own entries. */
import { parseControl } from '../attestation/control.ts'
import { parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { annulmentSignatures } from '../trust/annulments.ts'
import { administratorsAmong } from '../trust/grants.ts'
import type { SignedEntry } from '../trust/held.ts'
import { revocationOf, rootAt, type RecordedRevocation } from '../trust/trust-state.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'

export interface RevocationStanding {
  readonly revocation: RecordedRevocation
  /** The entry that completed an annulment of it; undefined while it is live. */
  readonly annulledBy: LogIndex | undefined
  /** Who signed this annulment so far, and how many administrators are missing still. */
  readonly annulment: (id: AttestationId) => {
    readonly signers: readonly KeyId[]
    readonly signed: readonly SignedEntry[]
    readonly missing: number
  }
}

/**
 * That no other annulment was left out is the server's word.
 *
 * @throws Fault `unacceptable` (`not-annullable`) if this attestation is no revocation
 * @throws Fault `bad-proof`, `untrusted`, `not-recorded`; as `Client.revocations` and `Client.pae`
 */
export async function revocationStanding(
  client: Client,
  id: AttestationId,
  options: CallOptions = {},
): Promise<RevocationStanding> {
  const answer = await client.revocations(await targetOf(client, id, options), options)
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  const state = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  const revocation = revocationOf(state, checkpoint.size, id)
  const inForce = rootAt(state, checkpoint.size)
  if (revocation === undefined || inForce === undefined)
    throw new Fault('rows-differ', `revocation ${id}: the server has it, but not among those of its target`)
  return {
    revocation,
    annulledBy: revocation.annulledBy,
    annulment: (annulment) => {
      const signed = annulmentSignatures(state, checkpoint.size, annulment)
      const signers = signed.map((one) => one.key)
      const missing = inForce.root.admins.threshold - administratorsAmong(inForce, signers)
      return { signers, signed, missing: Math.max(0, missing) }
    },
  }
}

async function targetOf(client: Client, id: AttestationId, options: CallOptions): Promise<string> {
  const { payload } = parsePae(await client.pae(id, options))
  const control = parseControl(parseStatement(payload))
  if (control?.kind === 'revocation') return control.revocation.target.uri
  throw new Fault('not-annullable', `attestation ${id}: expected a revocation, got another statement`)
}
