/** Another process: kept out while it lives, and what it committed is there after kill −9. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { openSqliteStorage, type SqliteFolders } from '../../../src/storage/sqlite/storage.ts'
import { allEntries, entriesAt, tilesAt } from '../../contracts/log-samples.ts'
import { reasonOf } from '../../contracts/storage-under-test.ts'
import { withFolders } from './folders.ts'

const writer = fileURLToPath(import.meta.resolve('./writer.ts'))

function startWriter({ data, signer }: SqliteFolders): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', '--import=tsx', writer, data, signer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Kills the child once it has told of `count` appends, and returns the last size that it told. */
async function killAfter(
  child: ChildProcess,
  count: number,
  meanwhile: () => Promise<void>,
): Promise<number> {
  if (child.stdout === null) throw new Error('the writer has no output')
  const ended = once(child, 'exit')
  let told = 0
  let lines = 0
  for await (const line of createInterface(child.stdout)) {
    told = Number(line)
    lines += 1
    if (lines === 1) await meanwhile()
    if (lines === count) child.kill('SIGKILL')
  }
  await ended
  return told
}

describe('sqlite storage: another process', () => {
  it('keeps a second process out, lets go at kill -9, and loses no append that was told of', async () =>
    withFolders(async (folders) => {
      const told = await killAfter(startWriter(folders), 40, async () => {
        expect(await reasonOf(openSqliteStorage({ ...folders, create: false }))).to.equal('already-running')
      })
      expect(told).to.be.at.least(120)
      const storage = await openSqliteStorage({ ...folders, create: false })
      const size = await storage.log.size()
      expect(size).to.be.at.least(told)
      expect(size % 3, 'a batch is there as a whole or not at all').to.equal(0)
      expect(await allEntries(storage.log)).to.deep.equal(entriesAt(0, size))
      const places = tilesAt(0, size).map(({ level, index }) => ({ level, index }))
      expect(await storage.log.tiles(places)).to.deep.equal(tilesAt(0, size).map((tile) => tile.hashes))
      await storage[Symbol.asyncDispose]()
    }))
})
