import type { MapName } from '../../ledger/ports.ts'

/** Numbers of the maps in columns; they stand in stored databases and never change. */
export const mapColumn = { components: 0, status: 1 } as const satisfies Record<MapName, number>
