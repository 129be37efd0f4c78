/**
 * Reads a log from end to end, hashes every entry again and compares every tile and the root with what is served and signed: the
 * log itself and the output logs of its maps alike (index.md 6).
 */
import { logIndex, type LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { parseEntryBundle } from '../tlog/entry-bundle.ts'
import { formatTilePath, TILE_WIDTH, tilesOfSize } from '../tlog/tile.ts'
import type { TileId } from '../tlog/tile.ts'
import { HASH_BYTES, leafHash } from '../tlog/tree-hash.ts'
import { attempt, fetched, MAX_PROBLEMS, noteProblem, type AuditProblem, type Fetched } from './audit-walk.ts'
import type { CallOptions, Client } from './client.ts'
import {
  partialTiles,
  replayedRoot,
  replayedSize,
  replayLeaves,
  type MadeTile,
  type TileReplay,
} from './tile-replay.ts'

/** Bundles asked for before they are needed, with their tiles: at most a megabyte where entries are not huge. */
const BUNDLES_AHEAD = 6

export interface LogWalk {
  readonly client: Client
  readonly options: CallOptions
  /** What is replayed up to its size. */
  readonly checkpoint: Checkpoint
  /** Where the log is served; empty for the log itself. */
  readonly base: string
  /** What its problems begin with, such as `status output log: `; empty for the log itself. */
  readonly name: string
  /** May have taken in the first entries before. */
  readonly replay: TileReplay
  readonly problems: AuditProblem[]
  /** A bundle ends here even where that is inside of one. */
  readonly cut?: number
  /** What was asked for and not looked at yet, by path. */
  readonly ahead: Map<string, Promise<Fetched<Uint8Array | undefined>>>
  tiles: number
}

/** Entries from `from` on, in order; at least one. */
export interface Bundle {
  readonly from: LogIndex
  readonly entries: readonly Uint8Array[]
}

/** A walk over a log of which `replay` has the first entries. */
export function startWalk(walk: Omit<LogWalk, 'ahead' | 'tiles'>): LogWalk {
  return { ...walk, ahead: new Map(), tiles: 0 }
}

/**
 * All entries that were not taken in yet; after the last one the root is compared. It ends early where an entry cannot
 * be had, or at the hundredth problem.
 */
export async function* replayLog(walk: LogWalk): AsyncGenerator<Bundle> {
  const { size } = walk.checkpoint
  const bundles = tilesOfSize(size).filter((tile) => tile.level === 0 && endOf(tile) > walk.replay.size)
  for (const [at, bundle] of bundles.entries()) {
    for (const next of bundles.slice(at, at + BUNDLES_AHEAD)) askFor(walk, next)
    const whole = await readBundle(walk, bundle)
    if (whole === undefined) return
    for (const part of cutBundle(whole, bundle.index * TILE_WIDTH, [walk.replay.size, walk.cut ?? 0])) {
      for (const tile of replayLeaves(walk.replay, part.entries.map(leafHash))) await compareTile(walk, tile)
      yield part
    }
    if (walk.problems.length >= MAX_PROBLEMS) break
  }
  if (replayedSize(walk.replay) === size) await compareEnd(walk)
}

/** What is left of a bundle from `from` on, in two pieces if `cut` is inside of it. */
function cutBundle(
  entries: readonly Uint8Array[],
  begin: number,
  [from, cut]: readonly [from: number, cut: number],
): readonly Bundle[] {
  const end = begin + entries.length
  const first = Math.max(begin, from)
  const middle = cut > first && cut < end ? cut : end
  const piece = (low: number, high: number): Bundle => ({
    from: logIndex(low),
    entries: entries.slice(low - begin, high - begin),
  })
  return middle === end ? [piece(first, end)] : [piece(first, middle), piece(middle, end)]
}

function endOf({ index, width }: TileId): number {
  return index * TILE_WIDTH + width
}

async function readBundle(walk: LogWalk, bundle: TileId): Promise<readonly Uint8Array[] | undefined> {
  const { index, width } = bundle
  const where = `${walk.name}entries ${index * TILE_WIDTH} to ${endOf(bundle) - 1}`
  const bytes = await fetchTile(walk, where, pathOf(walk, { level: 'entries', index, width }))
  return bytes === undefined ? undefined : attempt(walk, where, () => parseEntryBundle(bytes, width))
}

function pathOf({ base }: LogWalk, tile: Parameters<typeof formatTilePath>[0]): string {
  return `${base}${formatTilePath(tile)}`
}

/** Begins to fetch a bundle and the tile of its hashes. */
function askFor(walk: LogWalk, { index, width }: TileId): void {
  for (const level of ['entries', 0] as const) {
    const path = pathOf(walk, { level, index, width })
    if (!walk.ahead.has(path)) walk.ahead.set(path, readPath(walk, path))
  }
}

function readPath({ client, options }: LogWalk, path: string): Promise<Fetched<Uint8Array | undefined>> {
  return fetched(() => client.tile(path, options))
}

/** The bytes, or a problem noted. */
async function fetchTile(walk: LogWalk, where: string, path: string): Promise<Uint8Array | undefined> {
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

async function compareTile(walk: LogWalk, made: MadeTile): Promise<void> {
  const { level, index } = made
  const width = made.hashes.length / HASH_BYTES
  const where = `${walk.name}tile ${level}/${index}`
  const served = await fetchTile(walk, where, pathOf(walk, { level, index, width }))
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

async function compareEnd(walk: LogWalk): Promise<void> {
  const { size, root } = walk.checkpoint
  for (const tile of partialTiles(walk.replay)) await compareTile(walk, tile)
  if (equalBytes(replayedRoot(walk.replay), root)) return
  const [made, signed] = [replayedRoot(walk.replay), root].map(formatHex)
  walk.problems.push({
    where: `${walk.name}checkpoint`,
    reason: 'integrity-error',
    what: `the entries 0 to ${size - 1} have the root ${made}, but the log signed ${signed}`,
  })
}
