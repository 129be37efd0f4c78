/**
 * Admission of revocations and annulments: who may take trust back from what, and who gives it back (contracts.md 6;
 * README 2.7, "Scope" and "Verdicts"). That the signer may make such statements at all is the business of admission.ts.
 */
import type { ImageDigest, KeyId, LogIndex } from '../brand.ts'
import type { Annulment } from '../attestation/annulment.ts'
import { repositoryOf } from '../attestation/image.ts'
import { isInScope } from '../attestation/image-scope.ts'
import { isControlType } from '../attestation/predicate-types.ts'
import type { Revocation } from '../attestation/revocation.ts'
import type { Statement } from '../attestation/statement.ts'
import { Fault } from '../errors.ts'
import { administratorKeys, isAdministrator, isRevoker, reachesThreshold, revokeScopeOf } from './grants.ts'
import { refuseOtherLog, unauthorized } from './refusals.ts'
import {
  isControlAttestation,
  principalOf,
  revocationOf,
  revocationsOf,
  type RecordedRoot,
  type TrustState,
} from './trust-state.ts'

/** An entry with what its key signed. */
export interface Basis {
  readonly index: LogIndex
  readonly key: KeyId
  readonly statement: Pick<Statement, 'predicateType' | 'subjects'>
}

/** Whose signature is judged, and on which state: that of all entries before `asOf`. */
interface Signer {
  readonly key: KeyId
  readonly asOf: LogIndex
}

export function judgeRevocation(
  state: TrustState,
  signer: Signer,
  revocation: Revocation,
  inForce: RecordedRoot,
): void {
  refuseOtherLog(state, revocation.log)
  const { target, cutoff } = revocation
  if (target.type === 'key') judgeKeyRevocation(state, signer, target.key, inForce)
  const isOfAttestation = target.type === 'attestation' || target.type === 'signature'
  if (isOfAttestation && isControlAttestation(state, signer.asOf, target.attestation)) {
    throw new Fault(
      'not-revocable',
      `revocation: expected an attestation about artifacts, got the control statement ${target.attestation}`,
      {
        pointer: '/predicate/target/uri',
      },
    )
  }
  if (cutoff !== undefined && cutoff.treeSize > signer.asOf) {
    throw new Fault(
      'cutoff-in-the-future',
      `revocation: expected a cut-off of at most ${signer.asOf}, its own entry, got ${cutoff.treeSize}`,
      {
        pointer: '/predicate/cutoff/treeSize',
      },
    )
  }
}

/**
 * Whoever may revoke in an image scope only, revokes images, and only those that another principal has named there before:
 * else its own word would put any image into its scope (README 2.7, "Scope").
 */
export function judgeRevokeScope(
  state: TrustState,
  principal: string,
  basis: Basis | undefined,
  { inForce, asOf }: { readonly inForce: RecordedRoot; readonly asOf: LogIndex },
  { target, basis: named }: Revocation,
): void {
  const scope = revokeScopeOf(inForce.root, principal)
  if (scope === undefined) return
  if (target.type !== 'image') throw unauthorized(principal, 'revoke anything but images in its scope')
  const isNamed =
    basis !== undefined &&
    basis.index === named?.entry &&
    basis.index < asOf &&
    isByAnother(state, principal, basis, inForce) &&
    namesInScope(basis.statement, target.image, scope)
  if (!isNamed)
    throw unauthorized(
      principal,
      'revoke an image that no basis, an earlier entry by another, names in its scope',
    )
}

function isByAnother(
  state: TrustState,
  principal: string,
  { index, key }: Basis,
  now: RecordedRoot,
): boolean {
  const then = principalOf(state, index, key)
  return then !== undefined && then !== principal && now.owners.get(key) !== principal
}

function namesInScope(
  { predicateType, subjects }: Basis['statement'],
  image: ImageDigest,
  scope: readonly string[],
): boolean {
  if (isControlType(predicateType)) return false
  const hex = image.slice('sha256:'.length)
  return subjects.some(({ name, digest }) => digest['sha256'] === hex && isInScope(scope, repositoryOf(name)))
}

/** Only what is recorded and live can be annulled: an annulment made ahead would shield a target. */
export function judgeAnnulment(state: TrustState, asOf: LogIndex, annulment: Annulment): void {
  refuseOtherLog(state, annulment.log)
  const target = revocationOf(state, asOf, annulment.revocation)
  if (target !== undefined && target.annulledBy === undefined) return
  const got = target === undefined ? 'something else' : `one annulled by entry ${target.annulledBy}`
  throw new Fault(
    'not-annullable',
    `annulment: expected a live revocation in this log, got ${got}: ${annulment.revocation}`,
    { pointer: '/predicate/target/uri' },
  )
}

/** Keys of revokers and administrators: by an administrator only, and never one without which too few could sign. */
function judgeKeyRevocation(state: TrustState, signer: Signer, target: KeyId, rights: RecordedRoot): void {
  const { root, owners } = rights
  const [revoker, victim] = [owners.get(signer.key), owners.get(target)]
  if (victim === undefined || !isRevoker(root, victim)) return
  if (revoker === undefined || !isAdministrator(root, revoker))
    throw unauthorized(`${revoker}`, 'revoke keys of revokers and administrators')
  const usable = administratorKeys(root).filter(
    (one) => revocationsOf(state, signer.asOf, `key:${one}`).length === 0,
  )
  const others = usable.filter((one) => one !== target)
  if (reachesThreshold(rights, others)) return
  const { threshold } = root.admins
  throw new Fault(
    'would-lock-out',
    `revocation: expected another usable key of each of ${threshold} administrators, got one of the last, ${target}`,
    {
      pointer: '/predicate/target/uri',
      hint: 'Give an administrator another key with `attestree trust update` first.',
    },
  )
}
