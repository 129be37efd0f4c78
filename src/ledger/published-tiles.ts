/**
 * Tiles and entry bundles of the published tree (formats.md 1.4): any width within its size, cut from what is stored.
 * A wider one does not exist yet.
 */
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { formatEntryBundle } from '../tlog/entry-bundle.ts'
import { TILE_WIDTH, tileWidth, type TileId } from '../tlog/tile.ts'
import { HASH_BYTES } from '../tlog/tree-hash.ts'
import type { TreeStore } from './ports.ts'

/** @returns undefined if a tree of `size` has no such tile. @throws Fault `bad-proof` (`integrity-error`) if it is lost */
export async function publishedTile(
  store: TreeStore,
  size: TreeSize,
  tile: TileId,
): Promise<Uint8Array | undefined> {
  if (tile.width > tileWidth(size, tile)) return undefined
  const [hashes] = await store.tiles([tile])
  if (hashes === undefined) throw new Fault('integrity-error', `tile ${tile.level}/${tile.index} is missing`)
  return hashes.subarray(0, tile.width * HASH_BYTES)
}

/** @returns undefined if a tree of `size` has no such bundle */
export async function publishedBundle(
  store: TreeStore,
  size: TreeSize,
  bundle: { readonly index: number; readonly width: number },
): Promise<Uint8Array | undefined> {
  if (bundle.width > tileWidth(size, { level: 0, index: bundle.index })) return undefined
  const from = bundle.index * TILE_WIDTH
  return formatEntryBundle(await store.leaves(logIndex(from), treeSize(from + bundle.width)))
}
