/**
 * Audit: replays a whole log over the network and compares everything with its signed checkpoint (README 2.7).
 *
 * Every entry is hashed again, every tile and the root made again from the hashes. `deep` also fetches what was
 * signed and repeats each decision of the sequencer in order: signature, grants, revocations, and that a manifest can be
 * derived. Only the checkpoint's signature is taken from the server, and that is checked against the trust file.
 *
 * Not here: postings (no map commits to them yet), and that others see the same log (witnesses).
 */
import { basisOf, parseControl } from '../attestation/control.ts'
import { REVOCATION } from '../attestation/predicate-types.ts'
import type { Statement } from '../attestation/statement.ts'
import { attestationId, logIndex } from '../brand.ts'
import type { AttestationId, LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { isKnownForm, parseHashedRekord } from '../entry/hashed-rekord.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import type { Reason } from '../errors.ts'
import { manifestOf } from '../sbom/manifest.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { parseEntryBundle } from '../tlog/entry-bundle.ts'
import { formatTilePath, TILE_WIDTH, tilesOfSize } from '../tlog/tile.ts'
import type { TileId } from '../tlog/tile.ts'
import { HASH_BYTES, leafHash } from '../tlog/tree-hash.ts'
import { createTrustState } from '../trust/trust-state.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { checkSigned } from '../verify/proven-entry.ts'
import { admitAgain, checkTrustRoot } from '../verify/trust-replay.ts'
import type { AttestedEntry } from '../verify/trust-replay.ts'
import type { CallOptions, Client } from './client.ts'
import { signedEntry } from './signed-entry.ts'
import { partialTiles, replayedRoot, replayedSize, replayLeaves, startReplay } from './tile-replay.ts'
import type { MadeTile, TileReplay } from './tile-replay.ts'

/** After so many problems the log is wrong beyond doubt, and the first ones say where. */
const MAX_PROBLEMS = 100
/** Envelopes fetched at once: enough to hide the way to the server; each may be megabytes. */
const FETCHES_AT_ONCE = 16
/** Bundles asked for before they are needed, with their tiles: at most a megabyte where entries are not huge. */
const BUNDLES_AHEAD = 6

export interface AuditOptions extends CallOptions {
  /** Also what was signed: signatures, grants, revocations, manifests. @default false */
  readonly deep?: boolean
  /** Told after each bundle of up to 256 entries. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface AuditProblem {
  /** `entry 17`, `tile 0/3`, `checkpoint` */
  readonly where: string
  readonly reason: Reason
  readonly what: string
}

export interface AuditReport {
  /** `sound`: everything that was looked at holds. `wrong`: see the problems; the audit stopped at the hundredth. */
  readonly outcome: 'sound' | 'wrong'
  readonly checkpoint: Checkpoint
  /** The signed note: evidence against the log, if the outcome is `wrong`. */
  readonly note: string
  /** Entries and tiles that were compared. */
  readonly entries: number
  readonly tiles: number
  readonly deep: boolean
  readonly problems: readonly AuditProblem[]
}

interface Walk {
  readonly client: Client
  readonly options: AuditOptions
  readonly replay: TileReplay
  readonly trust: TrustState
  readonly problems: AuditProblem[]
  /** What was asked for and not looked at yet, by path. */
  readonly ahead: Map<string, Promise<Fetched>>
  tiles: number
}

/** The bytes, or why there are none; looked at when their turn comes, so that problems stay in order. */
type Fetched = { readonly bytes: Uint8Array | undefined } | { readonly cause: unknown }

/**
 * @throws Fault `untrusted` (`wrong-log-key`, `wrong-trust-root`) if it is another log than the trusted one
 * @throws Fault `bad-proof` if the checkpoint does not verify; Unreachable and the server's refusals: no verdict then
 */
export async function auditLog(client: Client, options: AuditOptions = {}): Promise<AuditReport> {
  const { checkpoint, note } = await client.checkpoint(options)
  const trust = createTrustState(checkpoint.origin)
  const walk: Walk = {
    client,
    options,
    replay: startReplay(),
    trust,
    problems: [],
    ahead: new Map(),
    tiles: 0,
  }
  const bundles = tilesOfSize(checkpoint.size).filter((tile) => tile.level === 0)
  for (const [at, bundle] of bundles.entries()) {
    for (const next of bundles.slice(at, at + BUNDLES_AHEAD)) askFor(walk, next)
    if (!(await auditBundle(walk, bundle))) break
    options.onProgress?.(replayedSize(walk.replay), checkpoint.size)
  }
  if (replayedSize(walk.replay) === checkpoint.size) await auditEnd(walk, checkpoint)
  const { problems, tiles } = walk
  return {
    outcome: problems.length === 0 ? 'sound' : 'wrong',
    checkpoint,
    note,
    entries: replayedSize(walk.replay),
    tiles,
    deep: options.deep === true,
    problems,
  }
}

/** @returns whether it makes sense to go on */
async function auditBundle(walk: Walk, bundle: TileId): Promise<boolean> {
  const from = bundle.index * TILE_WIDTH
  const entries = await readBundle(walk, bundle, from)
  if (entries === undefined) return false
  for (const tile of replayLeaves(walk.replay, entries.map(leafHash))) await compareTile(walk, tile)
  const deep = walk.options.deep === true
  const look = deep || from === 0 ? readBody : checkBody
  const bodies = entries.map((entry, i) => look(walk, logIndex(from + i), entry))
  if (from === 0) await compareTrustRoot(walk, bodies[0])
  if (deep) await auditSigned(walk, from, bodies)
  return walk.problems.length < MAX_PROBLEMS
}

async function readBundle(
  walk: Walk,
  { index, width }: TileId,
  from: number,
): Promise<readonly Uint8Array[] | undefined> {
  const where = `entries ${from} to ${from + width - 1}`
  const bytes = await fetchTile(walk, where, formatTilePath({ level: 'entries', index, width }))
  return bytes === undefined ? undefined : attempt(walk, where, () => parseEntryBundle(bytes, width))
}

/** Begins to fetch a bundle and the tile of its hashes. */
function askFor(walk: Walk, { index, width }: TileId): void {
  for (const level of ['entries', 0] as const) {
    const path = formatTilePath({ level, index, width })
    if (!walk.ahead.has(path)) walk.ahead.set(path, fetchPath(walk, path))
  }
}

async function fetchPath({ client, options }: Walk, path: string): Promise<Fetched> {
  try {
    return { bytes: await client.tile(path, options) }
  } catch (cause) {
    return { cause }
  }
}

/** The bytes, or a problem noted. */
async function fetchTile(walk: Walk, where: string, path: string): Promise<Uint8Array | undefined> {
  const fetched = await (walk.ahead.get(path) ?? fetchPath(walk, path))
  walk.ahead.delete(path)
  try {
    if ('cause' in fetched) throw fetched.cause
    const { bytes } = fetched
    if (bytes === undefined)
      throw new Fault('integrity-error', 'not there, though the log signed a tree with it')
    return bytes
  } catch (cause) {
    noteProblem(walk, where, cause)
    return undefined
  }
}

/** The result, or a problem noted. */
function attempt<T>(walk: Walk, where: string, check: () => T): T | undefined {
  try {
    return asBadProof('integrity-error', where, check)
  } catch (cause) {
    noteProblem(walk, where, cause)
    return undefined
  }
}

/** A fault about the log is a finding; anything else ends the audit without a verdict. */
function noteProblem(walk: Walk, where: string, cause: unknown): void {
  if (!(cause instanceof Fault)) throw cause
  if (!['bad-proof', 'not-recorded', 'not-found'].includes(cause.class)) throw cause
  walk.problems.push({ where, reason: cause.reason, what: cause.message })
}

async function compareTile(walk: Walk, made: MadeTile): Promise<void> {
  const { level, index } = made
  const width = made.hashes.length / HASH_BYTES
  const where = `tile ${level}/${index}`
  const served = await fetchTile(walk, where, formatTilePath({ level, index, width }))
  walk.tiles++
  if (served === undefined || equalBytes(served, made.hashes)) return
  walk.problems.push({ where, reason: 'integrity-error', what: difference(made, served) })
}

/** Names the entries that a served tile contradicts. */
function difference({ level, index, hashes }: MadeTile, served: Uint8Array): string {
  if (served.length !== hashes.length) return `expected ${hashes.length} bytes, got ${served.length}`
  const span = TILE_WIDTH ** level
  const wrong: string[] = []
  for (let i = 0; i < hashes.length / HASH_BYTES; i++) {
    const [from, to] = [i * HASH_BYTES, (i + 1) * HASH_BYTES]
    if (equalBytes(hashes.subarray(from, to), served.subarray(from, to))) continue
    const first = (index * TILE_WIDTH + i) * span
    wrong.push(span === 1 ? `entry ${first}` : `entries ${first} to ${first + span - 1}`)
  }
  const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : ''
  return `has another hash than ${wrong.slice(0, 5).join(', ')}${more}`
}

function readBody(walk: Walk, index: LogIndex, entry: Uint8Array): HashedRekord | undefined {
  const where = `entry ${index}`
  return attempt(walk, where, () => asBadProof('entry-mismatch', where, () => parseHashedRekord(entry)))
}

/** As `readBody`, where nobody asks what the entry says. */
function checkBody(walk: Walk, index: LogIndex, entry: Uint8Array): undefined {
  if (!isKnownForm(entry)) readBody(walk, index, entry)
}

async function compareTrustRoot(walk: Walk, body: HashedRekord | undefined): Promise<void> {
  if (body === undefined) return
  const attestation = await attestationOf(walk, logIndex(0), body)
  // The server named it, perhaps for an entry of another tree than this one.
  if (body.algorithm !== 'sha256')
    checkSigned({ index: logIndex(0), attestation, body }, await walk.client.pae(attestation, walk.options))
  checkTrustRoot(attestation, walk.client.trust.trustRoot)
}

/** In the entry itself if its key's hash is SHA-256; else the server says it, and what was signed proves it. */
async function attestationOf(walk: Walk, index: LogIndex, body: HashedRekord): Promise<AttestationId> {
  if (body.algorithm === 'sha256') return attestationId(`sha256:${formatHex(body.digest)}`)
  const { entries } = await walk.client.entry(index, walk.options)
  const entry = entries[String(index)]
  if (entry === undefined) throw new Error(`entry ${index}: answered without it`)
  return entry.attestation
}

async function auditSigned(
  walk: Walk,
  from: number,
  bodies: readonly (HashedRekord | undefined)[],
): Promise<void> {
  const fetchSome = (at: number): Promise<readonly FetchedSigned[]> =>
    Promise.all(
      bodies
        .slice(at, at + FETCHES_AT_ONCE)
        .flatMap((body, i) => (body === undefined ? [] : fetchSigned(walk, logIndex(from + at + i), body))),
    )
  let next = fetchSome(0)
  for (let at = 0; at < bodies.length && walk.problems.length < MAX_PROBLEMS; at += FETCHES_AT_ONCE) {
    const fetched = await next
    // The server looks for these while the ones before are judged here.
    next = fetchSome(at + FETCHES_AT_ONCE)
    // In order: each decision rests on the entries before it.
    for (const one of fetched) await judgeFetched(walk, one)
  }
}

async function judgeFetched(walk: Walk, one: FetchedSigned): Promise<void> {
  if ('cause' in one) noteProblem(walk, `entry ${one.index}`, one.cause)
  else await auditOne(walk, one)
}

interface Signed {
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly body: HashedRekord
  readonly pae: Uint8Array
}

type FetchedSigned = Signed | { readonly index: LogIndex; readonly cause: unknown }

async function fetchSigned(walk: Walk, index: LogIndex, body: HashedRekord): Promise<FetchedSigned> {
  try {
    const attestation = await attestationOf(walk, index, body)
    return { index, attestation, body, pae: await walk.client.pae(attestation, walk.options) }
  } catch (cause) {
    return { index, cause }
  }
}

async function auditOne(walk: Walk, { index, attestation, body, pae }: Signed): Promise<void> {
  const where = `entry ${index}`
  const statement = attempt(walk, where, () => checkSigned({ index, attestation, body }, pae).statement)
  if (statement === undefined) return
  const keyId = body.publicKey.id
  const basis = statement.predicateType === REVOCATION ? await fetchBasis(walk, index, statement) : undefined
  attempt(walk, where, () => {
    admitAgain(walk.trust, { entry: { index, attestation, keyId }, statement }, () => basis)
    asBadProof('not-admissible', 'manifest', () => manifestOf(statement, keyId))
  })
}

/** The earlier entry that a revocation rests on, if it names one: an audit keeps none of those that it has seen. */
async function fetchBasis(
  walk: Walk,
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

async function auditEnd(walk: Walk, checkpoint: Checkpoint): Promise<void> {
  for (const tile of partialTiles(walk.replay)) await compareTile(walk, tile)
  if (equalBytes(replayedRoot(walk.replay), checkpoint.root)) return
  const [made, signed] = [replayedRoot(walk.replay), checkpoint.root].map(formatHex)
  walk.problems.push({
    where: 'checkpoint',
    reason: 'integrity-error',
    what: `the entries 0 to ${checkpoint.size - 1} have the root ${made}, but the log signed ${signed}`,
  })
}
