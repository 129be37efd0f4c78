/**
 * The tiles of a log, made again from its leaf hashes one bundle at a time (https://c2sp.org/tlog-tiles): each full
 * tile gives one hash to the level above. Never more than 255 hashes a level are held.
 */
import type { TreeSize } from '../brand.ts'
import { concatBytes } from '../encoding/bytes.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../tlog/right-edge.ts'
import type { RightEdge } from '../tlog/right-edge.ts'
import { TILE_WIDTH, tileRoot } from '../tlog/tile.ts'

/** A tile as the entries say it is. */
export interface MadeTile {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
}

interface Level {
  /** Tiles that are full. */
  full: number
  /** Of the tile that is not. */
  hashes: Uint8Array[]
}

export interface TileReplay {
  readonly levels: Level[]
  edge: RightEdge
}

export function startReplay(): TileReplay {
  return { levels: [], edge: emptyEdge }
}

export function replayedSize(replay: TileReplay): TreeSize {
  return replay.edge.size
}

/** 32 bytes. */
export function replayedRoot(replay: TileReplay): Uint8Array {
  return edgeRoot(replay.edge)
}

/** Takes in the next leaf hashes, at most up to the end of a tile, and gives the tiles that they fill. */
export function replayLeaves(replay: TileReplay, leafHashes: readonly Uint8Array[]): MadeTile[] {
  replay.edge = appendLeaves(replay.edge, leafHashes)
  return addHashes(replay, 0, leafHashes)
}

function addHashes(replay: TileReplay, at: number, hashes: readonly Uint8Array[]): MadeTile[] {
  const level = (replay.levels[at] ??= { full: 0, hashes: [] })
  level.hashes.push(...hashes)
  if (level.hashes.length < TILE_WIDTH) return []
  if (level.hashes.length > TILE_WIDTH) throw new Error('replay: more hashes than the tile has room for')
  const tile = { level: at, index: level.full, hashes: concatBytes(...level.hashes) }
  level.full++
  level.hashes = []
  return [tile, ...addHashes(replay, at + 1, [tileRoot(tile.hashes)])]
}

/** The partial tiles at the right edge, once all leaves are in. */
export function partialTiles({ levels }: TileReplay): MadeTile[] {
  return levels.flatMap(({ full, hashes }, level) =>
    hashes.length === 0 ? [] : [{ level, index: full, hashes: concatBytes(...hashes) }],
  )
}
