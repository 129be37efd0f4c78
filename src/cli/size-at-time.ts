/** Which size a log had at a time, by the server's word: for showing to a person, never for deciding. */
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import type { Client } from '../client/client.ts'

/** The number of entries recorded before `time` (milliseconds since 1970): a binary search over their times. */
export async function sizeAtTime(client: Client, time: number): Promise<TreeSize> {
  let low = 0
  let high: number = (await client.status()).asOf.treeSize
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (Date.parse(await recordedAt(client, middle)) < time) low = middle + 1
    else high = middle
  }
  return treeSize(low)
}

async function recordedAt(client: Client, index: number): Promise<string> {
  const { entries } = await client.entry(logIndex(index))
  const entry = entries[String(index)]
  if (entry === undefined) throw new Error(`entry ${index} is not in the answer about it`)
  return entry.recordedAt
}
