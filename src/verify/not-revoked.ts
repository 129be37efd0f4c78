/**
 * That no statement about these targets is left out of an answer (index.md 4 and 7): from the status map to the control entries that an
 * answer has to hold.
 *
 * The map lists every trust root, revocation and annulment in the log, whether or not it counts. What follows from those listed is decided
 * by trust/, as everywhere: so "not revoked" is the verdict on all there are, of which there may be none.
 */
import { isControlType, REVOCATION } from '../attestation/predicate-types.ts'
import type { LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { statusKey, trustRootsKey } from '../map/keys.ts'
import { checkKeys, type CompleteKeys } from './complete-keys.ts'
import type { MapProofs } from './completeness-wire.ts'
import { checkMapRoot, type CheckedMapRoot, type KnownLog } from './map-root.ts'
import type { CheckedAttestation } from './proven-entry.ts'

/** The control statements of an answer, and how it shows that these are all. */
export interface StatusClaim {
  readonly proof: MapProofs
  readonly log: KnownLog
  /** In the order of the log. */
  readonly attested: readonly CheckedAttestation[]
  /** What came later is left out. */
  readonly below: TreeSize
}

export interface CheckedStatus {
  readonly status: CheckedMapRoot
  /** The entries that the map lists: all that there are below `status.size`, as far as they are asked for. */
  readonly named: ReadonlySet<LogIndex>
}

/**
 * As of the size of the published status map, no statement about one of these targets is missing from `attested`: what trust/ says of them
 * with these alone is what it says with all.
 *
 * @param targets URIs, as revocations have them
 * @throws Fault `bad-proof`: as `checkMapRoot`, `checkKeys`, `checkStatements`
 */
export function checkStatus(claim: StatusClaim, targets: Iterable<string>): CheckedStatus {
  const { status, statementsAbout } = openStatus(claim)
  return { status, named: statementsAbout(targets) }
}

export interface OpenedStatus {
  readonly status: CheckedMapRoot
  /** As `checkStatements`. */
  readonly statementsAbout: (targets: Iterable<string>) => ReadonlySet<LogIndex>
}

/** As `checkStatus`, for whoever asks of one target after the other. @throws Fault `bad-proof`: as `checkMapRoot`, `checkKeys` */
export function openStatus({ proof, log, attested, below }: StatusClaim): OpenedStatus {
  const status = checkMapRoot('status', proof.map, log)
  // A newer revocation that is at hand by itself, and its annulment is not, would take a row away.
  const newer = attested.find(
    ({ entry, statement }) => entry.index >= status.size && isControlType(statement.predicateType),
  )
  if (newer !== undefined) throw beyond(newer.entry.index, status.size)
  const byIndex = new Map(attested.map((one) => [one.entry.index, one]))
  const keys = checkKeys(status, proof, below)
  return {
    status,
    statementsAbout: (targets) => checkStatements(keys, targets, byIndex),
  }
}

/**
 * Every trust root, every revocation of one of the targets, and every annulment of one of those, as far as the map reaches, is among
 * `attested`. Returns their entries.
 *
 * @param targets URIs, as revocations have them
 * @throws Fault `bad-proof` (`answer-incomplete`) if one is not, or if nothing is shown of a target
 */
export function checkStatements(
  status: CompleteKeys,
  targets: Iterable<string>,
  attested: ReadonlyMap<LogIndex, CheckedAttestation>,
): ReadonlySet<LogIndex> {
  const found = new Set<LogIndex>()
  const take = (what: string, indexes: readonly LogIndex[]): void => {
    for (const index of indexes) {
      const statement = attested.get(index)
      if (statement === undefined) throw hidden(index, what)
      if (found.has(index)) continue
      found.add(index)
      // An annulment is found under the revocation that it ends.
      if (statement.statement.predicateType === REVOCATION) {
        const own = `attestation:${statement.entry.attestation}`
        take(own, status.postings(statusKey(own)))
      }
    }
  }
  take('the trust root', status.postings(trustRootsKey))
  for (const target of new Set(targets)) take(target, status.postings(statusKey(target)))
  return found
}

function beyond(index: LogIndex, size: TreeSize): Fault {
  return new Fault(
    'answer-incomplete',
    `entry ${index}: expected trust roots, revocations and annulments below ${size}, which the status map has, got a newer one`,
  )
}

function hidden(index: LogIndex, what: string): Fault {
  return new Fault(
    'answer-incomplete',
    `entry ${index}: expected what was signed there, which the status map lists as a statement about ${what}, got nothing`,
  )
}
