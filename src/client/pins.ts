/**
 * Where a client keeps the last checkpoint that it has seen of each log (README 2.7 "What a client remembers"): in
 * memory here, in IndexedDB for browsers (indexed-db-pins.ts), in files for the command line (cli/pin-files.ts). What is
 * done with them is in log-memory.ts.
 *
 * A store holds a set of notes, usually of one. A note leaves it only when a newer one is in it of which somebody has
 * proven that it continues the old one. So two clients on one store need no lock: whatever their order, nothing
 * goes back, and what one of them has not compared is still there for the next call.
 */
export interface PinStore {
  /** @param log 64 hex digits, one for each (origin, key) */
  read(log: string): Promise<readonly string[]>
  /** Keeps `note`, durably, and only then forgets those of `proven`. Each of them may be gone already. */
  replace(log: string, note: string, proven: readonly string[]): Promise<void>
}

/** Forgets everything with the program. */
export function memoryPins(): PinStore {
  const logs = new Map<string, readonly string[]>()
  return {
    read: async (log) => logs.get(log) ?? [],
    replace: async (log, note, proven) => {
      const others = (logs.get(log) ?? []).filter((one) => one !== note && !proven.includes(one))
      logs.set(log, [...others, note])
    },
  }
}
