/**
 * How long answers give way to everybody else: the index and the log answer without a turn of the event loop, so
 * whoever reads much would hold up all requests and submissions meanwhile. What an answer rests on stays the same over
 * its pauses: its reader shows one state of the index, and its proofs are of one published root.
 */
import type { Clock, IndexReader } from './ports.ts'

/** To be called wherever a question goes over what strangers decide the length of: others get their turn. */
export type Pause = () => Promise<void>

/** Others wait no longer than this and what is done between two pauses. */
const SLICE_MS = 10

/**
 * Returns what makes the pause of one answer. Of all that pause one goes on in each turn of the event loop, in the
 * order in which they paused: others wait for many answers no longer than for one.
 */
export function createPauses(clock: Pick<Clock, 'now' | 'sleep'>): () => Pause {
  let last: Promise<void> = Promise.resolve()
  return () => {
    let began = clock.now()
    return async () => {
      if (clock.now() - began < SLICE_MS) return
      last = last.then(() => clock.sleep(0))
      await last
      began = clock.now()
    }
  }
}

/** Runs at most so many at once, in the order in which they came. */
export function limitedTo(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (run) => {
    if (running < most) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

/** Shows what `reader` does, and gives way before each read. */
export function pausingReader(reader: IndexReader, pause: Pause): IndexReader {
  const after = async <T>(read: () => Promise<T>): Promise<T> => {
    await pause()
    return read()
  }
  return {
    position: () => reader.position(),
    keys: (map, prefix, page) => after(() => reader.keys(map, prefix, page)),
    postings: (map, key) => after(() => reader.postings(map, key)),
    rows: (table, keys) => after(() => reader.rows(table, keys)),
    scan: (table, page) => after(() => reader.scan(table, page)),
  }
}
