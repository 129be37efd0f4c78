/** The thread of writer-thread.ts: the ports' writes, with connections of its own. */
import { workerData } from 'node:worker_threads'
import { takeOrders } from '../../threads/orders.ts'
import { blobWriter } from './blob-store.ts'
import { openDatabase, openLedgerBeside, signerDatabase } from './database.ts'
import { sqliteLogStore } from './log-store.ts'
import { sqliteSignerState } from './signer-state.ts'
import type { WriterOrder, WriterTask } from './writer-thread.ts'

const files = workerData as WriterTask
const ledger = openLedgerBeside(files.ledger)
const signer = openDatabase(files.signer, signerDatabase, 'refuse')
const log = sqliteLogStore(ledger, blobWriter(ledger))
const state = sqliteSignerState(signer)

takeOrders(write, () => {
  signer.close()
  ledger.close()
})

function write(order: WriterOrder): Promise<void> {
  switch (order.kind) {
    case 'append':
      return log.append(order.batch)
    case 'publish':
      return log.publish(order.note)
    case 'replace':
      return state.replace(order.held, order.next)
  }
}
