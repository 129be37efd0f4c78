/**
 * Annulments in the trust state (README 2.7, "Verdicts"): as many administrators as the threshold asks for end a
 * revocation, from the entry on that completes their signatures, and for good.
 */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import type { Annulment } from '../attestation/annulment.ts'
import { reachesThreshold, type Rights } from './grants.ts'
import type { HeldAnnulment, SignedEntry, TrustState } from './held.ts'

/** @param inForce the trust root by which this signature is judged */
export function foldAnnulment(
  state: TrustState,
  {
    attestation,
    index,
    key,
  }: { readonly attestation: AttestationId; readonly index: LogIndex; readonly key: KeyId },
  annulment: Annulment,
  inForce: Rights | undefined,
): void {
  const held: HeldAnnulment = state.annulments.get(attestation) ?? { attestation, annulment, entries: [] }
  state.annulments.set(attestation, held)
  held.entries.push({ index, key })
  const revocation = state.revocations.get(annulment.revocation)
  if (revocation === undefined || revocation.annulledBy !== undefined || inForce === undefined) return
  // Who was an administrator when signing and is none any more does not count.
  if (
    !reachesThreshold(
      inForce,
      held.entries.map((entry) => entry.key),
    )
  )
    return
  revocation.annulledBy = index
  state.annulledAt.set(index, revocation)
}

/** Who signed this annulment among the first `asOf` entries. */
export function annulmentSigners(state: TrustState, asOf: number, id: AttestationId): readonly KeyId[] {
  return annulmentSignatures(state, asOf, id).map((one) => one.key)
}

/** Its signatures among the first `asOf` entries, in the log's order. */
export function annulmentSignatures(
  state: TrustState,
  asOf: number,
  id: AttestationId,
): readonly SignedEntry[] {
  const entries = state.annulments.get(id)?.entries ?? []
  return entries.filter((entry) => entry.index < asOf)
}

/** Those that were signed among the first `asOf` entries, of revocations that are live still. */
export function annulmentsWaiting(
  state: TrustState,
  asOf: number,
): readonly { readonly id: AttestationId; readonly revocation: AttestationId }[] {
  return [...state.annulments.values()].flatMap(({ attestation: id, annulment: { revocation } }) => {
    const annulledBy = state.revocations.get(revocation)?.annulledBy
    const isLive = annulledBy === undefined || annulledBy >= asOf
    return isLive && annulmentSignatures(state, asOf, id).length > 0 ? [{ id, revocation }] : []
  })
}

/** Every entry of an annulment of this revocation, complete or not, among the first `asOf` entries. */
export function annulmentEntries(
  state: TrustState,
  asOf: number,
  revocation: AttestationId,
): readonly LogIndex[] {
  return [...state.annulments.values()]
    .filter((held) => held.annulment.revocation === revocation)
    .flatMap((held) => held.entries.map((entry) => entry.index))
    .filter((index) => index < asOf)
}
