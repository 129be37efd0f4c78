/**
 * What the HTTP door needs from a ledger: one method per route of contracts.md 7, so that the routes can be
 * tested without one. The ledger itself is ledger/ledger.ts.
 *
 * A refusal is a Fault; an absent thing is the Fault `not-recorded`, except where a method says `undefined`.
 * Whoever stands behind this door decides every answer; clients check the proofs.
 */
import type { AttestationId, ImageDigest, LogIndex } from '../brand.ts'
import type { TrustRoot } from '../attestation/trust-root.ts'
import type { Fault } from '../errors.ts'
import type { Records } from '../ledger/records.ts'
import type { Moment } from '../ledger/moment.ts'
import type { DeploymentsAsked } from '../ledger/query-deployments.ts'
import type { FoundQuery } from '../ledger/query-found.ts'
import type { ImagesAsked } from '../ledger/query-images.ts'
import type { NamesAsked } from '../ledger/query-names.ts'
import type { PackagesAsked } from '../ledger/query-packages.ts'
import type { SearchAnswerSent, SearchAsked } from '../ledger/query-search.ts'
import type { UnknownAsked } from '../ledger/query-unknown.ts'
import type { PublishedMaps } from '../ledger/published-maps.ts'
import type { Proofs } from '../ledger/proofs.ts'
import type { Gauges } from '../ledger/readiness.ts'
import type {
  AttestationAnswer,
  EntryAnswer,
  FoundAnswer,
  ImageAnswer,
  ImagesAnswer,
  RevocationsAnswer,
  StatusAnswer,
  SubmitAnswer,
} from '../verify/answer.ts'
import type { DeploymentsAnswer } from '../verify/deployments.ts'
import type { NamesAnswer } from '../verify/names-answer.ts'
import type { PackagesAnswer } from '../verify/packages-answer.ts'
import type { UnknownImagesAnswer } from '../verify/unknown-answer.ts'

/** What the caller of `GET /ledger/v1/images` asked for, not yet understood: the ledger parses it. */
export interface LedgerDoor {
  /** Resolves once everything admitted is safe and covered by a published checkpoint. */
  submit(body: Uint8Array): Promise<{ readonly created: boolean; readonly answer: SubmitAnswer }>
  status(): Promise<StatusAnswer>
  /** Who may submit, by the trust root in force: `open` lets strangers. */
  admission(): TrustRoot['admission']
  /** Why no caller should be sent here now. */
  notReady(): Fault | undefined
  gauges(): Gauges
  entry(index: LogIndex): Promise<EntryAnswer>
  attestation(id: AttestationId): Promise<AttestationAnswer>
  /** The bytes that were signed. */
  pae(id: AttestationId): Promise<Uint8Array>
  image(digest: ImageDigest, moment: Moment): Promise<ImageAnswer>
  images(query: ImagesAsked, moment: Moment, signal?: AbortSignal): Promise<ImagesAnswer>
  found(query: FoundQuery, moment: Moment, signal?: AbortSignal): Promise<FoundAnswer>
  deployments(query: DeploymentsAsked, moment: Moment): Promise<DeploymentsAnswer>
  packages(query: PackagesAsked, moment: Moment): Promise<PackagesAnswer>
  names(asked: NamesAsked, moment: Moment, signal: AbortSignal): Promise<NamesAnswer>
  unknownImages(asked: UnknownAsked, moment: Moment): Promise<UnknownImagesAnswer>
  search(asked: SearchAsked, moment: Moment, signal: AbortSignal): Promise<SearchAnswerSent>
  revocations(target: string, moment: Moment): Promise<RevocationsAnswer>
  readonly records: Records
  /** The output logs of the maps. */
  readonly maps: Pick<PublishedMaps, 'outputDoor' | 'versions' | 'checkServed'>
  /** Look-ups in the maps, and complete answers. */
  readonly proofs: Proofs
  /** The newest published note. */
  checkpoint(): string
  /** Exactly `width` hashes; undefined if the published tree has no such tile. */
  tile(place: {
    readonly level: number
    readonly index: number
    readonly width: number
  }): Promise<Uint8Array | undefined>
  /** Exactly `width` entries; undefined if the published tree has no such bundle. */
  entryBundle(place: { readonly index: number; readonly width: number }): Promise<Uint8Array | undefined>
}
