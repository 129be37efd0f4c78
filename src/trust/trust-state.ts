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
import { isRevoker, ownersOf } from './grants.ts'

/** One version of the trust root. */
export interface RecordedRoot {
  /** The entry that completed it: it is in force for every later entry. */
  readonly index: LogIndex
  readonly id: AttestationId
  readonly root: TrustRoot
  /** Which principal each key belongs to. */
  readonly owners: ReadonlyMap<KeyId, string>
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

interface HeldRoot extends RecordedRoot {
  /** One for each signature, in the log's order; never empty. */
  readonly entries: LogIndex[]
}

interface HeldRevocation {
  readonly attestation: AttestationId
  readonly revocation: Revocation
  /** The log's order; never empty. */
  readonly entries: { readonly index: LogIndex; readonly key: KeyId }[]
}

/** Owned by its caller, who alone folds; its fields are the business of this file. */
export interface TrustState {
  readonly origin: string
  /** Ascending. */
  readonly roots: HeldRoot[]
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
  return { origin, roots: [], revocations: new Map(), byTarget: new Map(), byIndex: new Map(), last: -1 }
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

function foldRoot(state: TrustState, { index, attestation: id }: ControlEntry, root: TrustRoot): void {
  const newest = state.roots.at(-1)
  // Another signature on the same statement: it was in force before.
  if (newest?.id === id) newest.entries.push(index)
  else state.roots.push({ index, id, root, owners: ownersOf(root), entries: [index] })
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
  if (first !== undefined && first.index === index) return first
  return state.roots.findLast((root) => root.index < index)
}

/**
 * Where the run of entries begins that carry this control statement and end right before `index`; `index` itself
 * if there is none. The signatures of one envelope stand in such a run.
 */
export function runStart(state: TrustState, id: AttestationId, index: LogIndex): LogIndex {
  const root = state.roots.findLast((one) => one.id === id)
  const entries = root?.entries ?? state.revocations.get(id)?.entries.map((entry) => entry.index) ?? []
  let start = index
  for (const entry of entries.toReversed()) if (entry === start - 1) start = entry
  return start
}

/** The principal that the key belongs to, in the trust root in force for the entry at `index`. */
export function principalOf(state: TrustState, index: number, key: KeyId): string | undefined {
  return rootAt(state, index)?.owners.get(key)
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
  return principal !== undefined && isRevoker(root.root, principal)
}

/** All keys of which `mayControl` holds at `index`; undefined before the first trust root, when any may. */
export function controllers(state: TrustState, index: LogIndex): readonly KeyId[] | undefined {
  const root = rootAt(state, index)
  if (root === undefined) return undefined
  return [...root.owners].filter(([, principal]) => isRevoker(root.root, principal)).map(([key]) => key)
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

/** Whether any trust root or revocation stands at or above `index`: if none does, no verdict has changed since. */
export function hasControlSince(state: TrustState, index: number): boolean {
  return state.last >= index
}

/** Whether this attestation is known as a trust root or a revocation among the first `asOf` entries. */
export function isControlAttestation(state: TrustState, asOf: number, id: AttestationId): boolean {
  if (state.roots.some((root) => root.id === id && root.index < asOf)) return true
  const held = state.revocations.get(id)
  return held !== undefined && seenRevocation(held, asOf) !== undefined
}
