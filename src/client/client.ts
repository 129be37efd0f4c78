/**
 * The client of one ledger: every answer is read strictly, its checkpoint and its entries are checked against
 * the log key, and it must be about what was asked, before the caller sees it (README 1.6, interface.md 4.3).
 *
 * What an answer says beside its entries (rows, states, counts, times) is then still the server's word: rows are
 * made again from what was signed by verified-images.ts and verify/evidence.ts; the whole log is replayed by audit.ts.
 */
import { attestationId, imageDigest } from '../brand.ts'
import type { AttestationId, ImageDigest, LogIndex } from '../brand.ts'
import { MAX_PAYLOAD_BYTES, parseSubmission } from '../attestation/envelope.ts'
import { attestationIdOf, pae } from '../attestation/pae.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import type {
  AsOf,
  AttestationAnswer,
  EntryAnswer,
  ImageAnswer,
  ImagesAnswer,
  ProvenEntries,
  RevocationsAnswer,
  StatusAnswer,
  SubmitAnswer,
} from '../verify/answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import type { LogTrust } from '../verify/evidence.ts'
import { checkAnswer, checkAttestation, checkSigned, openTrustedCheckpoint } from '../verify/proven-entry.ts'
import type { CheckedAnswer, CheckedEntry } from '../verify/proven-entry.ts'
import { imagesAnswer, readAnswer } from '../verify/read-answer.ts'
import { parseQuestion } from '../verify/rows.ts'
import type { Shape } from '../verify/shape.ts'
import { formatTilePath, type TileSource } from '../tlog/tile.ts'
import { baseUrl } from './base-url.ts'
import { recall, remember, type LogMemory } from './log-memory.ts'
import { memoryPins, type PinStore } from './pins.ts'
import {
  attestationAnswer,
  entryAnswer,
  imageAnswer,
  revocationsAnswer,
  statusAnswer,
  submitAnswer,
} from './read-answer.ts'
import { expectSame, expectSubmitted, standing } from './standing.ts'
import { exchange } from './transport.ts'
import type { Exchange, Received, Transport } from './transport.ts'

/** A thousand rows, each with a dozen entries of 3 kB (body, proof), stay below. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** The payload and its type (DSSE). */
const MAX_PAE_BYTES = MAX_PAYLOAD_BYTES + 4096
/** A bundle: 256 entries of 65,535 bytes and their lengths (tlog-tiles). */
const MAX_TILE_BYTES = 256 * (2 + 65_535)
const MAX_NOTE_BYTES = 1024 * 1024

export interface ClientOptions extends LogTrust {
  /** Of the ledger's front page; may have a path. http or https. */
  readonly url: string
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch
  /** For one exchange, in milliseconds. @default 30,000 */
  readonly timeoutMs?: number
  /** Where the checkpoints it has seen are remembered. @default in memory, for this client */
  readonly pins?: PinStore
}

export interface CallOptions {
  /** Gives up when aborted; the call then throws the signal's reason. */
  readonly signal?: AbortSignal
}

export interface ImagesQuery {
  /** A purl, with or without a version. */
  readonly component: string
  /** For npm, in VERS or `>=1.0 <2.0` (contracts.md 2). */
  readonly range?: string
  /** Rows on one page, 1 to 1,000. @default the server's, 100 */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
}

/** Whoever answers at `url` may deny service and may leave things out; it cannot make entries up. */
export class Client {
  readonly url: URL
  readonly trust: LogTrust
  readonly #transport: Transport
  readonly #memory: LogMemory

  /** @throws Fault `malformed` for a URL that is none of http or https */
  constructor(options: ClientOptions) {
    this.url = baseUrl(options.url)
    this.trust = { logKey: options.logKey, trustRoot: options.trustRoot }
    this.#memory = { pins: options.pins ?? memoryPins(), logKey: options.logKey }
    const given = options.fetch
    this.#transport = {
      // Called as a plain function: browsers refuse `fetch` as somebody's method.
      fetch: (input, init) => (given === undefined ? fetch(input, init) : given(input, init)),
      timeoutMs: options.timeoutMs ?? 30_000,
    }
  }

  /**
   * Records an attestation: an envelope, or `{envelope, publicKeys}`. What comes back is proven to be in the log.
   *
   * @throws Fault with the server's reason, if it refused
   * @throws Fault `bad-proof` if what it answers is not about this attestation or does not hold
   */
  async submit(body: Uint8Array, options: CallOptions = {}): Promise<SubmitAnswer> {
    const { envelope } = parseSubmission(body)
    const signed = pae(envelope.payloadType, envelope.payload)
    const answer = await this.#ask('ledger/v1/attestations', submitAnswer, options, body)
    expectSame('attestation', attestationIdOf(signed), answer.attestation)
    const { entries } = this.#check(answer)
    if (!answer.signatures.some((one) => 'entry' in one))
      throw new Fault('entry-mismatch', 'answer: expected an entry of what was submitted, got none')
    for (const signature of answer.signatures) {
      if (!('entry' in signature)) continue
      const entry = standing({ entries }, signature.entry, answer.attestation, signature.key)
      checkAttestation(entry, signed)
      expectSubmitted(entry, signed, envelope.signatures)
    }
    return answer
  }

  /** The server's word on itself, except its checkpoint. @throws Fault `untrusted` (`wrong-log-key`), `bad-proof` */
  async status(options: CallOptions = {}): Promise<StatusAnswer> {
    const answer = await this.#ask('ledger/v1/status', statusAnswer, options)
    this.#check({ asOf: answer.asOf, entries: {} })
    const { logKey, trustRoot } = this.trust
    expectSame('origin', logKey.name, answer.origin)
    expectSame('log key', formatVerifierKey(logKey), answer.logKey)
    if (answer.trustRoot.version === 1) expectSame('trust root', trustRoot, answer.trustRoot.id)
    return answer
  }

  /** One page of rows. Each entry that a row names is proven to be in the log; that it says so is not checked here. */
  async images(query: ImagesQuery, options: CallOptions = {}): Promise<ImagesAnswer> {
    const { asked } = parseQuestion(query.component, query.range)
    const params = new URLSearchParams(Object.entries(asked))
    if (query.limit !== undefined) params.set('limit', String(query.limit))
    if (query.cursor !== undefined) params.set('cursor', query.cursor)
    const answer = await this.#ask(`ledger/v1/images?${params}`, imagesAnswer, options)
    expectSame('component', asked.component, answer.question.component)
    expectSame('range', asked.range, answer.question.range)
    const checked = this.#check(answer)
    for (const row of answer.items) {
      const named = [...row.matches, ...row.provenance].map((one) => one.entry)
      for (const index of [...named, ...row.sboms]) standing(checked, index)
    }
    return answer
  }

  /** What is recorded about one image. Verdicts and counts are the server's word. */
  async image(digest: ImageDigest, options: CallOptions = {}): Promise<ImageAnswer> {
    const answer = await this.#ask(`ledger/v1/images/${imageDigest(digest)}`, imageAnswer, options)
    expectSame('image', digest, answer.image)
    const checked = this.#check(answer)
    for (const row of answer.attestations) {
      standing(checked, row.entry, row.attestation, row.key)
      expectSame(`verdict of entry ${row.entry}`, row.entry, row.verdict.entry)
    }
    for (const row of [...answer.sboms, ...answer.provenance]) standing(checked, row.entry)
    return answer
  }

  async entry(index: LogIndex, options: CallOptions = {}): Promise<EntryAnswer> {
    const answer = await this.#ask(`ledger/v1/entries/${index}`, entryAnswer, options)
    expectSame('entry', index, answer.entry)
    await this.#proveId(standing(this.#check(answer), index), options)
    return answer
  }

  /** The entries of one attestation. That there are no others is the server's word. */
  async attestation(id: AttestationId, options: CallOptions = {}): Promise<AttestationAnswer> {
    const answer = await this.#ask(`ledger/v1/attestations/${attestationId(id)}`, attestationAnswer, options)
    expectSame('attestation', id, answer.attestation)
    const { entries } = this.#check(answer)
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
    const { bytes } = await this.#get(`ledger/v1/attestations/${attestationId(id)}/pae`, {
      ...options,
      accept: 'application/octet-stream',
      maxBytes: MAX_PAE_BYTES,
    })
    expectSame('what was signed', id, attestationIdOf(bytes))
    return bytes
  }

  /** The revocations that name a target, proven to be in the log. That there are no others is the server's word. */
  async revocations(target: string, options: CallOptions = {}): Promise<RevocationsAnswer> {
    const params = new URLSearchParams({ target })
    const answer = await this.#ask(`ledger/v1/revocations?${params}`, revocationsAnswer, options)
    expectSame('target', target, answer.target)
    const checked = this.#check(answer)
    for (const row of answer.revocations) standing(checked, row.entry)
    for (const row of answer.verdicts) standing(checked, row.entry)
    return answer
  }

  /** The newest checkpoint, opened, and the signed note itself. */
  async checkpoint(
    options: CallOptions = {},
  ): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }> {
    const wanted = { ...options, accept: 'text/plain', maxBytes: MAX_NOTE_BYTES }
    const known = await recall(this.#memory)
    const { bytes } = await this.#get('checkpoint', wanted)
    const note = asBadProof('checkpoint-signature-invalid', 'checkpoint', () => parseUtf8(bytes))
    await remember(this.#memory, note, known, this.tiles(options))
    return { note, checkpoint: openTrustedCheckpoint(note, this.trust.logKey) }
  }

  /**
   * A tile or an entry bundle by its path (C2SP tlog-tiles), as served: nothing in it is proven.
   *
   * @returns undefined if the server has none
   */
  async tile(path: string, options: CallOptions = {}): Promise<Uint8Array | undefined> {
    const wanted = { ...options, accept: 'application/octet-stream', maxBytes: MAX_TILE_BYTES }
    try {
      return (await this.#get(path, wanted)).bytes
    } catch (cause) {
      if (cause instanceof Fault && (cause.class === 'not-recorded' || cause.class === 'not-found'))
        return undefined
      throw cause
    }
  }

  /** As `tile`, for whoever reads hashes of the tree: what is made of them has to be checked against a root. */
  tiles(options: CallOptions = {}): TileSource {
    return (wanted) => Promise.all(wanted.map((one) => this.tile(formatTilePath(one), options)))
  }

  /** The digest in an entry is its attestation's id, but for P-384 and P-521: there what was signed has both. */
  async #proveId(entry: CheckedEntry, options: CallOptions): Promise<void> {
    if (entry.body.algorithm !== 'sha256') checkSigned(entry, await this.pae(entry.attestation, options))
  }

  #check(answer: { readonly asOf: AsOf; readonly entries: ProvenEntries }): CheckedAnswer {
    return checkAnswer(answer, this.trust.logKey)
  }

  /** The answer as the server gives it, under a checkpoint that continues every one that is remembered. */
  async #ask<T extends { readonly asOf: AsOf }>(
    path: string,
    shape: Shape<T>,
    options: CallOptions,
    body?: Uint8Array,
  ): Promise<T> {
    const wanted = {
      ...options,
      ...(body === undefined ? {} : { body }),
      accept: 'application/json',
      maxBytes: MAX_ANSWER_BYTES,
    }
    const known = await recall(this.#memory)
    const { contentType, bytes } = await this.#get(path, wanted)
    if (!/^application\/json\b/.test(contentType)) {
      throw new Fault(
        'answer-malformed',
        `answer: expected application/json, got ${contentType.slice(0, 60) || 'no type'}`,
        {
          hint: `Is there a ledger at ${this.url.href}?`,
        },
      )
    }
    const parsed = asBadProof('answer-malformed', 'answer', () => parseJson(bytes))
    const answer = readAnswer(shape, parsed)
    await remember(this.#memory, answer.asOf.checkpoint, known, this.tiles(options))
    return answer
  }

  #get(path: string, wanted: Omit<Exchange, 'url' | 'method'>): Promise<Received> {
    const method = wanted.body === undefined ? 'GET' : 'POST'
    return exchange(this.#transport, { ...wanted, url: new URL(path, this.url), method })
  }
}
