import { describe, it } from 'mocha'
import { expect } from 'chai'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { AttestationId } from '../../src/brand.ts'
import { Fault } from '../../src/errors.ts'
import { MAX_RANGE_BYTES, querySignedRange } from '../../src/ledger/query-signed.ts'
import type { LogEntry, Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { batchAt, entryAt } from '../contracts/log-samples.ts'
import { asyncRefusal } from '../helpers/mangle.ts'

const SIZE = 4

/** A log of four entries; `lengths` of what was signed for each, undefined if it is missing, −1 if damaged. */
async function range(lengths: readonly (number | undefined)[], from = 0, to = SIZE) {
  const { log }: Pick<Storage, 'log'> = openMemoryStorage()
  const entries: LogEntry[] = Array.from({ length: SIZE }, (_, i) => entryAt(i))
  await log.append(batchAt(0, SIZE, { entries }))
  const get = async (id: AttestationId): Promise<Uint8Array | undefined> => {
    const length = lengths[entries.findIndex(({ attestation }) => attestation === id)]
    if (length === -1) throw new Fault('integrity-error', 'damaged')
    return length === undefined ? undefined : new Uint8Array(length)
  }
  const checkpoint = { origin: 'test', size: treeSize(SIZE), root: new Uint8Array(32), note: '' }
  const view = { log, checkpoint, blobs: { get, put: async () => undefined } }
  const { list, lasting } = await querySignedRange(view, logIndex(from), treeSize(to))
  return [list.map(({ length }) => length), lasting]
}

describe('what was signed for a run of entries', () => {
  it('ends where it was asked to', async () => {
    expect(await range([1, 2, 3, 4])).to.deep.equal([[1, 2, 3, 4], true])
    expect(await range([1, 2, 3, 4], 1, 3)).to.deep.equal([[2, 3], true])
  })

  it('ends before one that would make it too long, but has one at least: nobody decides how much is held', async () => {
    const half = MAX_RANGE_BYTES / 2
    expect(await range([half, half, 1, 1])).to.deep.equal([[half, half], true])
    expect(await range([MAX_RANGE_BYTES + 1, 1, 1, 1])).to.deep.equal([[MAX_RANGE_BYTES + 1], true])
  })

  it('ends before what is missing or damaged, and no cache may keep that; where it is the first, it says so', async () => {
    for (const gone of [undefined, -1]) {
      expect(await range([1, 2, gone, 4])).to.deep.equal([[1, 2], false])
      expect((await asyncRefusal(range([1, 2, gone, 4], 2))).reason).to.equal('integrity-error')
    }
  })

  it('is refused beyond what is published', async () => {
    expect((await asyncRefusal(range([1, 2, 3, 4], 0, SIZE + 1))).reason).to.equal('not-recorded')
  })
})
