import type { MapFunctionVersion, MapName } from '../../ledger/ports.ts'

/** Numbers of the maps in columns; they stand in stored databases and never change. */
export const mapColumn = { components: 0, status: 1 } as const satisfies Record<MapName, number>

/** Numbers of the output logs: those of a function's successors follow. */
export function outputColumn(map: MapName, version: MapFunctionVersion): number {
  return mapColumn[map] + 2 * (Number(version.slice(1)) - 1)
}
