/**
 * The deep half of an audit: what was signed, fetched a range at a time, and each decision of the sequencer repeated in
 * order (audit.ts has the rest).
 *
 * A server may leave bytes out of a range, and an older one has no ranges: those are asked for one by one. A range that is no
 * list is a finding; what is in one is believed no more than anything else, since each must be what its entry says.
 */
import { basisOf, parseControl } from '../attestation/control.ts'
import { attestationIdOf } from '../attestation/pae.ts'
import { REVOCATION } from '../attestation/predicate-types.ts'
import type { Statement } from '../attestation/statement.ts'
import { attestationId, logIndex, treeSize } from '../brand.ts'
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { manifestOf, type ManifestLine } from '../sbom/manifest.ts'
import { TILE_WIDTH } from '../tlog/tile.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { derivedLines } from '../verify/map-facts.ts'
import { checkSigned } from '../verify/proven-entry.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { admitAgain } from '../verify/trust-replay.ts'
import type { AttestedEntry } from '../verify/trust-replay.ts'
import { attempt, fetched, isFinding, MAX_PROBLEMS, noteProblem } from './audit-walk.ts'
import type { Fetched } from './audit-walk.ts'
import type { LogWalk } from './replay-log.ts'
import { signedEntry } from './signed-entry.ts'

/** One by one, so many at once: enough to hide the way to the server; each may be megabytes. */
const FETCHES_AT_ONCE = 16

/** What was signed for entries from `from` on, asked for while those before are judged. */
interface Range {
  readonly from: number
  readonly answer: Promise<Fetched<readonly Uint8Array[]>>
}

export interface SignedReader {
  readonly walk: LogWalk
  /** Of the entries that were judged. */
  readonly trust: TrustState
  /** Entries of which no manifest can be made, as was said when they were recorded. */
  readonly unreadable: ReadonlySet<number>
  ahead: Range | undefined
  /** Until the server says that it has no such route. */
  hasRanges: boolean
}

/** What was signed for an entry. */
export interface JudgedEntry {
  readonly index: LogIndex
  readonly key: KeyId
  /** The DSSE pre-authentication encoding. */
  readonly signed: Uint8Array
  readonly statement: Statement
  /** What follows from what was signed, also of an entry that is said to be unreadable; undefined if nothing does. */
  readonly derived: readonly ManifestLine[] | undefined
}

/** @param trust of the entries before the first that will be judged */
export function startReading(
  walk: LogWalk,
  trust: TrustState,
  unreadable: ReadonlySet<number> = new Set(),
): SignedReader {
  return { walk, trust, unreadable, ahead: undefined, hasRanges: true }
}

/**
 * Judges the entries of one bundle in order, and yields those that were found good; a body that is missing could not be
 * read, which was noted.
 */
export async function* auditSigned(
  reader: SignedReader,
  from: number,
  bodies: readonly (HashedRekord | undefined)[],
): AsyncGenerator<JudgedEntry> {
  const end = from + bodies.length
  for (let at = from; at < end;) {
    const paes = await takeRange(reader, at, end)
    if (paes === undefined) return yield* auditSingly(reader, at, bodies.slice(at - from))
    for (const pae of paes) {
      if (reader.walk.problems.length >= MAX_PROBLEMS) return
      const body = bodies[at - from]
      if (body !== undefined) yield* auditOne(reader, { index: logIndex(at), body, pae, ...named(body, pae) })
      at++
    }
  }
}

/** The next ones, at least one; undefined where they have to be asked for one by one. */
async function takeRange(
  reader: SignedReader,
  from: number,
  end: number,
): Promise<readonly Uint8Array[] | undefined> {
  if (!reader.hasRanges) return undefined
  const { walk } = reader
  const { size } = walk.checkpoint
  const { answer } = reader.ahead?.from === from ? reader.ahead : askRange(walk, from, end)
  reader.ahead = undefined
  const found = await answer
  if ('cause' in found) {
    if (!isFinding(found.cause)) throw found.cause
    if (found.cause.reason === 'no-such-route') reader.hasRanges = false
    if (found.cause.reason === 'answer-malformed')
      noteProblem(walk, `entries ${from} to ${end - 1}`, found.cause)
    return undefined
  }
  const next = from + found.value.length
  if (next < size) {
    const nextEnd = next < end ? end : Math.min(next + TILE_WIDTH, size)
    // The server reads these while those before are judged here.
    reader.ahead = askRange(walk, next, nextEnd)
  }
  return found.value
}

function askRange({ client, options }: LogWalk, from: number, end: number): Range {
  return { from, answer: fetched(() => client.paes(logIndex(from), treeSize(end), options)) }
}

/** The id in the entry if its key's hash is SHA-256; else that of what is said to be signed, whose digest the entry has. */
function named(body: HashedRekord, pae: Uint8Array): { readonly attestation: AttestationId } {
  const attestation = body.algorithm === 'sha256' ? idIn(body) : attestationIdOf(pae)
  return { attestation }
}

function idIn({ digest }: HashedRekord): AttestationId {
  return attestationId(`sha256:${formatHex(digest)}`)
}

/** In the entry itself if its key's hash is SHA-256; else the server says it, and what was signed proves it. */
export async function attestationOf(
  walk: LogWalk,
  index: LogIndex,
  body: HashedRekord,
): Promise<AttestationId> {
  if (body.algorithm === 'sha256') return idIn(body)
  const { entries } = await walk.client.entry(index, walk.options)
  const entry = entries[String(index)]
  if (entry === undefined) throw new Error(`entry ${index}: answered without it`)
  return entry.attestation
}

async function* auditSingly(
  reader: SignedReader,
  from: number,
  bodies: readonly (HashedRekord | undefined)[],
): AsyncGenerator<JudgedEntry> {
  const { walk } = reader
  const fetchSome = (at: number): Promise<readonly FetchedSigned[]> =>
    Promise.all(
      bodies
        .slice(at, at + FETCHES_AT_ONCE)
        .flatMap((body, i) => (body === undefined ? [] : fetchSigned(walk, logIndex(from + at + i), body))),
    )
  let next = fetchSome(0)
  for (let at = 0; at < bodies.length && walk.problems.length < MAX_PROBLEMS; at += FETCHES_AT_ONCE) {
    const some = await next
    // The server looks for these while the ones before are judged here.
    next = fetchSome(at + FETCHES_AT_ONCE)
    // In order: each decision rests on the entries before it.
    for (const { index, found } of some) {
      if ('cause' in found) noteProblem(walk, `entry ${index}`, found.cause)
      else yield* auditOne(reader, found.value)
    }
  }
}

/**
 * What was signed for one entry, without a judgement whether it could be admitted; undefined where that is a problem,
 * which is noted.
 */
export async function readSigned(
  { walk, unreadable }: SignedReader,
  index: LogIndex,
  body: HashedRekord,
): Promise<JudgedEntry | undefined> {
  const { found } = await fetchSigned(walk, index, body)
  try {
    if ('cause' in found) throw found.cause
    const { attestation, pae } = found.value
    const { statement } = checkSigned({ index, attestation, body }, pae)
    const key = body.publicKey.id
    const derived = derive(walk, { index, key, statement, mayBeUnreadable: mayBe(walk, unreadable, index) })
    return { index, key, signed: pae, statement, derived }
  } catch (cause) {
    noteProblem(walk, `entry ${index}`, cause)
    return undefined
  }
}

interface Signed {
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly body: HashedRekord
  readonly pae: Uint8Array
}

interface FetchedSigned {
  readonly index: LogIndex
  readonly found: Fetched<Signed>
}

async function fetchSigned(walk: LogWalk, index: LogIndex, body: HashedRekord): Promise<FetchedSigned> {
  const found = await fetched(async () => {
    const attestation = await attestationOf(walk, index, body)
    return { index, attestation, body, pae: await walk.client.pae(attestation, walk.options) }
  })
  return { index, found }
}

async function* auditOne(
  { walk, trust, unreadable }: SignedReader,
  { index, attestation, body, pae }: Signed,
): AsyncGenerator<JudgedEntry> {
  const where = `entry ${index}`
  const statement = attempt(walk, where, () => checkSigned({ index, attestation, body }, pae).statement)
  if (statement === undefined) return
  const keyId = body.publicKey.id
  const basis = statement.predicateType === REVOCATION ? await fetchBasis(walk, index, statement) : undefined
  attempt(walk, where, () =>
    admitAgain(trust, { entry: { index, attestation, keyId }, statement }, () => basis),
  )
  const derived = derive(walk, {
    index,
    key: keyId,
    statement,
    mayBeUnreadable: mayBe(walk, unreadable, index),
  })
  yield { index, key: keyId, signed: pae, statement, derived }
}

interface Derivable {
  readonly index: LogIndex
  readonly key: KeyId
  readonly statement: Statement
  readonly mayBeUnreadable: boolean
}

/** Of what came after the map's newest root (`cut`) nobody has said it yet. */
function mayBe({ cut }: LogWalk, unreadable: ReadonlySet<number>, index: LogIndex): boolean {
  return unreadable.has(index) || (cut !== undefined && index >= cut)
}

/** It is a problem if nothing follows from what was signed, and nobody says so. */
function derive(
  walk: LogWalk,
  { index, key, statement, mayBeUnreadable }: Derivable,
): readonly ManifestLine[] | undefined {
  if (mayBeUnreadable) return derivedLines(statement, key)
  return attempt(walk, `entry ${index}`, () =>
    asBadProof('not-admissible', 'manifest', () => manifestOf(statement, key)),
  )
}

/** The earlier entry that a revocation rests on, if it names one: an audit keeps none of those that it has seen. */
async function fetchBasis(
  walk: LogWalk,
  before: LogIndex,
  statement: Statement,
): Promise<AttestedEntry | undefined> {
  const where = `entry ${before}`
  try {
    const index = asBadProof('not-admissible', where, () => basisOf(parseControl(statement)))
    if (index === undefined || index >= before) return undefined
    return await signedEntry(walk.client, index, walk.options)
  } catch (cause) {
    noteProblem(walk, where, cause)
    return undefined
  }
}
