/**
 * Tiles (https://c2sp.org/tlog-tiles): the tree's hashes in blocks of up to 256 of one level.
 *
 * The tile (level, index) holds the hashes of the perfect subtrees (8 · level, 256 · index …); a full one is
 * never changed, a partial one only widened. A partial tile is not hashed into the level above.
 *
 *     tile/0/x001/234             hashes 256 · 1234 … of level 0
 *     tile/1/017.p/112            the first 112 hashes of a tile
 *     tile/entries/x001/234       the entries beside tile/0/x001/234 (entry-bundle.ts)
 *
 * How tiles grow is in grow.ts. Nothing here is authenticated: see `tileReader`.
 */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { HashReader, NodePlace } from './node.ts'
import { HASH_BYTES, nodeHash } from './tree-hash.ts'

const TILE_HEIGHT = 8
/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256
/** tlog-tiles: levels are 0 to 63. */
const MAX_TILE_LEVEL = 63
/** `tile/entries/`, six groups of an index below 2^53, `.p/255`. */
const MAX_TILE_PATH = 13 + 6 * 5 + 6

export interface TilePlace {
  readonly level: number
  readonly index: number
}

/** A tile of that many hashes, 1 to 256; 256 is a full one. */
export interface TileId extends TilePlace {
  readonly width: number
}

/** A bundle of that many entries, 1 to 256. */
export interface EntryBundleId {
  readonly level: 'entries'
  readonly index: number
  readonly width: number
}

export interface ParsedTilePath extends TileId {
  readonly kind: 'hashes' | 'entries'
  /** 0 for entries, which stand beside the tiles of level 0. */
  readonly level: number
}

/** The path without a leading slash: `tile/<level or "entries">/<index>[.p/<width>]`. */
export function formatTilePath({ level, index, width }: TileId | EntryBundleId): string {
  const isLevel = level === 'entries' || (Number.isInteger(level) && level >= 0 && level <= MAX_TILE_LEVEL)
  const isWidth = Number.isInteger(width) && width >= 1 && width <= TILE_WIDTH
  if (!isLevel || !isWidth || !Number.isSafeInteger(index) || index < 0) {
    throw new Error(`tile: no such level ${level}, index ${index} or width ${width}`)
  }
  return `tile/${level}/${formatTileIndex(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** Groups of three digits, all but the last with an "x": 1234067 is `x001/x234/067`. */
function formatTileIndex(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  return padded.replace(/\d{3}(?=\d)/g, 'x$&/')
}

const tilePath = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/

/**
 * Reads what `formatTilePath` writes and nothing else. No leading slash.
 * @throws Fault `malformed` (`tile-malformed`)
 */
export function parseTilePath(path: string): ParsedTilePath {
  const parts = path.length <= MAX_TILE_PATH ? tilePath.exec(path) : null
  if (parts === null) throw badPath(path)
  const kind = parts[1] === 'entries' ? 'entries' : 'hashes'
  const level = kind === 'entries' ? 0 : Number(parts[1])
  const index = Number(parts[2]?.replace(/[x/]/g, ''))
  const width = parts[3] === undefined ? TILE_WIDTH : Number(parts[3])
  if (level > MAX_TILE_LEVEL || !Number.isSafeInteger(index) || width < 1 || width > TILE_WIDTH)
    throw badPath(path)
  // One comparison refuses every other spelling: leading zeros, empty groups, a full tile written as `.p/256`.
  if (formatTilePath({ level: kind === 'entries' ? kind : level, index, width }) !== path) throw badPath(path)
  return { kind, level, index, width }
}

function badPath(path: string): Fault {
  return new Fault(
    'tile-malformed',
    `tile path: expected tile/<level>/<index>[.p/<width>] as in C2SP tlog-tiles, got ${path.slice(0, 80)}`,
  )
}

/** How many hashes the tile at that place has in a tree of that size: 0 to 256. */
export function tileWidth(size: TreeSize, { level, index }: TilePlace): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** All tiles of a tree of that size, level by level from the leaves, each level from the left. */
export function tilesOfSize(size: TreeSize): TileId[] {
  const tiles: TileId[] = []
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    for (let index = 0; ; index++) {
      const width = tileWidth(size, { level, index })
      if (width > 0) tiles.push({ level, index, width })
      if (width < TILE_WIDTH) break
    }
  }
  return tiles
}

/** The tile that has a node, and the hashes of the tile that the node is made of: `count` from `first`. */
export function tileOfNode({ level, index }: NodePlace): { tile: TilePlace; first: number; count: number } {
  const count = 2 ** (level % TILE_HEIGHT)
  const nodesPerTile = TILE_WIDTH / count
  return {
    tile: { level: Math.floor(level / TILE_HEIGHT), index: Math.floor(index / nodesPerTile) },
    first: (index % nodesPerTile) * count,
    count,
  }
}

/**
 * The hash of a node, from the hashes of its tile.
 * @throws Fault `bad-proof` (`integrity-error`) if the tile is too short for it.
 */
export function nodeInTile(hashes: Uint8Array, place: NodePlace): Uint8Array {
  const { tile, first, count } = tileOfNode(place)
  return hashOfRun(openTile({ ...tile, width: first + count }, hashes), first, count)
}

/** The hash over a full tile: one hash of the level above. */
export function tileRoot(hashes: Uint8Array): Uint8Array {
  return hashOfRun({ hashes, known: undefined }, 0, TILE_WIDTH)
}

/** A tile's bytes with the inner nodes that were computed so far, where more will be asked for. */
interface OpenTile {
  readonly hashes: Uint8Array
  readonly known: Map<number, Uint8Array> | undefined
}

/** The hash over `count` hashes (a power of two) from `first` (a multiple of it). */
function hashOfRun(tile: OpenTile, first: number, count: number): Uint8Array {
  if (count === 1) return tile.hashes.slice(first * HASH_BYTES, (first + 1) * HASH_BYTES)
  const key = count * TILE_WIDTH + first
  const known = tile.known?.get(key)
  if (known !== undefined) return known
  const half = count / 2
  const hash = nodeHash(hashOfRun(tile, first, half), hashOfRun(tile, first + half, half))
  tile.known?.set(key, hash)
  return hash
}

/** A tile may be wider than asked for: the log may have grown. */
function openTile({ level, index, width }: TileId, hashes: Uint8Array | undefined): OpenTile {
  const wrong =
    hashes === undefined || hashes.length % HASH_BYTES !== 0 || hashes.length > TILE_WIDTH * HASH_BYTES
  if (wrong || hashes.length < width * HASH_BYTES) {
    throw new Fault(
      'integrity-error',
      `tile ${level}/${index}: expected at least ${width} hashes of 32 bytes, got ${hashes?.length ?? 'no'} bytes`,
    )
  }
  return { hashes, known: new Map() }
}

/** One result for each tile asked for, in order; a tile may be wider than asked for. */
export type TileSource = (tiles: readonly TileId[]) => Promise<readonly (Uint8Array | undefined)[]>

/**
 * Reads nodes of a tree of that size from tiles. A reader asks for each tile once and keeps it, a failed read
 * too, so make one for each answer.
 *
 * It authenticates nothing. Tiles may come from anybody, so whatever is folded from them has to be checked
 * against a root: an inclusion or consistency proof by its checker, a right edge by comparing `edgeRoot`.
 *
 * @throws Fault `bad-proof` (`integrity-error`) if a tile is missing, too short or of an impossible length;
 * whatever `readTiles` throws.
 */
export function tileReader(size: TreeSize, readTiles: TileSource): HashReader {
  const opened = new Map<string, Promise<OpenTile>>()
  return async (places) => {
    const wanted = places.map((place) => tileFor(size, place))
    const tiles = new Map(wanted.map(({ key, tile }) => [key, tile]))
    const missing = [...tiles].filter(([key]) => !opened.has(key))
    if (missing.length > 0) {
      const reading = readTiles(missing.map(([, tile]) => tile))
      for (const [at, [key, tile]] of missing.entries())
        opened.set(
          key,
          reading.then((found) => openTile(tile, found[at])),
        )
    }
    // One promise for each tile, not for each hash: an answer of many proofs is hundreds of hashes from a few tiles.
    const open = new Map(
      await Promise.all([...tiles.keys()].map(async (key) => [key, await opened.get(key)] as const)),
    )
    return wanted.map(({ key, first, count }) => hashOfRun(present(open.get(key)), first, count))
  }
}

function tileFor(
  size: TreeSize,
  place: NodePlace,
): { key: string; tile: TileId; first: number; count: number } {
  const { tile, first, count } = tileOfNode(place)
  const width = tileWidth(size, tile)
  if (first + count > width)
    throw new Error(`node ${place.level}/${place.index}: not complete in a tree of ${size}`)
  return { key: `${tile.level}/${tile.index}`, tile: { ...tile, width }, first, count }
}

function present(tile: OpenTile | undefined): OpenTile {
  if (tile === undefined) throw new Error('tile reader: a tile was not asked for')
  return tile
}
