/**
 * The trust state: what the control entries of a log say, as a fold over them in order (README 2.5; trust.md 3.2).
 *
 * It only grows. A reader passes the size or index that it asks about and sees nothing from there on, so one
 * state answers for every moment. Which control entries are admitted is the business of admission.ts, what
 * follows for an attestation of status.ts; both use the functions here and know no fields.
 */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import type { Revocation, Target } from '../attestation/revocation.ts'
import type { TrustRoot } from '../attestation/trust-root.ts'
import { annulmentSigners, foldAnnulment } from './annulments.ts'
import {
  administratorKeys,
  isAdministratorKey,
  isRevoker,
  ownersOf,
  reachesThreshold,
  type Rights,
} from './grants.ts'
import type {
  ControlEntry,
  HeldProposal,
  HeldRevocation,
  ProposedRoot,
  RecordedRevocation,
  RecordedRoot,
  TrustState,
} from './held.ts'

export type { ControlEntry, ProposedRoot, RecordedRevocation, RecordedRoot, TrustState } from './held.ts'

/** The state of an empty log. */
export function createTrustState(origin: string): TrustState {
  return {
    origin,
    roots: [],
    proposals: new Map(),
    revocations: new Map(),
    byTarget: new Map(),
    byIndex: new Map(),
    annulments: new Map(),
    annulledAt: new Map(),
    folded: new Set(),
    entries: [],
    last: -1,
  }
}

/** Takes in a control entry that was admitted; entries come in the log's order. */
export function foldControl(state: TrustState, entry: ControlEntry): void {
  if (entry.index <= state.last)
    throw new Error(`trust state: entry ${entry.index} after entry ${state.last}`)
  state.last = entry.index
  state.folded.add(entry.index)
  state.entries.push(entry)
  switch (entry.control.kind) {
    case 'trust-root':
      return foldRoot(state, entry, entry.control.root)
    case 'revocation':
      return foldRevocation(state, entry, entry.control.revocation)
    case 'annulment':
      return foldAnnulment(state, entry, entry.control.annulment, rootAt(state, startOf(state, entry)))
  }
}

function startOf(state: TrustState, { attestation, index }: ControlEntry): LogIndex {
  return runStart(state, attestation, index)
}

function foldRoot(state: TrustState, { index, attestation: id, key }: ControlEntry, root: TrustRoot): void {
  const proposal = state.proposals.get(id) ?? { id, root, owners: ownersOf(root), entries: [] }
  state.proposals.set(id, proposal)
  proposal.entries.push({ index, key })
  // What is in force already is not completed again by one more signature.
  if (!state.roots.some((one) => one.id === id) && isComplete(state, proposal))
    state.roots.push({ ...proposal, index })
}

/**
 * Enough administrators of the version before and of the version itself signed (trust.md 3.2, "Change rule"). Whose key
 * was revoked since does not matter: control statements do not fall with their key (README 2.7), and a verifier who
 * knows only some revocations must come to the same index.
 */
function isComplete(state: TrustState, proposal: HeldProposal): boolean {
  const signers = proposal.entries.map((entry) => entry.key)
  const before = state.roots.at(-1)
  if (before === undefined) return reachesThreshold(proposal, signers)
  const follows = proposal.root.previous === before.id
  return follows && reachesThreshold(before, signers) && reachesThreshold(proposal, signers)
}

function foldRevocation(
  state: TrustState,
  { index, attestation, key }: ControlEntry,
  revocation: Revocation,
): void {
  const held = state.revocations.get(attestation) ?? holdRevocation(state, attestation, revocation)
  held.entries.push({ index, key })
  state.byIndex.set(index, held)
}

function holdRevocation(
  state: TrustState,
  attestation: AttestationId,
  revocation: Revocation,
): HeldRevocation {
  const held: HeldRevocation = { attestation, revocation, entries: [] }
  state.revocations.set(attestation, held)
  const others = state.byTarget.get(revocation.target.uri)
  if (others === undefined) state.byTarget.set(revocation.target.uri, [held])
  else others.push(held)
  return held
}

/**
 * The trust root in force for the entry at `index`: the newest completed before it; version 1 for its own
 * leaves (contracts.md 4). Undefined before there is any.
 */
export function rootAt(state: TrustState, index: number): RecordedRoot | undefined {
  const [first] = state.roots
  if (first?.entries.some((entry) => entry.index === index) === true) return first
  return state.roots.findLast((root) => root.index < index)
}

/**
 * Where the run of entries begins that carry this control statement and end right before `index`; `index` itself
 * if there is none. The signatures of one envelope stand in such a run.
 */
export function runStart(state: TrustState, id: AttestationId, index: LogIndex): LogIndex {
  const held = state.proposals.get(id) ?? state.revocations.get(id) ?? state.annulments.get(id)
  const entries = held?.entries ?? []
  let start = index
  for (const entry of entries.toReversed()) if (entry.index === start - 1) start = entry.index
  return start
}

/** The versions that would follow the one in force at `index`, signed by some before it but not by enough. */
export function proposalsAt(state: TrustState, index: number): readonly ProposedRoot[] {
  const inForce = rootAt(state, index)
  return [...state.proposals.values()].flatMap((proposal) => {
    const entries = proposal.entries.filter((entry) => entry.index < index)
    const isOpen = entries.length > 0 && proposal.root.previous === inForce?.id
    return isOpen && inForce !== undefined ? [{ ...proposal, entries }] : []
  })
}

/** Who signed this statement before the entry at `index`, if it is a trust root. */
export function proposersOf(state: TrustState, id: AttestationId, index: number): readonly KeyId[] {
  const entries = state.proposals.get(id)?.entries ?? []
  return entries.flatMap((entry) => (entry.index < index ? entry.key : []))
}

/** The principal that the key belongs to, in the trust root in force for the entry at `index`. */
export function principalOf(state: TrustState, index: number, key: KeyId): string | undefined {
  return rootAt(state, index)?.owners.get(key)
}

/** Whether unregistered signers could submit at any time among the first `asOf` entries. */
export function wasOpen(state: TrustState, asOf: number): boolean {
  return state.roots.some(({ index, root }) => index < asOf && root.admission === 'open')
}

/** Whether the key belonged to a principal: of others, nothing that they say ever counts (README 2.7). */
export function isRegistered(state: TrustState, index: number, key: KeyId): boolean {
  return principalOf(state, index, key) !== undefined
}

/**
 * Whether an entry at `index` by this key can be a control entry at all: nobody else is admitted with one, so
 * a replay need not open the envelopes of others.
 */
export function mayControl(state: TrustState, index: LogIndex, key: KeyId): boolean {
  const root = rootAt(state, index)
  // Before the first trust root nothing else is admitted.
  if (root === undefined) return true
  const principal = root.owners.get(key)
  if (principal !== undefined && isRevoker(root.root, principal)) return true
  return othersWhoSign(state, index).some((rights) => isAdministratorKey(rights, key))
}

/**
 * Whose administrators may sign a trust root at `index` beside those in force: of the versions that would follow; and of
 * the version before, while the signatures of the envelope that completed the newest still come.
 */
function othersWhoSign(state: TrustState, index: number): readonly Rights[] {
  const at = state.roots.findLastIndex((root) => root.index < index)
  const isStillSigned = state.roots[at]?.entries.some((entry) => entry.index === index - 1) === true
  const before = isStillSigned ? state.roots[at - 1] : undefined
  return [...proposalsAt(state, index), ...(before === undefined ? [] : [before])]
}

/** All keys of which `mayControl` holds at `index`; undefined before the first trust root, when any may. */
export function controllers(state: TrustState, index: LogIndex): readonly KeyId[] | undefined {
  const root = rootAt(state, index)
  if (root === undefined) return undefined
  const keys = [...root.owners].filter(([, principal]) => isRevoker(root.root, principal)).map(([key]) => key)
  const others = othersWhoSign(state, index).flatMap((rights) => administratorKeys(rights.root))
  return [...new Set([...keys, ...others])]
}

/**
 * The live revocations among the first `asOf` entries that name exactly this target, by their first entry. One is live
 * until the entry that completes its annulment.
 */
export function revocationsOf(state: TrustState, asOf: number, targetUri: string): RecordedRevocation[] {
  return seenRevocations(state, asOf, targetUri).filter((one) => one.annulledBy === undefined)
}

/** The annulled ones. */
export function annulledOf(state: TrustState, asOf: number, targetUri: string): RecordedRevocation[] {
  return seenRevocations(state, asOf, targetUri).filter((one) => one.annulledBy !== undefined)
}

function seenRevocations(state: TrustState, asOf: number, targetUri: string): RecordedRevocation[] {
  return (state.byTarget.get(targetUri) ?? []).flatMap((held) => seenRevocation(held, asOf) ?? [])
}

function seenRevocation(held: HeldRevocation, asOf: number): RecordedRevocation | undefined {
  const seen = held.entries.filter((entry) => entry.index < asOf)
  const [first] = seen
  if (first === undefined) return undefined
  const { annulledBy } = held
  const isAnnulled = annulledBy !== undefined && annulledBy < asOf
  return {
    index: first.index,
    attestation: held.attestation,
    revocation: held.revocation,
    signedBy: seen.map((entry) => entry.key),
    ...(isAnnulled ? { annulledBy } : {}),
  }
}

/** The revocation that this attestation is, as of the first `asOf` entries. */
export function revocationOf(
  state: TrustState,
  asOf: number,
  id: AttestationId,
): RecordedRevocation | undefined {
  const held = state.revocations.get(id)
  return held === undefined ? undefined : seenRevocation(held, asOf)
}

/** The revocation that the entry at `index` carries, as of that entry. */
export function revocationAt(state: TrustState, index: LogIndex): RecordedRevocation | undefined {
  const held = state.byIndex.get(index)
  return held === undefined ? undefined : seenRevocation(held, index + 1)
}

/** Whose standing the entry at `index` changes: the target of the revocation that it carries, or that it ends. */
export function targetChangedAt(state: TrustState, index: LogIndex): Target | undefined {
  return (state.annulledAt.get(index) ?? state.byIndex.get(index))?.revocation.target
}

/** Whether the entry at `index` is one of those that were folded. */
export function isFolded(state: TrustState, index: LogIndex): boolean {
  return state.folded.has(index)
}

/** Whether any control statement stands at or above `index`: if none does, no verdict has changed since. */
export function hasControlSince(state: TrustState, index: number): boolean {
  return state.last >= index
}

/** Whether this attestation is known as a control statement among the first `asOf` entries. */
export function isControlAttestation(state: TrustState, asOf: number, id: AttestationId): boolean {
  if (proposersOf(state, id, asOf).length > 0) return true
  if (annulmentSigners(state, asOf, id).length > 0) return true
  return revocationOf(state, asOf, id) !== undefined
}
