/**
 * Pages: as many rows as were asked for, or fewer where they are long. Statements may be about a thousand things under
 * names of any length, and whoever may sign decides: a page must not take all memory, nor be longer than clients read.
 */

import { DEFAULT_PAGE_ROWS, MAX_WHOLE_BYTES, MAX_WHOLE_ROWS } from './limits.ts'

/** Half of what a client reads of one answer (client/client.ts); what is not counted here is short. */
export const MAX_PAGE_BYTES = 32 * 1024 * 1024
/** An entry with its proof, about: a body of 700 bytes in base64, and thirty hashes. */
export const ENTRY_BYTES = 2_600

/** How much goes into one answer. */
export interface Room {
  readonly rows: number
  /** About. */
  readonly bytes: number
}

/** @param asked `whole`: all rows in one answer, whatever `limit` says */
export function roomOf({
  limit = DEFAULT_PAGE_ROWS,
  whole = false,
}: {
  readonly limit?: number
  readonly whole?: boolean
}): Room {
  return whole ? { rows: MAX_WHOLE_ROWS, bytes: MAX_WHOLE_BYTES } : { rows: limit, bytes: MAX_PAGE_BYTES }
}

interface Page<Place, Row> {
  readonly items: readonly Row[]
  /** Where the last row stands; undefined on an empty page. */
  readonly last: Place | undefined
  /** Whether there are rows after the last. */
  readonly hasMore: boolean
}

/** Makes rows one after the other until the page is full. One row at least, whatever its length. */
export async function fillPage<Place, Row>(
  places: readonly Place[],
  room: Room,
  make: (place: Place) => Promise<{ readonly row: Row; readonly entries: readonly number[] }>,
): Promise<Page<Place, Row>> {
  const items: Row[] = []
  const entries = new Set<number>()
  let bytes = 0
  for (const place of places.slice(0, room.rows)) {
    const made = await make(place)
    items.push(made.row)
    for (const entry of made.entries) entries.add(entry)
    bytes += JSON.stringify(made.row).length
    if (bytes + ENTRY_BYTES * entries.size > room.bytes) break
  }
  return { items, last: places[items.length - 1], hasMore: items.length < places.length }
}
