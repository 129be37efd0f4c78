/**
 * The tiles of a log, made again from its leaf hashes one bundle at a time (https://c2sp.org/tlog-tiles): each full
 * tile gives one hash to the level above. Never more than 255 hashes a level are held, and they are all that the root
 * is made of.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { foldHashes, spanPlaces } from '../tlog/span.ts'
import { nodeInTile, TILE_WIDTH, tileRoot } from '../tlog/tile.ts'
import { emptyRoot, HASH_BYTES } from '../tlog/tree-hash.ts'

/** A tile as the entries say it is. */
export interface MadeTile {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
}

interface Level {
  /** Tiles that are full. */
  full: number
  /** Of the tile that is not: room for a whole one, and how many hashes are in it. */
  hashes: Uint8Array
  count: number
}

export interface TileReplay {
  readonly levels: Level[]
  size: number
}

export function startReplay(): TileReplay {
  return { levels: [], size: 0 }
}

export function replayedSize(replay: TileReplay): TreeSize {
  return treeSize(replay.size)
}

/** 32 bytes: each level's hashes are perfect subtrees, those of higher levels to the left of all below. */
export function replayedRoot({ levels }: TileReplay): Uint8Array {
  const subtrees = levels.toReversed().flatMap((level) => {
    const hashes = begun(level)
    return spanPlaces({ from: 0, to: level.count }).map((place) => nodeInTile(hashes, place))
  })
  return subtrees.length === 0 ? emptyRoot : foldHashes(subtrees)
}

/** Takes in the next leaf hashes, at most up to the end of a tile, and gives the tiles that they fill. */
export function replayLeaves(replay: TileReplay, leafHashes: readonly Uint8Array[]): MadeTile[] {
  replay.size += leafHashes.length
  return addHashes(replay, 0, leafHashes)
}

function addHashes(replay: TileReplay, at: number, hashes: readonly Uint8Array[]): MadeTile[] {
  const level = (replay.levels[at] ??= { full: 0, hashes: emptyTile(), count: 0 })
  if (level.count + hashes.length > TILE_WIDTH)
    throw new Error('replay: more hashes than the tile has room for')
  for (const hash of hashes) level.hashes.set(hash, level.count++ * HASH_BYTES)
  if (level.count < TILE_WIDTH) return []
  const tile = { level: at, index: level.full++, hashes: level.hashes }
  level.hashes = emptyTile()
  level.count = 0
  return [tile, ...addHashes(replay, at + 1, [tileRoot(tile.hashes)])]
}

function emptyTile(): Uint8Array {
  return new Uint8Array(TILE_WIDTH * HASH_BYTES)
}

/** What there is of the tile that is not full. */
function begun({ hashes, count }: Level): Uint8Array {
  return hashes.subarray(0, count * HASH_BYTES)
}

/** The partial tiles at the right edge, once all leaves are in. */
export function partialTiles({ levels }: TileReplay): MadeTile[] {
  return levels.flatMap((one, level) =>
    one.count === 0 ? [] : [{ level, index: one.full, hashes: begun(one) }],
  )
}
