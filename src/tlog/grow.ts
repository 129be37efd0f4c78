/**
 * Growing: which tiles a batch of entries begins or widens.
 *
 * It needs the rightmost tile of each level that is not full yet, and nothing else of the tree:
 *
 *     const rightmost = await log.tiles(rightmostPlaces(size))
 *     const { tiles } = growTiles(size, rightmost, leafHashes)
 *
 * Full tiles are never touched again, and however entries are split into batches, the tiles come out the same.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { TILE_WIDTH, tileRoot, tileWidth, type TilePlace } from './tile.ts'
import { HASH_BYTES } from './tree-hash.ts'

/** A tile with its hashes, 1 to 256 of 32 bytes. */
export interface GrownTile extends TilePlace {
  readonly hashes: Uint8Array
}

export interface Growth {
  /** Level by level from the leaves, each from the left; each takes the place of a narrower one. */
  readonly tiles: readonly GrownTile[]
  /** By level, the tiles that are not full: what the next growth needs. Undefined where the last one is full. */
  readonly rightmost: readonly (Uint8Array | undefined)[]
}

/**
 * By level, the tile that the next hash of that level goes to. Where the level's last tile is full this is a
 * tile that does not exist yet.
 */
export function rightmostPlaces(size: TreeSize): TilePlace[] {
  const places: TilePlace[] = []
  for (let level = 0; TILE_WIDTH ** level <= size; level++) places.push(rightmostPlace(size, level))
  return places
}

function rightmostPlace(size: TreeSize, level: number): TilePlace {
  return { level, index: Math.floor(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH) }
}

/**
 * The tiles that appending these leaves begins or widens; `rightmost` is the tiles of `rightmostPlaces(size)`.
 * @throws Fault `bad-proof` (`integrity-error`) if one of these does not have the width that the size asks for.
 * @throws Fault `malformed` (`out-of-range`) if the size would pass 2^53 − 1.
 */
export function growTiles(
  size: TreeSize,
  rightmost: readonly (Uint8Array | undefined)[],
  leafHashes: readonly Uint8Array[],
): Growth {
  treeSize(size + leafHashes.length)
  const tiles: GrownTile[] = []
  const edge: (Uint8Array | undefined)[] = []
  let hashes = leafHashes
  for (let level = 0; hashes.length > 0 || level < rightmost.length; level++) {
    const place = rightmostPlace(size, level)
    const begun = rightmost[level] ?? new Uint8Array(0)
    checkBegun(place, begun, tileWidth(size, place))
    const grown = fillTiles(place, begun, hashes)
    for (const tile of grown) tiles.push(tile)
    const last = grown.length > 0 ? grown[grown.length - 1]?.hashes : rightmost[level]
    edge.push(last === undefined || isFull(last) ? undefined : last)
    hashes = grown.filter((tile) => isFull(tile.hashes)).map((tile) => tileRoot(tile.hashes))
  }
  return { tiles, rightmost: edge }
}

function checkBegun({ level, index }: TilePlace, begun: Uint8Array, width: number): void {
  if (begun.length !== width * HASH_BYTES) {
    throw new Fault(
      'integrity-error',
      `tile ${level}/${index}: expected exactly ${width} hashes of 32 bytes, got ${begun.length} bytes`,
    )
  }
}

function isFull(hashes: Uint8Array): boolean {
  return hashes.length === TILE_WIDTH * HASH_BYTES
}

/** One level's tiles from the one begun onwards, with the new hashes; none without new hashes. */
function fillTiles(place: TilePlace, begun: Uint8Array, added: readonly Uint8Array[]): GrownTile[] {
  const tiles: GrownTile[] = []
  let start = begun
  for (let taken = 0; taken < added.length;) {
    const room = TILE_WIDTH - start.length / HASH_BYTES
    const taking = Math.min(room, added.length - taken)
    const hashes = new Uint8Array(start.length + taking * HASH_BYTES)
    hashes.set(start)
    for (let i = 0; i < taking; i++) putHash(hashes, start.length + i * HASH_BYTES, added[taken + i])
    tiles.push({ level: place.level, index: place.index + tiles.length, hashes })
    taken += taking
    start = new Uint8Array(0)
  }
  return tiles
}

function putHash(tile: Uint8Array, at: number, hash: Uint8Array | undefined): void {
  if (hash?.length !== HASH_BYTES) throw new Error(`leaf hash: expected 32 bytes, got ${hash?.length}`)
  tile.set(hash, at)
}
