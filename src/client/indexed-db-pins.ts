/**
 * The checkpoints that a browser's clients have seen, in IndexedDB (README 2.7 "What a client remembers").
 *
 * One record for each log holds its notes. It is read and replaced in one transaction, and the browser lets no other
 * write in between, in whatever tab: so nobody takes back what another one has seen (pins.ts).
 */
import { Fault } from '../errors.ts'
import type { PinStore } from './pins.ts'

/** As much of the browser's `IDBFactory` as is used: `indexedDB` of a page or a worker fits. */
export interface PinDatabases {
  open(name: string, version: number): Opening
}

interface Pending {
  readonly error: unknown
  addEventListener(type: string, listener: () => void): void
}

interface Reading extends Pending {
  readonly result: unknown
}

interface Opening extends Pending {
  readonly result: Database
}

interface Database {
  createObjectStore(name: string): unknown
  transaction(store: string, mode: 'readonly' | 'readwrite', options: { durability: 'strict' }): Transaction
  close(): void
}

interface Transaction extends Pending {
  objectStore(name: string): {
    get(key: string): Reading
    put(notes: unknown, key: string): unknown
  }
}

const STORE = 'pins'
const VERSION = 1

/**
 * A store for `new Client({ pins: indexedDbPins(indexedDB) })`. Where the browser keeps nothing (private windows of
 * some, a full disk), its calls fail with the browser's own error: nothing is remembered in silence.
 *
 * @param name of the database; each page of the same origin that uses the same name shares it
 */
export function indexedDbPins(databases: PinDatabases, name = 'attestree'): PinStore {
  return {
    read: (log) => within(databases, name, 'readonly', async (store) => notesOf(await store.get(log), log)),
    replace: (log, note, proven) =>
      within(databases, name, 'readwrite', async (store) => {
        const others = notesOf(await store.get(log), log).filter(
          (one) => one !== note && !proven.includes(one),
        )
        store.put([...others, note], log)
      }),
  }
}

interface Records {
  get(log: string): Promise<unknown>
  put(notes: readonly string[], log: string): void
}

/** Runs `work` in one transaction and waits until it is on the disk. `work` waits for nothing but its records. */
async function within<T>(
  databases: PinDatabases,
  name: string,
  mode: 'readonly' | 'readwrite',
  work: (records: Records) => Promise<T>,
): Promise<T> {
  const database = await open(databases, name)
  try {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' })
    const isDone = settled(transaction, 'complete', ['abort', 'error'])
    const store = transaction.objectStore(STORE)
    const get = async (log: string): Promise<unknown> => {
      const reading = store.get(log)
      await settled(reading, 'success', ['error'])
      return reading.result
    }
    const [result] = await Promise.all([
      work({ get, put: (notes, log) => void store.put(notes, log) }),
      isDone,
    ])
    return result
  } finally {
    database.close()
  }
}

async function open(databases: PinDatabases, name: string): Promise<Database> {
  const opening = databases.open(name, VERSION)
  opening.addEventListener('upgradeneeded', () => void opening.result.createObjectStore(STORE))
  await settled(opening, 'success', ['error'])
  return opening.result
}

function settled(pending: Pending, good: string, bad: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    pending.addEventListener(good, resolve)
    for (const type of bad)
      pending.addEventListener(type, () => reject(pending.error ?? new Error(`IndexedDB: ${type}`)))
  })
}

/** @throws Fault `malformed` (`pin-malformed`): other code of the same origin can write there too */
function notesOf(record: unknown, log: string): readonly string[] {
  if (record === undefined) return []
  if (Array.isArray(record) && record.every((one) => typeof one === 'string')) return record
  throw new Fault('pin-malformed', `remembered checkpoints of log ${log}: expected a list of notes`, {
    hint: 'Find out what wrote there. Without them, this log is met as for the first time.',
  })
}
