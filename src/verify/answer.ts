/**
 * The shapes of answers (contracts.md 7), shared by who writes them (ledger/, http/), who reads them
 * (client/) and who checks them offline (verify/). Proof hashes, roots and bodies are base64; ids are
 * `sha256:<hex>`; indexes and sizes are numbers; times are the server's word.
 */
import type { AttestationId, ImageDigest, KeyId, LogIndex, TreeSize } from '../brand.ts'
import type { Claimed } from '../sbom/claimed.ts'
import type { Intake } from '../sbom/intake.ts'
import type { Verdict } from '../trust/status.ts'
import type { Completeness } from './completeness-wire.ts'

export type { Verdict, VerdictReason } from '../trust/status.ts'

export interface AsOf {
  readonly origin: string
  readonly treeSize: TreeSize
  readonly rootHash: string
  /** The whole signed note. */
  readonly checkpoint: string
  /** Entries [0, indexedThrough) are in the index that gave this answer. */
  readonly indexedThrough: TreeSize
  /** When the newest entry was recorded; null in an empty log. */
  readonly recordedAt: string | null
  readonly servedAt: string
}

/** An entry with its proof against `asOf.checkpoint`. */
export interface ProvenEntry {
  readonly attestation: AttestationId
  readonly key: KeyId
  readonly predicateType: string
  readonly recordedAt: string
  /** The leaf bytes, base64. */
  readonly body: string
  /** Leaf to root, base64. */
  readonly inclusion: readonly string[]
}

/** Keyed by the decimal log index. */
export type ProvenEntries = Readonly<Record<string, ProvenEntry>>

export type ImageStatus = 'affected' | 'undetermined' | 'not-affected' | 'unknown'

export interface QuestionCoverage {
  readonly images: number
  readonly affected: number
  readonly notAffected: number
  readonly undetermined: number
  readonly unknown: number
  readonly unreadableEntries: number
}

export interface Coverage {
  readonly images: number
  readonly withSbom: number
  readonly unknown: number
  readonly unreadableEntries: number
}

export interface Match {
  /** The canonical purl with its version, as the SBOM states it. */
  readonly purl: string
  /** The SBOM's entry. */
  readonly entry: LogIndex
}

export interface ProvenanceRow {
  readonly entry: LogIndex
  /** As written; empty if the provenance names none. */
  readonly builder: string
  /** `repo@commit`, as in the manifest. */
  readonly commits: readonly string[]
  /** When the signer says it was built; absent if it does not. */
  readonly claimed?: Pick<Claimed, 'startedOn' | 'finishedOn'>
}

export interface ImageRow {
  readonly image: ImageDigest
  /** Subject names seen, sorted. */
  readonly names: readonly string[]
  readonly status: ImageStatus
  /** Whether a live revocation names the image itself. */
  readonly revoked: boolean
  readonly matches: readonly Match[]
  /** The entries of the SBOMs that count, ascending. */
  readonly sboms: readonly LogIndex[]
  readonly provenance: readonly ProvenanceRow[]
}

/** What was asked; `range` is VERS. */
export interface ImagesQuestion {
  /** A canonical purl: with a version, or without and then perhaps with a range. */
  readonly component: string
  readonly range?: string
}

/** What an unregistered signer states about what was asked: it never counts (README 2.7, "Whose SBOM counts"). */
export interface UnregisteredClaim {
  readonly entry: LogIndex
  readonly key: KeyId
  readonly predicateType: string
  /** By SHA-256, each once. */
  readonly subjects: readonly string[]
  /** The purls it lists of the component asked for; empty for other questions. */
  readonly matches: readonly string[]
}

/** Absent from an answer if there are none; on the first page only. */
export interface UnregisteredClaims {
  /** In the log's order. */
  readonly items: readonly UnregisteredClaim[]
  /** How many are not listed here. */
  readonly more: number
}

export interface ImagesAnswer {
  readonly question: ImagesQuestion
  readonly items: readonly ImageRow[]
  /** Opaque; absent on the last page. */
  readonly next?: string
  readonly unregistered?: UnregisteredClaims
  /** That no row is missing. */
  readonly complete?: Completeness
  readonly coverage: QuestionCoverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  /** `complete` if, and only if, `complete` proves it. */
  readonly assurance: 'rows' | 'complete'
  readonly notEstablished: readonly string[]
}

/**
 * What statements are asked for beside components: a commit in hex, a builder as written, a signer's key, a predicate type as written; the digest of a
 * base image; an SPDX licence id, or a component's hash, that an SBOM lists.
 */
export type StatedQuestion =
  | { readonly commit: string }
  | { readonly builder: string }
  | { readonly signer: KeyId }
  | { readonly type: string }
  | { readonly base: string }
  | { readonly licence: string }
  | { readonly hash: string }

export type StatedKind = StatedQuestion extends infer One ? (One extends unknown ? keyof One : never) : never

/** As a row by component; `affected` if a matching statement holds, `undetermined` if all that match were revoked. */
export interface FoundRow extends Omit<ImageRow, 'matches'> {
  /**
   * Every entry about the image that states what was asked, ascending; by licence and hash, of the SBOMs that count.
   */
  readonly matches: readonly { readonly entry: LogIndex }[]
}

export interface FoundAnswer {
  readonly question: StatedQuestion
  readonly items: readonly FoundRow[]
  /** Opaque; absent on the last page. */
  readonly next?: string
  readonly unregistered?: UnregisteredClaims
  /** That no row is missing. */
  readonly complete?: Completeness
  readonly coverage: Coverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  /** `complete` if, and only if, `complete` proves it. */
  readonly assurance: 'rows' | 'complete'
  readonly notEstablished: readonly string[]
}

/** An answer of rows, which evidence can be made of. */
export type RowsAnswer = ImagesAnswer | FoundAnswer

export interface RevocationRow {
  readonly entry: LogIndex
  readonly mode: 'all' | 'since'
  readonly reason: string
  readonly cutoff?: { readonly treeSize: TreeSize }
  /** Key ids of the signers. */
  readonly signedBy: readonly KeyId[]
}

/** A revocation that the administrators took back. */
export interface AnnulledRow extends RevocationRow {
  /** The entry that completed its annulment. */
  readonly annulledBy: LogIndex
}

export interface RevocationsAnswer {
  readonly target: string
  readonly state: 'not-revoked' | 'revoked' | 'revoked-since'
  readonly known: boolean
  /** Live. */
  readonly revocations: readonly RevocationRow[]
  /** Absent if there are none. */
  readonly annulled?: readonly AnnulledRow[]
  readonly verdicts: readonly Verdict[]
  /** That no revocation is missing: of the status map alone. */
  readonly complete?: Completeness
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  /** `complete` if, and only if, `complete` proves it. */
  readonly assurance: 'rows' | 'complete'
  readonly notEstablished: readonly string[]
}

export interface EntryAnswer {
  readonly entry: LogIndex
  readonly entries: ProvenEntries
  readonly asOf: AsOf
}

export interface AttestationAnswer {
  readonly attestation: AttestationId
  /** As the submitter was told; absent where nobody could read it. */
  readonly intake?: Intake
  readonly entries: ProvenEntries
  readonly asOf: AsOf
}

export interface RelatedImage {
  /** What it is to the image that was asked about. */
  readonly is: 'index' | 'platform-image'
  readonly image: ImageDigest
  /** Of the platform image of the two, whichever that is; empty where nobody says it. */
  readonly platform: string
  /** What signers call it, tags among them; sorted. */
  readonly names: readonly string[]
  /** The first statement that relates the two, and the first for each of the names; ascending. */
  readonly entries: readonly LogIndex[]
}

export interface ImageAnswer {
  readonly image: ImageDigest
  readonly names: readonly string[]
  /** `unknown`: no SBOM of it counts, so nobody can say what is inside. */
  readonly status: 'revoked' | 'with-sbom' | 'unknown'
  readonly revoked: boolean
  /** Whoever is registered and signed anything about it, each once. */
  readonly signers: readonly { readonly key: KeyId; readonly principal: string | null }[]
  /** Every attestation about the image by a registered signer, by entry. */
  readonly attestations: readonly {
    readonly entry: LogIndex
    readonly attestation: AttestationId
    readonly key: KeyId
    /** The principal's name in the trust root in force at that entry; null if it has none. */
    readonly signer: string | null
    readonly predicateType: string
    readonly recordedAt: string
    readonly verdict: Verdict
  }[]
  readonly sboms: readonly {
    readonly entry: LogIndex
    readonly tool: string
    readonly toolVersion: string
    readonly platform: string | null
    readonly components: number
    readonly counts: boolean
    /** When the signer says it was made; absent if it does not. */
    readonly claimed?: Pick<Claimed, 'created'>
  }[]
  readonly provenance: readonly ProvenanceRow[]
  /** Its index, or its platform images if it is one; absent if nobody says. */
  readonly lineage?: readonly RelatedImage[]
  readonly unregistered?: UnregisteredClaims
  readonly coverage: Coverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  readonly assurance: 'rows'
  readonly notEstablished: readonly string[]
}

export interface StatusAnswer {
  readonly origin: string
  /** The log's verifier key (vkey). */
  readonly logKey: string
  readonly trustRoot: { readonly id: AttestationId; readonly version: number; readonly entry: LogIndex }
  /** Signed by too few so far; absent if there are none. The server's word. */
  readonly waitingAnnulments?: readonly { readonly id: AttestationId; readonly revocation: AttestationId }[]
  readonly readOnly?: string
  readonly asOf: AsOf
  readonly coverage: Coverage
  readonly version: string
}

export type SubmittedSignature =
  | {
      readonly key: KeyId
      readonly entry: LogIndex
      readonly new: boolean
      /** The key belonged to no principal at that entry: what it states is recorded and never counts. */
      readonly unregistered?: true
    }
  | { readonly keyid: string; readonly leftOut: string }

/** What the CycloneDX library finds in a document. The server's word: no verifier makes it again. */
export type Validation =
  | {
      readonly checked: true
      /** At most 20; `pointer` into the document, `message` of the schema's validator. */
      readonly findings: readonly { readonly pointer: string; readonly message: string }[]
    }
  | { readonly checked: false; readonly why: 'too-large' | 'too-slow' | 'busy' | 'failed' }

export interface SubmitAnswer {
  readonly attestation: AttestationId
  readonly signatures: readonly SubmittedSignature[]
  readonly intake: Intake
  /** Of CycloneDX documents only. */
  readonly validation?: Validation
  readonly entries: ProvenEntries
  readonly asOf: AsOf
}
