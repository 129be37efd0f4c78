/** What a trust state holds, and how a reader sees it. How it is folded and read is the business of trust-state.ts. */
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import type { ControlStatement } from '../attestation/control.ts'
import type { Annulment } from '../attestation/annulment.ts'
import type { Revocation } from '../attestation/revocation.ts'
import type { Rights } from './grants.ts'

/** An admitted control entry. */
export interface ControlEntry {
  readonly index: LogIndex
  readonly attestation: AttestationId
  /** Of the signer. */
  readonly key: KeyId
  readonly control: ControlStatement
}

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
  /** The entry that completed its annulment; absent while it is live. */
  readonly annulledBy?: LogIndex
}

/** One signature on a control statement. */
export interface SignedEntry {
  readonly index: LogIndex
  readonly key: KeyId
}

/** A version of the trust root that somebody signed: in force once enough have, or never. */
export interface ProposedRoot extends Rights {
  readonly id: AttestationId
  /** One for each signature, in the log's order; never empty. */
  readonly entries: readonly SignedEntry[]
}

export interface HeldProposal extends ProposedRoot {
  readonly entries: SignedEntry[]
}

export interface HeldRoot extends RecordedRoot, HeldProposal {}

export interface HeldRevocation {
  readonly attestation: AttestationId
  readonly revocation: Revocation
  /** The log's order; never empty. */
  readonly entries: SignedEntry[]
  /** The entry that completed the first annulment of it. An annulment is final. */
  annulledBy?: LogIndex
}

export interface HeldAnnulment {
  readonly attestation: AttestationId
  readonly annulment: Annulment
  /** The log's order; never empty. */
  readonly entries: SignedEntry[]
}

/** Owned by its caller, who alone folds; its fields are the business of trust-state.ts and annulments.ts. */
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
  readonly annulments: Map<AttestationId, HeldAnnulment>
  /** By the entry that completed their annulment. */
  readonly annulledAt: Map<LogIndex, HeldRevocation>
  /** Every control entry, in the log's order. */
  readonly entries: ControlEntry[]
  /** Their indexes. */
  readonly folded: Set<LogIndex>
  /** The newest control entry; -1 before the first. */
  last: number
}
