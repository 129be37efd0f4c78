/**
 * The client of one ledger: every answer is read strictly, its checkpoint and its entries are checked against
 * the log key, and it must be about what was asked, before the caller sees it (README 1.6, interface.md 4.3).
 *
 * What an answer says beside its entries (rows, states, counts, times) is then still the server's word: rows are
 * made again from what was signed by verified-images.ts and verify/evidence.ts; the whole log is replayed by audit.ts.
 * How it asks stands in asker.ts; questions for rows stand in ask-rows.ts, submitting in submit.ts.
 */
import { attestationId, imageDigest } from '../brand.ts'
import type { AttestationId, ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { MAX_PAYLOAD_BYTES } from '../attestation/envelope.ts'
import { attestationIdOf } from '../attestation/pae.ts'
import { parseByteList } from '../encoding/byte-list.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import type { TileSource } from '../tlog/tile.ts'
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
import type { SearchAnswer, SearchQuestion } from '../verify/search.ts'
import type { ConsistencyAnswer, EventsAnswer } from '../verify/records-answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import type { LogTrust } from '../verify/evidence.ts'
import { checkSigned, openTrustedCheckpoint } from '../verify/proven-entry.ts'
import type { CheckedEntry } from '../verify/proven-entry.ts'
import { askConsistency } from './ask-consistency.ts'
import { askDeployments, type DeploymentsQuery } from './ask-deployments.ts'
import { askMaps, type MapQuestions } from './ask-maps.ts'
import { askNames, type NamesQuery } from './ask-names.ts'
import { askPackages, type PackagesQuery } from './ask-packages.ts'
import { askUnknown, type UnknownQuery } from './ask-unknown.ts'
import { askRevocations, type RevocationsAsked } from './ask-revocations.ts'
import { askFound, askImages, type FoundQuery, type ImagesQuery } from './ask-rows.ts'
import { createAsker, type Asker, type CallOptions } from './asker.ts'
import { baseUrl } from './base-url.ts'
import { askEvents, type EventsPage } from './events.ts'
import { recall, remember } from './log-memory.ts'
import { expectMoment, momentParams, type Moment } from './moment.ts'
import { memoryPins, type PinStore } from './pins.ts'
import { attestationAnswer, entryAnswer, imageAnswer, statusAnswer } from './read-answer.ts'
import { expectSame, standing } from './standing.ts'
import { askSearch, type SearchPage } from './ask-search.ts'
import { submitMany, submitOne, type SubmitResult } from './submit.ts'

export type { DeploymentsQuery } from './ask-deployments.ts'
export type { NamesQuery } from './ask-names.ts'
export type { PackagesQuery } from './ask-packages.ts'
export type { UnknownQuery } from './ask-unknown.ts'
export type { FoundQuery, ImagesQuery } from './ask-rows.ts'
export type { CallOptions } from './asker.ts'

/** The payload and its type (DSSE). */
const MAX_PAE_BYTES = MAX_PAYLOAD_BYTES + 4096
/** Of those of a range, servers end a list before the next would make it longer than one of them may be. */
const MAX_PAE_LIST_BYTES = MAX_PAE_BYTES + 4
const MAX_NOTE_BYTES = 1024 * 1024

export interface ClientOptions extends LogTrust {
  /** Of the ledger's front page; may have a path. http or https. */
  readonly url: string
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch
  /** For one exchange, in milliseconds. @default 30,000 */
  readonly timeoutMs?: number
  /** The submit token, where the ledger asks for one. @default none */
  readonly token?: string
  /** Where the checkpoints it has seen are remembered. @default in memory, for this client */
  readonly pins?: PinStore
}

/** Whoever answers at `url` may deny service and may leave things out; it cannot make entries up. */
export class Client {
  readonly url: URL
  readonly trust: LogTrust
  /** The maps and their output logs. */
  readonly maps: MapQuestions
  readonly #asker: Asker

  /** @throws Fault `malformed` for a URL that is none of http or https */
  constructor(options: ClientOptions) {
    this.url = baseUrl(options.url)
    const { logKey, trustRoot, cosigned } = options
    this.trust = { logKey, trustRoot, cosigned }
    const memory = { pins: options.pins ?? memoryPins(), logKey }
    const given = options.fetch
    this.#asker = createAsker(this.url, this.trust, memory, {
      // Called as a plain function: browsers refuse `fetch` as somebody's method.
      fetch: (input, init) => (given === undefined ? fetch(input, init) : given(input, init)),
      timeoutMs: options.timeoutMs ?? 30_000,
      token: options.token,
    })
    this.maps = askMaps(this.#asker)
  }

  /**
   * Records an attestation: an envelope, or `{envelope, publicKeys}`. What comes back is proven to be in the log.
   *
   * @throws Fault with the server's reason, if it refused
   * @throws Fault `bad-proof` if what it answers is not about this attestation or does not hold
   */
  async submit(body: Uint8Array, options: CallOptions = {}): Promise<SubmitAnswer> {
    return submitOne(this.#asker, body, options)
  }

  /**
   * Records up to 1,000 attestations in one request. One that is refused does not touch the others.
   *
   * @returns a result for each, in their order; refusals are the server's word
   * @throws as `submit`, if an answer does not hold
   */
  submitMany(bodies: readonly Uint8Array[], options: CallOptions = {}): Promise<readonly SubmitResult[]> {
    return submitMany(this.#asker, bodies, options)
  }

  /** The server's word on itself, except its checkpoint. @throws Fault `untrusted` (`wrong-log-key`), `bad-proof` */
  async status(options: CallOptions = {}): Promise<StatusAnswer> {
    const answer = await this.#asker.ask('ledger/v1/status', statusAnswer, options)
    this.#asker.check({ asOf: answer.asOf, entries: {} })
    const { logKey, trustRoot } = this.trust
    expectSame('origin', logKey.name, answer.origin)
    expectSame('log key', formatVerifierKey(logKey), answer.logKey)
    if (answer.trustRoot.version === 1) expectSame('trust root', trustRoot, answer.trustRoot.id)
    return answer
  }

  /** One page of rows. Each entry that a row names is proven to be in the log; that it says so is not checked here. */
  images(query: ImagesQuery, options: CallOptions = {}): Promise<ImagesAnswer> {
    return askImages(this.#asker, query, options)
  }

  /** As `images`, by what statements say beside components. */
  found(query: FoundQuery, options: CallOptions = {}): Promise<FoundAnswer> {
    return askFound(this.#asker, query, options)
  }

  /** What ran where. Each entry that a row names is proven to be in the log; `verifiedDeployments` makes the rows again. */
  deployments(query: DeploymentsQuery, options: CallOptions = {}): Promise<DeploymentsAnswer> {
    return askDeployments(this.#asker, query, options)
  }

  /** The versions of a package. Each row's entry is proven to be in the log; the counts are the server's word. */
  packages(query: PackagesQuery, options: CallOptions = {}): Promise<PackagesAnswer> {
    return askPackages(this.#asker, query, options)
  }

  /** What there is of a name as people use it. Each row's entry is proven to be in the log; the counts are the server's word. */
  names(query: NamesQuery, options: CallOptions = {}): Promise<NamesAnswer> {
    return askNames(this.#asker, query, options)
  }

  /** The images without an SBOM that counts: the server's word, but for the entries that its rows name. */
  unknownImages(query: UnknownQuery = {}, options: CallOptions = {}): Promise<UnknownImagesAnswer> {
    return askUnknown(this.#asker, query, options)
  }

  /** What is recorded about one image. Verdicts and counts are the server's word. */
  async image(digest: ImageDigest, options: CallOptions & Moment = {}): Promise<ImageAnswer> {
    const params = momentParams(options).toString()
    const path = `ledger/v1/images/${imageDigest(digest)}${params === '' ? '' : `?${params}`}`
    const answer = await this.#asker.ask(path, imageAnswer, options)
    expectSame('image', digest, answer.image)
    expectMoment(options, answer.asOf)
    const checked = this.#asker.check(answer)
    for (const row of answer.attestations) {
      standing(checked, row.entry, row.attestation, row.key)
      expectSame(`verdict of entry ${row.entry}`, row.entry, row.verdict.entry)
    }
    for (const row of [...answer.sboms, ...answer.provenance]) standing(checked, row.entry)
    for (const index of (answer.lineage ?? []).flatMap((one) => one.entries)) standing(checked, index)
    return answer
  }

  async entry(index: LogIndex, options: CallOptions = {}): Promise<EntryAnswer> {
    const answer = await this.#asker.ask(`ledger/v1/entries/${index}`, entryAnswer, options)
    expectSame('entry', index, answer.entry)
    await this.#proveId(standing(this.#asker.check(answer), index), options)
    return answer
  }

  /** The entries of one attestation. That there are no others is the server's word. */
  async attestation(id: AttestationId, options: CallOptions = {}): Promise<AttestationAnswer> {
    const answer = await this.#asker.ask(
      `ledger/v1/attestations/${attestationId(id)}`,
      attestationAnswer,
      options,
    )
    expectSame('attestation', id, answer.attestation)
    const { entries } = this.#asker.check(answer)
    if (entries.size === 0)
      throw new Fault('entry-mismatch', `attestation ${id}: expected an entry, got none`)
    for (const entry of entries.values()) {
      expectSame(`attestation of entry ${entry.index}`, id, entry.attestation)
      await this.#proveId(entry, options)
    }
    return answer
  }

  /** What was signed: the DSSE pre-authentication encoding, which hashes to the id. */
  async pae(id: AttestationId, options: CallOptions = {}): Promise<Uint8Array> {
    const { bytes } = await this.#asker.get(`ledger/v1/attestations/${attestationId(id)}/pae`, {
      ...options,
      accept: 'application/octet-stream',
      maxBytes: MAX_PAE_BYTES,
    })
    expectSame('what was signed', id, attestationIdOf(bytes))
    return bytes
  }

  /** One page of the images in which any part of the question is found; its entries are proven, its rows the server's word. */
  search(question: SearchQuestion, page: SearchPage = {}, options: CallOptions = {}): Promise<SearchAnswer> {
    return askSearch(this.#asker, question, page, options)
  }

  /**
   * What was signed for entries `from` … `to` − 1 (at most 256 of them), or for the first of these, as served: nothing in it is
   * proven, not even which entries it is about.
   *
   * @throws Fault `bad-proof` (`answer-malformed`) for anything but such a list
   * @throws Fault `not-found` (`no-such-route`) by older servers
   */
  async paes(from: LogIndex, to: TreeSize, options: CallOptions = {}): Promise<readonly Uint8Array[]> {
    const { bytes } = await this.#asker.get(`ledger/v1/pae?from=${from}&to=${to}`, {
      ...options,
      accept: 'application/octet-stream',
      maxBytes: MAX_PAE_LIST_BYTES,
    })
    return parseByteList(bytes, to - from)
  }

  /** The revocations that name a target, proven to be in the log; `verifiedStatus` checks that there are no others. */
  revocations(target: string, options: CallOptions & RevocationsAsked = {}): Promise<RevocationsAnswer> {
    return askRevocations(this.#asker, target, options)
  }

  /** The entries after one, without a gap, each proven; subjects are the server's word. Empty if there is no more yet. */
  events(page: EventsPage = {}, options: CallOptions = {}): Promise<EventsAnswer> {
    return askEvents(this.#asker, page, options)
  }

  /** That the tree of `to` (the newest, if left out) begins with that of `from`. Both roots are proven. */
  consistency(
    sizes: { readonly from: TreeSize; readonly to?: TreeSize },
    options: CallOptions = {},
  ): Promise<ConsistencyAnswer> {
    return askConsistency(this.#asker, sizes, options)
  }

  /** The newest checkpoint, opened, and the signed note itself. */
  async checkpoint(
    options: CallOptions = {},
  ): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }> {
    const wanted = { ...options, accept: 'text/plain', maxBytes: MAX_NOTE_BYTES }
    const known = await recall(this.#asker.memory)
    const { bytes } = await this.#asker.get('checkpoint', wanted)
    const note = asBadProof('checkpoint-signature-invalid', 'checkpoint', () => parseUtf8(bytes))
    await remember(this.#asker.memory, note, known, this.tiles(options))
    return { note, checkpoint: openTrustedCheckpoint(note, this.trust.logKey) }
  }

  /**
   * A tile or an entry bundle by its path (C2SP tlog-tiles), as served: nothing in it is proven.
   *
   * @returns undefined if the server has none
   */
  tile(path: string, options: CallOptions = {}): Promise<Uint8Array | undefined> {
    return this.#asker.tile(path, options)
  }

  /** As `tile`, for whoever reads hashes of the tree: what is made of them has to be checked against a root. */
  tiles(options: CallOptions = {}): TileSource {
    return this.#asker.tiles(options)
  }

  /** The digest in an entry is its attestation's id, but for P-384 and P-521: there what was signed has both. */
  async #proveId(entry: CheckedEntry, options: CallOptions): Promise<void> {
    if (entry.body.algorithm !== 'sha256') checkSigned(entry, await this.pae(entry.attestation, options))
  }
}
