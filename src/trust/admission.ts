/**
 * Admission: may this signature enter the log at this index? (contracts.md 4 to 6; README 2.7.)
 *
 * Decided by the sequencer in order, on the trust state of all earlier entries, so that an auditor repeats each
 * decision exactly. That the signature holds, and that the statement is well formed, was checked before.
 */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import type { ControlStatement } from '../attestation/control.ts'
import { isImageName, repositoryOf } from '../attestation/image.ts'
import { isInScope } from '../attestation/image-scope.ts'
import { isControlType } from '../attestation/predicate-types.ts'
import type { TrustRoot } from '../attestation/trust-root.ts'
import { Fault } from '../errors.ts'
import { isAdministratorKey, mayMake, ownersOf, scopeOf, type Rights } from './grants.ts'
import { judgeAnnulment, judgeRevocation, judgeRevokeScope, type Basis } from './judge-revocation.ts'
import { refuseOtherLog, unauthorized, untrustedSigner } from './refusals.ts'
import {
  proposersOf,
  revocationsOf,
  rootAt,
  runStart,
  type RecordedRoot,
  type TrustState,
} from './trust-state.ts'

/** One signature on one attestation, and the place that it would get. */
export interface Candidate {
  readonly index: LogIndex
  readonly attestation: AttestationId
  /** Of the signer. */
  readonly key: KeyId
  readonly predicateType: string
  /** Of its subjects, as signed. */
  readonly names?: readonly string[] | undefined
  /** Of a deployment, as signed. */
  readonly environment?: string | undefined
  /** Present for control statements, and for these only. */
  readonly control?: ControlStatement | undefined
  /** The entry that `basisOf` names, if it is in the log before this one. */
  readonly basis?: Basis | undefined
  /** Signers of the same envelope that were admitted right before and are not folded yet. */
  readonly companions?: readonly KeyId[] | undefined
}

/**
 * Returns if the candidate is admitted; the caller folds it then, if it is a control entry.
 *
 * @throws Fault `untrusted` (`untrusted-signer`, `unauthorized`), `revoked` (`revoked-key`), `unacceptable`
 * (`wrong-log`, `trust-root-unacceptable`, `not-revocable`, `not-annullable`, `would-lock-out`, `cutoff-in-the-future`)
 */
export function judgeSubmission(state: TrustState, candidate: Candidate): void {
  const { index, attestation, key, predicateType, environment, control } = candidate
  if ((control !== undefined) !== isControlType(predicateType))
    throw new Error(`admission: control of ${predicateType}`)
  // The signatures of one envelope are judged alike, as of the first: none of them changes what another may do.
  const asOf = runStart(state, attestation, index)
  const inForce = asOf === 0 ? undefined : rootAt(state, asOf)
  if (inForce === undefined) return judgeFirstRoot(state, candidate, asOf)
  if (control?.kind === 'trust-root') return judgeNextRoot(state, candidate, control.root, { inForce, asOf })
  const principal = inForce.owners.get(key)
  if (principal === undefined) {
    // Anybody may submit then, never about the ledger itself; what that is worth is decided by status.ts: nothing.
    if (inForce.root.admission !== 'open' || control !== undefined) throw untrustedSigner(key)
    return refuseRevokedKey(state, asOf, key)
  }
  if (!mayMake(inForce.root, principal, { predicateType }))
    throw unauthorized(principal, `sign ${predicateType}`)
  if (!mayMake(inForce.root, principal, { predicateType, environment }))
    throw unauthorized(principal, `record deployments in ${JSON.stringify(environment)}`)
  if (control === undefined) refuseOutOfScope(inForce.root, principal, candidate)
  refuseRevokedKey(state, asOf, key)
  if (control?.kind === 'revocation') {
    judgeRevocation(state, { key, asOf }, control.revocation, inForce)
    judgeRevokeScope(state, principal, candidate.basis, { inForce, asOf }, control.revocation)
  }
  if (control?.kind === 'annulment') judgeAnnulment(state, asOf, control.annulment)
}

/**
 * A signer with an image scope names no image outside it. What it names decides nothing more: a consumer judges the scope
 * against the reference it asked about, since names are the signer's choice (README 2.7, "Scope").
 */
function refuseOutOfScope(
  root: TrustRoot,
  principal: string,
  { predicateType, environment, names = [] }: Candidate,
): void {
  const scope = scopeOf(root, principal, { predicateType, environment })
  if (scope === undefined) return
  const outside = names.find((name) => isImageName(name) && !isInScope(scope, repositoryOf(name)))
  if (outside !== undefined) throw unauthorized(principal, `speak of the image ${outside.slice(0, 60)}`)
}

/** A key with a live revocation, whole or from a cut-off on, signs nothing new (README 2.7, "Verdicts"). */
function refuseRevokedKey(state: TrustState, asOf: LogIndex, key: KeyId): void {
  const [revoked] = revocationsOf(state, asOf, `key:${key}`)
  if (revoked === undefined) return
  const { reason } = revoked.revocation
  throw new Fault(
    'revoked-key',
    `signer: expected a key that is not revoked, got ${key}, revoked by entry ${revoked.index} (${reason})`,
    {
      facts: { entry: revoked.index },
    },
  )
}

function rootUnacceptable(expected: string, got: string, pointer: string): Fault {
  return new Fault('trust-root-unacceptable', `trust root: expected ${expected}, got ${got}`, { pointer })
}

/** Version 1 is signed by its own administrators (trust.md 3.2, "Bootstrap"); nothing is admitted before it. */
function judgeFirstRoot(state: TrustState, { key, control, predicateType }: Candidate, asOf: LogIndex): void {
  // Its signatures are the entries 0 to n − 1 (README 2.1).
  if (control?.kind !== 'trust-root' || asOf !== 0) {
    throw rootUnacceptable('the first trust root of the log', predicateType.slice(0, 100), '/predicateType')
  }
  refuseOtherLog(state, control.root.log)
  if (control.root.version !== 1)
    throw rootUnacceptable('version 1', `version ${control.root.version}`, '/predicate/version')
  const rights = { root: control.root, owners: ownersOf(control.root) }
  if (!isAdministratorKey(rights, key)) throw noAdministrator(rights, key, 1)
}

function noAdministrator({ owners }: Rights, key: KeyId, version: number): Fault {
  const principal = owners.get(key)
  return principal === undefined
    ? untrustedSigner(key)
    : unauthorized(principal, `sign version ${version} of the trust root`)
}

/**
 * Version n + 1 names version n and is signed by administrators of both, each as many as its threshold (trust.md 3.2).
 * Those who are new follow one who is in force: else anybody could record trust roots of their own.
 */
function judgeNextRoot(
  state: TrustState,
  candidate: Candidate,
  next: TrustRoot,
  { inForce, asOf }: { readonly inForce: RecordedRoot; readonly asOf: LogIndex },
): void {
  const { attestation, index, key, companions = [] } = candidate
  const follows = [...proposersOf(state, attestation, index), ...companions].some((one) =>
    isAdministratorKey(inForce, one),
  )
  const isNew = follows && isAdministratorKey({ root: next, owners: ownersOf(next) }, key)
  if (!isNew && !isAdministratorKey(inForce, key)) throw noAdministrator(inForce, key, next.version)
  refuseRevokedKey(state, asOf, key)
  refuseOtherLog(state, next.log)
  const version = inForce.root.version + 1
  if (next.version !== version)
    throw rootUnacceptable(`version ${version}`, `version ${next.version}`, '/predicate/version')
  if (next.previous !== inForce.id)
    throw rootUnacceptable(`previous ${inForce.id}`, `${next.previous}`, '/predicate/previous')
}
