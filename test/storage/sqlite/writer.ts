/** A process of its own that creates a storage and appends until it is killed; prints the size after each append. */
import { writeSync } from 'node:fs'
import { openSqliteStorage } from '../../../src/storage/sqlite/storage.ts'
import { batchAt } from '../../contracts/log-samples.ts'

const [data = '', signer = ''] = process.argv.slice(2)
const storage = await openSqliteStorage({ data, signer, create: true })
for (let size = 0; ; size += 3) {
  await storage.log.append(batchAt(size, size + 3))
  writeSync(1, `${size + 3}\n`)
}
