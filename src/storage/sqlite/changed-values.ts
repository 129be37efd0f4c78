/** The values that a batch changes, until it is committed: as they are, or packed where there are hundreds of thousands. */
import { createByteRecords } from '../../encoding/byte-records.ts'
import type { ChangedValue } from '../../ledger/ports.ts'

/** Gives them again each time it is called. */
export function packValues(values: readonly ChangedValue[]): () => readonly ChangedValue[] {
  const records = createByteRecords()
  const keys = values.map(({ key }) => records.add(key))
  const packed = values.map(({ value }) => records.add(value))
  const [maps, lasts] = [values.map(({ map }) => map), values.map(({ last }) => last)]
  return () =>
    keys.map((place, i) => ({
      map: found(maps[i]),
      key: records.read(place),
      value: records.read(found(packed[i])),
      last: found(lasts[i]),
    }))
}

function found<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('changed values: one is missing')
  return one
}
