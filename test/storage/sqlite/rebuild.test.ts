/** An index that is made beside one that answers: by one process at a time, going on where it was stopped, and never half of it. */
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { rebuildIndex } from '../../../src/ledger/rebuild-index.ts'
import { rebuildingFile } from '../../../src/storage/sqlite/index-files.ts'
import { isIndexTaken, openSqliteRebuild } from '../../../src/storage/sqlite/rebuild.ts'
import { openSqliteStorage } from '../../../src/storage/sqlite/storage.ts'
import { expectSound } from '../../helpers/check-ledger.ts'
import { refusal } from '../../helpers/mangle.ts'
import { createTestLedger, keys, ORIGIN, sbomPayload, signEnvelope } from '../../helpers/test-ledger.ts'
import { withFolders } from './folders.ts'

const log = { origin: ORIGIN, key: keys.log }

async function record(ledger: Ledger, ...names: readonly string[]): Promise<void> {
  for (const name of names) await ledger.submit(signEnvelope(sbomPayload(name, ['lodash@4.17.20']), keys.ci))
  await ledger.status()
}

const affected = async (ledger: Ledger): Promise<number | undefined> =>
  (await ledger.images({ component: 'pkg:npm/lodash' })).coverage.affected

/** Makes it again as far as the log goes now; complete, or as if the process had been killed. */
async function rebuild(data: string, how: 'complete' | 'killed'): Promise<readonly number[]> {
  const reached: number[] = []
  await using storage = openSqliteRebuild(data)
  await rebuildIndex(storage, log, (done) => reached.push(done))
  expect(refusal(() => openSqliteRebuild(data)).message).to.contain('another process makes this index again')
  if (how === 'complete') storage.complete()
  return reached
}

describe('sqlite storage: making the index again', () => {
  it('goes on where it was stopped, and takes the place of the one that answered meanwhile, for good', async () => {
    await withFolders(async (folders) => {
      const { data } = folders
      const ledger = await createTestLedger(await openSqliteStorage({ ...folders, create: true }))
      await record(ledger, 'a', 'b')
      expect((await rebuild(data, 'killed')).at(-1)).to.equal(3)
      await record(ledger, 'c')
      expect(await rebuild(data, 'complete')).to.deep.equal([4])
      while (!isIndexTaken(data)) expect(await affected(ledger)).to.equal(3, await sleep(20))
      await record(ledger, 'd')
      expect(await affected(ledger)).to.equal(4)
      await ledger[Symbol.asyncDispose]()

      await using storage = await openSqliteStorage({ ...folders, create: false })
      expect(readdirSync(data).filter((name) => /^index.*db$/.test(name))).to.deep.equal(['index.db'])
      expect((await storage.index.read((reader) => reader.position())).through).to.equal(5)
      await expectSound(storage)
    })
  })

  it('leaves nothing half-made: one that differs from what was published is begun anew', async () => {
    await withFolders(async (folders) => {
      const ledger = await createTestLedger(await openSqliteStorage({ ...folders, create: true }))
      await record(ledger, 'a', 'b')
      await ledger[Symbol.asyncDispose]()
      {
        await using storage = openSqliteRebuild(folders.data)
        const swapped = { ...storage, output: () => storage.output('status', 'v1') }
        const caught = await rebuildIndex(swapped, log, () => undefined).catch((cause: unknown) => cause)
        expect(caught).to.have.property('reason', 'map-differs')
      }
      expect(existsSync(rebuildingFile(folders.data))).to.equal(true)
      expect((await rebuild(folders.data, 'complete')).at(-1)).to.equal(3)
      expect(isIndexTaken(folders.data)).to.equal(true)
    })
  })
})
