/**
 * The ledger: the whole flow on one screen. Submissions are taken by submissions.ts; questions are answered here.
 *
 *     submit ─▶ admit ─▶ sequencer ─▶ writer: place, append, read back, sign, publish ─▶ answer
 *                                                                            └────▶ follower ─▶ index ─▶ queries
 *
 * Everything from outside (storage, key, time) is an argument.
 */
import type { AttestationId, ImageDigest, LogIndex } from '../brand.ts'
import type { TrustRoot } from '../attestation/trust-root.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import type { Cosigner } from '../tlog/cosignature.ts'
import type { TileId } from '../tlog/tile.ts'
import { verifierKeyOf, type VerifierKey } from '../tlog/signed-note.ts'
import { rootAt, type TrustState } from '../trust/trust-state.ts'
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
import { checkControls } from './check-controls.ts'
import { Cosignatures } from './cosignatures.ts'
import { Follower } from './follower.ts'
import { prepareIndex, type FollowingPosition } from './follow-once.ts'
import { stepsHere, type FollowSteps } from './follow-steps.ts'
import { knownRules, rulesInService, type KnownRules } from './index-rules.ts'
import type { Moment } from './moment.ts'
import { openForReading, openForWriting, type OpenedLog } from './open.ts'
import { createPastTotals } from './past-totals.ts'
import { createPauses } from './pauses.ts'
import type { MapName, Storage } from './ports.ts'
import { createProofs, type Proofs } from './proofs.ts'
import { PublishedMaps, type PublishedMapsOptions } from './published-maps.ts'
import { whyNotReady, type Gauges } from './readiness.ts'
import { publishedBundle, publishedTile } from './published-tiles.ts'
import { askDeployments, type DeploymentsAsked } from './query-deployments.ts'
import { queryAttestation, queryEntry, querySigned } from './query-entries.ts'
import { askFound, type FoundQuery } from './query-found.ts'
import { queryImage } from './query-image.ts'
import { askImages, type ImagesAsked } from './query-images.ts'
import { askNames, type NamesAsked } from './query-names.ts'
import { askPackages, type PackagesAsked } from './query-packages.ts'
import { queryRevocations } from './query-revocations.ts'
import { askUnknown, type UnknownAsked } from './query-unknown.ts'
import { askSearch, type SearchAnswerSent, type SearchAsked } from './query-search.ts'
import { createSearchTurns } from './search-turns.ts'
import { queryStatus } from './query-status.ts'
import { createRecords, type Records } from './records.ts'
import { createStatementMemo, type StatementReading } from './statement-memo.ts'
import { Submissions, type SubmissionOptions } from './submissions.ts'
import { createViews, type Views } from './views.ts'
import type { Published } from './writer.ts'

export interface LedgerOptions extends SubmissionOptions {
  readonly origin: string
  readonly logKey: SigningKey
  /** The program's version, for the status answer. */
  readonly version: string
  /** Whose cosignatures on the output logs are kept and shown. @default nobody’s */
  readonly cosigners?: readonly Cosigner[]
  /**
   * How what was signed is read for those who ask; a server does it with large documents beside the event loop.
   *
   * @default at once
   */
  readonly reading?: StatementReading
  /** By which rules the index may be made, of which the newest is for one that is made again. @default knownRules */
  readonly rules?: KnownRules
  /** How the index follows; a server does it beside the event loop. @default follow-steps.ts, at once */
  readonly follow?: FollowSteps
  /**
   * Told once, when the index can not follow any further. The log goes on; answers say how far the index reaches.
   * `attestree server check` names what is damaged.
   */
  readonly onIndexStopped: (cause: unknown) => void
  /** Told once for each map of which no further root is published. The log and the index go on. */
  readonly onMapStopped: (map: MapName, cause: unknown) => void
}

export class Ledger implements AsyncDisposable {
  readonly #storage: Storage
  readonly #options: LedgerOptions
  readonly #key: VerifierKey
  readonly #trust: TrustState
  readonly #follower: Follower
  readonly #submissions: Submissions
  /** What proves that answers are complete. */
  readonly maps: PublishedMaps
  /** Look-ups in the maps, and complete answers. */
  readonly proofs: Proofs
  readonly #views: Views
  /** Consistency, bundles, proof files, events. */
  readonly records: Records
  #published: Published

  private constructor(
    storage: Storage,
    options: LedgerOptions,
    opened: OpenedLog & { readonly cosignatures: Cosignatures },
    position: FollowingPosition,
  ) {
    this.#storage = storage
    this.#options = options
    this.#key = verifierKeyOf(options.origin, options.logKey.publicKey)
    this.#trust = opened.trust
    this.#published = opened.published
    const { rules: known = knownRules } = options
    const steps = options.follow ?? stepsHere({ storage, trust: opened.trust, known })
    this.maps = this.#publishMaps(opened, { known, rules: position.rules, steps })
    this.#follower = this.#followFrom(position, steps)
    const { clock, origin } = options
    const pauseOfOne = createPauses(clock)
    const searches = createSearchTurns(pauseOfOne)
    this.#views = createViews({
      storage,
      origin,
      clock,
      trust: opened.trust,
      follower: this.#follower,
      searches,
      pauseOfOne,
      kept: {
        statements: createStatementMemo(storage.blobs, options.reading),
        totals: createPastTotals(clock),
      },
      published: () => this.#published,
    })
    const { log, on } = this.#views
    this.records = createRecords({ key: this.#key, log, index: on })
    this.proofs = createProofs({
      storage,
      clock,
      maps: this.maps,
      follower: this.#follower,
      searches,
      pauseOfOne,
      log,
      view: on,
    })
    this.#submissions = new Submissions(options, {
      storage,
      opened,
      view: log,
      onPublished: (published, stated) => {
        this.#published = published
        this.maps.advance(published.checkpoint)
        this.#follower.advance(published.checkpoint.size, stated)
      },
    })
    this.#follower.advance(opened.published.checkpoint.size)
  }

  #publishMaps(
    { trust, published, cosignatures }: OpenedLog & { readonly cosignatures: Cosignatures },
    made: Pick<PublishedMapsOptions, 'known' | 'rules' | 'steps'>,
  ): PublishedMaps {
    const { origin, logKey, readOnly, clock } = this.#options
    return new PublishedMaps({
      ...made,
      storage: this.#storage,
      origin,
      key: logKey,
      readOnly: readOnly !== undefined,
      trust,
      checkpoint: published.checkpoint,
      clock,
      cosignatures,
      onStopped: (map, cause) => this.#noticeMapStopped(map, cause),
    })
  }

  #followFrom({ through, rules }: FollowingPosition, steps: FollowSteps): Follower {
    const { successor } = this.#storage
    return new Follower(
      {
        clock: this.#options.clock,
        onError: (cause) => this.#noticeStopped(cause),
        steps,
        publisher: this.maps.components,
        begin: (next) => this.maps.begin(next),
        ...(successor && { successor }),
      },
      { through, rules: rules.number },
    )
  }

  /**
   * Opens a ledger that was created (create.ts) and finishes what the last process left undone.
   *
   * @throws Fault `conflict`: `partial-state`, `other-origin`, `other-key`, `rollback` or `fork`
   * @throws Fault `bad-proof` (`integrity-error`) if what decides whom to trust is damaged
   */
  static async open(storage: Storage, options: LedgerOptions): Promise<Ledger> {
    const open = options.readOnly === undefined ? openForWriting : openForReading
    const opened = await open(storage, options.origin, options.logKey)
    const { size } = opened.published.checkpoint
    const { rules: known = knownRules } = options
    const anew = await rulesInService(storage, known)
    const position = await prepareIndex(storage.index, size, { known, anew })
    await checkControls(storage, opened.trust, { through: position.through, size })
    const cosignatures = new Cosignatures({ cosigners: options.cosigners ?? [], clock: options.clock })
    const ledger = new Ledger(storage, options, { ...opened, cosignatures }, position)
    await ledger.maps.status.settled()
    return ledger
  }

  /** An index that stops does not stop the log, unless what stopped it is that trust is judged without a control statement. */
  #noticeStopped(cause: unknown): void {
    this.#options.onIndexStopped(cause)
    if (cause instanceof Fault && cause.facts['passedBy'] !== undefined) this.#submissions.fail(cause)
  }

  /** Another status map than the one that was published: trust is judged without a control statement, or with one too many. */
  #noticeMapStopped(map: MapName, cause: unknown): void {
    this.#options.onMapStopped(map, cause)
    const isDifferent = cause instanceof Fault && cause.reason === 'map-differs'
    if (map === 'status' && isDifferent) this.#submissions.fail(cause)
  }

  /** Why no submission is taken; undefined while they are. */
  get readOnly(): string | undefined {
    return this.#submissions.readOnly
  }

  /** Why no caller should be sent here now; undefined while all is well. */
  notReady(): Fault | undefined {
    return whyNotReady({
      readOnly: this.readOnly,
      fullForMs: this.#submissions.fullForMs(),
      indexStopped: this.#follower.stopped,
      mapsStopped: this.maps.stopped(),
      indexBehindMs: this.#follower.behindMs(),
    })
  }

  /** For /metrics; numbers of this process, no answer rests on them. */
  gauges(): Gauges {
    const { size } = this.#published.checkpoint
    return {
      treeSize: size,
      indexedThrough: this.#follower.through,
      indexBehindMs: this.#follower.behindMs(),
    }
  }

  get logKey(): VerifierKey {
    return this.#key
  }

  /**
   * Records an attestation; resolves when its entries are public.
   *
   * @param body a DSSE envelope, or `{envelope, publicKeys}` (contracts.md 7)
   * @throws Fault for everything that may not be recorded; the log is unchanged then
   */
  submit(body: Uint8Array): Promise<{ readonly created: boolean; readonly answer: SubmitAnswer }> {
    return this.#submissions.submit(body)
  }

  /** @throws Fault `not-recorded` */
  async entry(index: LogIndex): Promise<EntryAnswer> {
    return queryEntry(this.#views.log(), index)
  }

  /** @throws Fault `not-recorded` */
  async attestation(id: AttestationId): Promise<AttestationAnswer> {
    return queryAttestation(this.#views.log(), id)
  }

  /** What was signed: the DSSE pre-authentication encoding. @throws Fault `not-recorded` */
  async pae(id: AttestationId): Promise<Uint8Array> {
    return querySigned(this.#views.log(), id)
  }

  /** @throws Fault `not-recorded` */
  image(digest: ImageDigest, moment?: Moment): Promise<ImageAnswer> {
    return this.#views.on((view) => queryImage(view, digest), moment)
  }

  /**
   * @param question `component` a purl; `range` VERS or native; `limit` 1 to 1000 rows; `cursor` the `next` of a page
   * @throws Fault `malformed`, `unsupported`
   */
  async images(question: ImagesAsked, moment?: Moment): Promise<ImagesAnswer> {
    return this.#views.ask(askImages(question), moment)
  }

  /** Images by what statements say of them: a commit, a builder, or the key that signed. @throws Fault `malformed` */
  async found(question: FoundQuery, moment?: Moment): Promise<FoundAnswer> {
    return this.#views.ask(askFound(question), moment)
  }

  /** What ran where, by signers' claims. @throws Fault `malformed` */
  async deployments(question: DeploymentsAsked, moment?: Moment): Promise<DeploymentsAnswer> {
    return this.#views.ask(askDeployments(question), moment)
  }

  /** The versions of a package, in its ecosystem's order. @throws Fault `malformed`, `unsupported` */
  async packages(question: PackagesAsked, moment?: Moment): Promise<PackagesAnswer> {
    return this.#views.ask(askPackages(question), moment)
  }

  /** What there is of a name. @throws Fault `malformed`, `busy` */
  async names(asked: NamesAsked, moment?: Moment, signal?: AbortSignal): Promise<NamesAnswer> {
    return this.#views.askInTurn(askNames(asked), moment, signal)
  }

  /** The images without an SBOM that counts. @throws Fault `malformed` (`cursor-malformed`) */
  async unknownImages(asked: UnknownAsked, moment?: Moment): Promise<UnknownImagesAnswer> {
    return this.#views.ask(askUnknown(asked), moment)
  }

  /** Many packages at once. @throws Fault `malformed` (`cursor-malformed`), `busy` */
  async search(asked: SearchAsked, moment?: Moment, signal?: AbortSignal): Promise<SearchAnswerSent> {
    return this.#views.askInTurn(askSearch(asked), moment, signal)
  }

  /** @throws Fault `malformed` for a bad target URI */
  revocations(target: string, moment?: Moment): Promise<RevocationsAnswer> {
    return this.#views.on((view) => queryRevocations(view, target), moment)
  }

  status(): Promise<StatusAnswer> {
    const { version } = this.#options
    const about = { key: this.#key, readOnly: this.readOnly, version }
    return this.#views.on((view) => queryStatus(view, about))
  }

  /** Who may submit, by the trust root in force. */
  admission(): TrustRoot['admission'] {
    return rootAt(this.#trust, this.#published.checkpoint.size)?.root.admission ?? 'registered'
  }

  /** The newest published checkpoint, as a signed note. */
  checkpoint(): string {
    return this.#published.checkpoint.note
  }

  /** The hashes of a tile of any width within the published size; undefined for wider ones. */
  async tile(tile: TileId): Promise<Uint8Array | undefined> {
    return publishedTile(this.#storage.log, this.#published.checkpoint.size, tile)
  }

  async entryBundle(bundle: {
    readonly index: number
    readonly width: number
  }): Promise<Uint8Array | undefined> {
    return publishedBundle(this.#storage.log, this.#published.checkpoint.size, bundle)
  }

  /** Answers what waits, takes nothing more, and closes the storage. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#submissions.drain()
    await this.#follower.stop()
    await this.maps.status.settled()
    await this.#storage[Symbol.asyncDispose]()
  }
}
