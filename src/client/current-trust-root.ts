/** The trust root in force, read from its entry and checked. */
import { parseControl } from '../attestation/control.ts'
import type { TrustRoot } from '../attestation/trust-root.ts'
import type { AttestationId, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { checkAnswer, checkAttestation } from '../verify/proven-entry.ts'
import type { CallOptions, Client } from './client.ts'

export interface CurrentTrustRoot {
  readonly id: AttestationId
  readonly entry: LogIndex
  readonly root: TrustRoot
}

/** That it is the newest is the server's word. @throws Fault `bad-proof` if its entry is no trust root */
export async function currentTrustRoot(client: Client, options: CallOptions = {}): Promise<CurrentTrustRoot> {
  const { id, entry } = (await client.status(options)).trustRoot
  const proven = checkAnswer(await client.entry(entry, options), client.trust.logKey).entries.get(entry)
  if (proven === undefined) throw new Fault('entry-mismatch', `entry ${entry}: the answer has no proof of it`)
  const { statement } = checkAttestation(proven, await client.pae(id, options))
  const control = parseControl(statement)
  if (control?.kind !== 'trust-root')
    throw new Fault('entry-mismatch', `entry ${entry}: expected a trust root`)
  return { id, entry, root: control.root }
}
