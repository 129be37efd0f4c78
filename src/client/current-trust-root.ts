/** The trust root in force, with the whole chain of versions that leads to it judged again. */
import type { TrustRoot } from '../attestation/trust-root.ts'
import type { AttestationId, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { proposalsAt, rootAt, type ProposedRoot } from '../trust/trust-state.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'

export interface CurrentTrustRoot {
  readonly id: AttestationId
  readonly entry: LogIndex
  readonly root: TrustRoot
  /** Versions that would follow it, signed by too few so far; whether these are all is the server's word. */
  readonly proposals: readonly ProposedRoot[]
}

/**
 * That it is the newest is the server's word: an administrator who signs a successor finds out when it is refused.
 *
 * @throws Fault `bad-proof` if its entry or the chain from leaf 0 does not hold, `untrusted` for another log, `busy`
 *   (`index-behind`) while the server has yet to look at all that it has logged
 */
export async function currentTrustRoot(client: Client, options: CallOptions = {}): Promise<CurrentTrustRoot> {
  const { trustRoot, asOf } = await client.status(options)
  // Every answer about a target comes with all trust roots; from an index that is behind, the newest would be missing.
  const whole = { ...options, minSize: asOf.treeSize }
  const answer = await client.revocations(`attestation:${trustRoot.id}`, whole)
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  const state = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  const found = rootAt(state, checkpoint.size)
  // It need not be the one that was named: another may have come into force between the two questions.
  if (found !== undefined && state.roots.some(({ id }) => id === trustRoot.id)) {
    const proposals = proposalsAt(state, checkpoint.size)
    return { id: found.id, entry: found.index, root: found.root, proposals }
  }
  throw new Fault(
    'rows-differ',
    `trust root: the server names ${trustRoot.id}, but the log leads to ${found?.id ?? 'none'}`,
  )
}
