/** That no revocation behind what is said about an image was left out (index.md 7). */
import { isControlType, REVOCATION } from '../attestation/predicate-types.ts'
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { statusKey, trustRootsKey } from '../map/keys.ts'
import { checkStatements } from '../verify/not-revoked.ts'
import type { Cosigned } from '../verify/map-root.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import type { CallOptions, Client } from './client.ts'
import { isProofAbsent } from './with-proof.ts'

export interface ControlClaim {
  /** In the order of the log; every control statement that touches a target is to be among them. */
  readonly attested: readonly CheckedAttestation[]
  /** URIs, as revocations have them. */
  readonly targets: readonly string[]
  /** What came later is left out. */
  readonly below: TreeSize
  /** Of the log, when it was asked. */
  readonly size: TreeSize
}

export interface NoneHidden {
  /** As of which size. */
  readonly size: TreeSize
  /** Absent where nobody asks for it. */
  readonly cosigned?: Cosigned
}

/**
 * As of when none is missing; undefined where the server cannot prove it now.
 *
 * @throws Fault `unproven` (`not-cosigned`) if the client wants the root to be cosigned; then it is never undefined
 * @throws Fault `bad-proof` (`answer-incomplete`) if one is; as `MapQuestions.lookUp`
 */
export async function noneHidden(
  client: Client,
  claim: ControlClaim,
  options: CallOptions,
): Promise<NoneHidden | undefined> {
  try {
    return await proveNoneHidden(client, claim, options)
  } catch (cause) {
    if (isProofAbsent(cause) && client.trust.cosigned === undefined) return undefined
    throw cause
  }
}

async function proveNoneHidden(
  client: Client,
  { attested, targets, below, size }: ControlClaim,
  options: CallOptions,
): Promise<NoneHidden> {
  const revocations = attested.filter(({ statement }) => statement.predicateType === REVOCATION)
  const ends = revocations.map(({ entry }) => `attestation:${entry.attestation}`)
  const asked = [trustRootsKey, ...[...new Set([...targets, ...ends])].map(statusKey)]
  const { answer, keys, root } = await client.maps.lookUp('status', asked, {
    ...options,
    minSize: size,
    cosigned: client.trust.cosigned !== undefined,
  })
  const cosigned = client.trust.cosigned?.('status', answer.map.checkpoint)
  const newer = attested.find(
    ({ entry, statement }) => entry.index >= root.size && isControlType(statement.predicateType),
  )
  if (newer !== undefined)
    throw new Fault(
      'map-behind',
      `status map: expected one that has entry ${newer.entry.index}, got one of ${root.size}`,
    )
  const later = asked.flatMap((key) => keys.postings(key)).find((index) => index >= below)
  if (later !== undefined) throw changed(later)
  const byIndex = new Map(attested.map((one) => [one.entry.index, one]))
  checkStatements(keys, targets, byIndex)
  return { size: treeSize(Math.min(root.size, below)), ...(cosigned && { cosigned }) }
}

/** Whether it was recorded between the answer and the look-up, or left out of an answer of long ago, nobody can tell. */
function changed(index: LogIndex): Fault {
  return new Fault(
    'index-behind',
    `entry ${index}: expected an answer that has what is recorded about it there, got an earlier one`,
    { hint: 'Ask again.' },
  )
}
