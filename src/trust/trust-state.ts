/**
 * The trust state: what the control entries of a log say, as a fold over them in order (README 2.5; trust.md 3.2).
 *
 * It only grows. A reader passes the size or index that it asks about and sees nothing from there on, so one
 * state answers for every moment. Which control entries are admitted is the business of admission.ts, what
 * follows for an attestation of status.ts; both use the functions here and know no fields.
 */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import type { ControlStatement } from '../attestation/control.ts'
import type { Revocation } from '../attestation/revocation.ts'
import type { TrustRoot } from '../attestation/trust-root.ts'
import {
  administratorKeys,
  isAdministratorKey,
  isRevoker,
  ownersOf,
  reachesThreshold,
  type Rights,
} from './grants.ts'

/** One version of the trust root. */
export interface RecordedRoot extends Rights {
  /** The entry that completed it: it is in force for every later entry. */
  readonly index: LogIndex
  readonly id: AttestationId
}

/** One revocation, as far as a reader sees. */
export interface RecordedRevocation {
  /** Its first entry: it holds from there on. */
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly revocation: Revocation
  /** One for each of its entries, in the log's order. */
  readonly signedBy: readonly KeyId[]
}

/** One signature on a control statement. */
interface SignedEntry {
  readonly index: LogIndex
  readonly key: KeyId
}

/** A version of the trust root that somebody signed: in force once enough have, or never. */
export interface ProposedRoot extends Rights {
  readonly id: AttestationId
  /** One for each signature, in the log's order; never empty. */
  readonly entries: readonly SignedEntry[]
}

interface HeldProposal extends ProposedRoot {
  readonly entries: SignedEntry[]
}

interface HeldRoot extends RecordedRoot, HeldProposal {}

interface HeldRevocation {
  readonly attestation: AttestationId
  readonly revocation: Revocation
  /** The log's order; never empty. */
  readonly entries: SignedEntry[]
}

/** Owned by its caller, who alone folds; its fields are the business of this file. */
export interface TrustState {
  readonly origin: string
  /** Completed, ascending. */
  readonly roots: HeldRoot[]
  /** All trust roots that were ever signed, complete or not. */
  readonly proposals: Map<AttestationId, HeldProposal>
  readonly revocations: Map<AttestationId, HeldRevocation>
  /** By the target's uri, ascending. */
  readonly byTarget: Map<string, HeldRevocation[]>
  /** By the index of each of their entries. */
  readonly byIndex: Map<LogIndex, HeldRevocation>
  /** The newest control entry; -1 before the first. */
  last: number
}

/** An admitted control entry. */
export interface ControlEntry {
  readonly index: LogIndex
  readonly attestation: AttestationId
  /** Of the signer. */
  readonly key: KeyId
  readonly control: ControlStatement
}

/** The state of an empty log. */
export function createTrustState(origin: string): TrustState {
  return {
    origin,
    roots: [],
    proposals: new Map(),
    revocations: new Map(),
    byTarget: new Map(),
    byIndex: new Map(),
    last: -1,
  }
}

/** Takes in a control entry that was admitted; entries come in the log's order. */
export function foldControl(state: TrustState, entry: ControlEntry): void {
  if (entry.index <= state.last)
    throw new Error(`trust state: entry ${entry.index} after entry ${state.last}`)
  state.last = entry.index
  switch (entry.control.kind) {
    case 'trust-root':
      return foldRoot(state, entry, entry.control.root)
    case 'revocation':
      return foldRevocation(state, entry, entry.control.revocation)
  }
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
  const entries = (state.proposals.get(id) ?? state.revocations.get(id))?.entries ?? []
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

/** The live revocations among the first `asOf` entries that name exactly this target, by their first entry. */
export function revocationsOf(state: TrustState, asOf: number, targetUri: string): RecordedRevocation[] {
  return (state.byTarget.get(targetUri) ?? []).flatMap((held) => seenRevocation(held, asOf) ?? [])
}

function seenRevocation(held: HeldRevocation, asOf: number): RecordedRevocation | undefined {
  const seen = held.entries.filter((entry) => entry.index < asOf)
  const [first] = seen
  if (first === undefined) return undefined
  return {
    index: first.index,
    attestation: held.attestation,
    revocation: held.revocation,
    signedBy: seen.map((entry) => entry.key),
  }
}

/** The revocation that the entry at `index` carries, as of that entry. */
export function revocationAt(state: TrustState, index: LogIndex): RecordedRevocation | undefined {
  const held = state.byIndex.get(index)
  return held === undefined ? undefined : seenRevocation(held, index + 1)
}

/** Whether this attestation is known as a trust root or a revocation among the first `asOf` entries. */
export function isControlAttestation(state: TrustState, asOf: number, id: AttestationId): boolean {
  if (proposersOf(state, id, asOf).length > 0) return true
  const held = state.revocations.get(id)
  return held !== undefined && seenRevocation(held, asOf) !== undefined
}
