/** The pin store of browsers. It runs where there is an IndexedDB: in the browser run (test/browser/). */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { indexedDbPins, type PinDatabases } from '../../src/client/indexed-db-pins.ts'
import { describePinStore } from '../contracts/pin-store.ts'
import { asyncRefusal } from '../helpers/mangle.ts'

/** As the page has it. */
declare const indexedDB: PinDatabases & { deleteDatabase(name: string): unknown }

const LOG = 'c'.repeat(64)
let count = 0

const newName = (): string => `attestree-test-${count++}`

describePinStore('IndexedDB', async () => {
  const name = newName()
  return {
    pins: indexedDbPins(indexedDB, name),
    discard: async () => void indexedDB.deleteDatabase(name),
  }
})

describe('pins in IndexedDB', () => {
  it('are there for the next program of the same origin, and for no other name', async () => {
    const name = newName()
    await indexedDbPins(indexedDB, name).replace(LOG, 'note\n', [])
    expect(await indexedDbPins(indexedDB, name).read(LOG)).to.deep.equal(['note\n'])
    expect(await indexedDbPins(indexedDB, newName()).read(LOG)).to.deep.equal([])
  })

  it('that are no list of notes are refused, never taken for a first contact', async () => {
    const name = newName()
    const pins = indexedDbPins(indexedDB, name)
    await pins.replace(LOG, 'note\n', [])
    await spoil(name, { note: 'note\n' })
    expect((await asyncRefusal(pins.read(LOG))).reason).to.equal('pin-malformed')
    expect((await asyncRefusal(pins.replace(LOG, 'two\n', []))).reason).to.equal('pin-malformed')
  })

  it('fail where the browser refuses to keep them', async () => {
    const name = newName()
    await newerDatabase(name)
    const error: unknown = await indexedDbPins(indexedDB, name)
      .replace(LOG, 'note\n', [])
      .catch((cause: unknown) => cause)
    expect(error).to.have.property('name', 'VersionError')
  })
})

function opened(name: string, version: number): Promise<ReturnType<PinDatabases['open']>['result']> {
  return new Promise((resolve) => {
    const opening = indexedDB.open(name, version)
    opening.addEventListener('success', () => resolve(opening.result))
  })
}

async function spoil(name: string, record: unknown): Promise<void> {
  const database = await opened(name, 1)
  const transaction = database.transaction('pins', 'readwrite', { durability: 'strict' })
  transaction.objectStore('pins').put(record, LOG)
  await new Promise<void>((resolve) => transaction.addEventListener('complete', resolve))
  database.close()
}

async function newerDatabase(name: string): Promise<void> {
  const database = await opened(name, 2)
  database.close()
}
