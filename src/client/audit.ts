/**
 * Audit: replays a whole log over the network and compares everything with its signed checkpoint (README 2.7).
 *
 * Every entry is hashed again, every tile and the root made again from the hashes. `deep` also fetches what was
 * signed and repeats each decision of the sequencer in order: signature, grants, revocations, and that a manifest can be
 * derived. Only the checkpoint's signature is taken from the server, and that is checked against the trust file.
 *
 * Not here: postings (no map commits to them yet), and that others see the same log (witnesses).
 */
import { logIndex } from '../brand.ts'
import type { LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { isKnownForm } from '../entry/known-form.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { parseEntryBundle } from '../tlog/entry-bundle.ts'
import { formatTilePath, TILE_WIDTH, tilesOfSize } from '../tlog/tile.ts'
import type { TileId } from '../tlog/tile.ts'
import { HASH_BYTES, leafHash } from '../tlog/tree-hash.ts'
import { createTrustState } from '../trust/trust-state.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { checkSigned } from '../verify/proven-entry.ts'
import { checkTrustRoot } from '../verify/trust-replay.ts'
import { attestationOf, auditSigned, startReading } from './audit-signed.ts'
import type { SignedReader } from './audit-signed.ts'
import { attempt, fetched, MAX_PROBLEMS, noteProblem } from './audit-walk.ts'
import type { AuditOptions, AuditProblem, Fetched, Walk } from './audit-walk.ts'
import type { Client } from './client.ts'
import { partialTiles, replayedRoot, replayedSize, replayLeaves, startReplay } from './tile-replay.ts'
import type { MadeTile } from './tile-replay.ts'

/** Bundles asked for before they are needed, with their tiles: at most a megabyte where entries are not huge. */
const BUNDLES_AHEAD = 6

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
    size: checkpoint.size,
    replay: startReplay(),
    trust,
    problems: [],
    ahead: new Map(),
    tiles: 0,
  }
  const reader = startReading()
  const bundles = tilesOfSize(checkpoint.size).filter((tile) => tile.level === 0)
  for (const [at, bundle] of bundles.entries()) {
    for (const next of bundles.slice(at, at + BUNDLES_AHEAD)) askFor(walk, next)
    if (!(await auditBundle(walk, reader, bundle))) break
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
async function auditBundle(walk: Walk, reader: SignedReader, bundle: TileId): Promise<boolean> {
  const from = bundle.index * TILE_WIDTH
  const entries = await readBundle(walk, bundle, from)
  if (entries === undefined) return false
  for (const tile of replayLeaves(walk.replay, entries.map(leafHash))) await compareTile(walk, tile)
  const deep = walk.options.deep === true
  const look = deep || from === 0 ? readBody : checkBody
  const bodies = entries.map((entry, i) => look(walk, logIndex(from + i), entry))
  if (from === 0) await compareTrustRoot(walk, bodies[0])
  if (deep) await auditSigned(walk, reader, from, bodies)
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
    if (!walk.ahead.has(path)) walk.ahead.set(path, readPath(walk, path))
  }
}

function readPath({ client, options }: Walk, path: string): Promise<Fetched<Uint8Array | undefined>> {
  return fetched(() => client.tile(path, options))
}

/** The bytes, or a problem noted. */
async function fetchTile(walk: Walk, where: string, path: string): Promise<Uint8Array | undefined> {
  const found = await (walk.ahead.get(path) ?? readPath(walk, path))
  walk.ahead.delete(path)
  try {
    if ('cause' in found) throw found.cause
    if (found.value === undefined)
      throw new Fault('integrity-error', 'not there, though the log signed a tree with it')
    return found.value
  } catch (cause) {
    noteProblem(walk, where, cause)
    return undefined
  }
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
