/** Tiles in memory, grown as a log grows them. */
import type { TreeSize } from '../../src/brand.ts'
import { treeSize } from '../../src/brand.ts'
import { growTiles, rightmostPlaces } from '../../src/tlog/grow.ts'
import type { TilePlace, TileSource } from '../../src/tlog/tile.ts'

export interface TileStore {
  readonly tiles: Map<string, Uint8Array>
  size: TreeSize
  append(leafHashes: readonly Uint8Array[]): void
  readonly read: TileSource
}

export function tileKey({ level, index }: TilePlace): string {
  return `${level}/${index}`
}

export function tileStore(): TileStore {
  const tiles = new Map<string, Uint8Array>()
  return {
    tiles,
    size: treeSize(0),
    append(leafHashes) {
      const rightmost = rightmostPlaces(this.size).map((place) => tiles.get(tileKey(place)))
      for (const tile of growTiles(this.size, rightmost, leafHashes).tiles)
        tiles.set(tileKey(tile), tile.hashes)
      this.size = treeSize(this.size + leafHashes.length)
    },
    read: async (places) => places.map((place) => tiles.get(tileKey(place))),
  }
}
