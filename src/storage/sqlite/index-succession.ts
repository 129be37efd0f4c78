/**
 * The index of a served ledger, which another one that was made beside it can take the place of (index-files.ts): who
 * reads the old one ends in its own time, who comes reads the new one, and the old file goes when nobody has it open.
 */
import { existsSync } from 'node:fs'
import type { IndexStore, IndexSuccessor } from '../../ledger/ports.ts'
import { indexDatabase, openDatabase } from './database.ts'
import { newestIndex, removeDatabase, successorOf } from './index-files.ts'
import { sqliteIndexStore, type SqliteIndexStore } from './index-store.ts'

/** A look at whether a file is there costs some microseconds. */
const LOOK_EVERY_MS = 500

export interface Succession {
  readonly index: IndexStore
  readonly successor: IndexSuccessor
  close(): void
}

interface OpenIndex {
  readonly file: string
  readonly store: SqliteIndexStore
}

/** @param file of the index that `first` has open */
export function indexSuccession(data: string, file: string, first: SqliteIndexStore): Succession {
  let [current, isClosed]: [OpenIndex, boolean] = [{ file, store: first }, false]
  const looking: NodeJS.Timeout[] = []
  return {
    index: {
      read: (use) => current.store.read(use),
      apply: (batch) => current.store.apply(batch),
      reset: (rules) => current.store.reset(rules),
    },
    successor: {
      watch(tell) {
        let told = current.file
        const look = (): void => {
          const next = successorOf(current.file)
          // Once of each: one that could not be followed into cannot be the next time.
          if (next === told || !existsSync(next)) return
          told = next
          tell()
        }
        looking.push(setInterval(look, LOOK_EVERY_MS).unref())
      },
      async take() {
        const newest = newestIndex(data)
        if (newest === current.file) return
        const old = current
        current = { file: newest, store: sqliteIndexStore(openDatabase(newest, indexDatabase, 'refuse')) }
        void removeOnceRead(old, () => !isClosed)
      },
    },
    close() {
      isClosed = true
      for (const timer of looking) clearInterval(timer)
      void current.store.close()
    },
  }
}

/** @param mayRemove not any more once the ledger's lock is let go */
async function removeOnceRead({ file, store }: OpenIndex, mayRemove: () => boolean): Promise<void> {
  await store.close()
  try {
    if (mayRemove()) removeDatabase(file)
  } catch {
    // It is in nobody's way: the next start removes it (`settleIndex`).
  }
}
