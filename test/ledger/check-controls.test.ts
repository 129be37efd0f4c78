/** A revocation that a flipped bit hides from the fold must not be passed by: not at start, nor while an index is made again. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize, type LogIndex } from '../../src/brand.ts'
import { checkControls } from '../../src/ledger/check-controls.ts'
import { followOnce } from '../../src/ledger/follow-once.ts'
import type { LogEntry, LogStore, Storage } from '../../src/ledger/ports.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTrustState, type TrustState } from '../../src/trust/trust-state.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { STORY_SIZE, tellStory } from '../helpers/story.ts'
import { keys, openTestLedger, ORIGIN } from '../helpers/test-ledger.ts'

/** Entry 5 revokes the image `web`. */
const REVOCATION = 5

/** The log as it reads with another key beside that entry. */
function flipped(log: LogStore, at = REVOCATION): LogStore {
  const flip = (entry: LogEntry): LogEntry =>
    entry.index === at ? { ...entry, key: keys.ci.publicKey.id } : entry
  return {
    ...log,
    entries: async (from, to) => (await log.entries(from, to)).map(flip),
    firstBy: async (by, from, to) => {
      const found = await log.firstBy(by, from, to)
      return found?.index === at ? log.firstBy(by, (at + 1) as LogIndex, to) : found
    },
  }
}

async function foldOf({ log, blobs }: Storage): Promise<TrustState> {
  const trust = createTrustState(ORIGIN)
  await foldLog(trust, log, blobs, 0 as LogIndex, STORY_SIZE)
  return trust
}

describe('ledger/check-controls', () => {
  it('an index that is made of the log finds a control statement that the fold passed by', async () => {
    const { storage } = await tellStory()
    const { index } = openMemoryStorage()
    const damaged = { ...storage, index, log: flipped(storage.log) }
    const trust = await foldOf(damaged)
    const refused = await asyncRefusal(followOnce({ storage: damaged, trust }, treeSize(0), STORY_SIZE))
    expect([refused.reason, refused.facts['passedBy']]).to.deep.equal(['integrity-error', REVOCATION])
    const sound = { ...storage, index: openMemoryStorage().index }
    const options = { storage: sound, trust: await foldOf(sound) }
    expect(await followOnce(options, treeSize(0), STORY_SIZE)).to.equal(STORY_SIZE)
  })

  it('a ledger whose index finds one takes no submissions any more', async () => {
    const { storage, ledger } = await tellStory()
    await ledger.status()
    const fatal: unknown[] = []
    const stopped: unknown[] = []
    // Without output logs, whose root of the status map would speak first.
    const { index, outputs } = openMemoryStorage()
    const log = flipped(storage.log)
    // As if it were further back than a start looks: the entries that are read then are those of the sound log.
    let isStarting = true
    const entries: LogStore['entries'] = (from, to) => (isStarting ? storage.log : log).entries(from, to)
    const again = await openTestLedger(
      { ...storage, index, outputs, log: { ...log, entries } },
      { onFatal: (cause) => fatal.push(cause), onIndexStopped: (cause) => stopped.push(cause) },
    )
    isStarting = false
    await again.status()
    expect([fatal.length, stopped.length, again.readOnly]).to.deep.equal([1, 1, 'integrity-error'])
  })

  it('a ledger takes no submissions if its status map, made again, is not the one it has published', async () => {
    const { storage } = await tellStory()
    const [fatal, stopped]: [unknown[], string[]] = [[], []]
    const again = await openTestLedger(
      {
        ...storage,
        index: openMemoryStorage().index,
        log: { ...flipped(storage.log), entries: storage.log.entries },
      },
      { onFatal: (cause) => fatal.push(cause), onMapStopped: (map) => stopped.push(map) },
    )
    await again.status()
    expect([fatal.length, stopped, again.readOnly]).to.deep.equal([1, ['status'], 'map-differs'])
    expect(again.notReady()?.reason).to.equal('read-only')
  })

  it('a start reads no more than the newest entries, also where the index was deleted', async () => {
    const { storage } = await tellStory()
    const read: number[] = []
    const entries: LogStore['entries'] = (from, to) => {
      read.push(from, to)
      return storage.log.entries(from, to)
    }
    const trust = await foldOf(storage)
    const counted = { index: openMemoryStorage().index, log: { ...storage.log, entries } }
    await checkControls(counted, trust, { through: treeSize(0), size: STORY_SIZE }, 2)
    expect(read).to.deep.equal([STORY_SIZE - 2, STORY_SIZE])
  })
})
