/** The thread of writer-thread.ts: the ports' writes, with connections of its own. */
import { workerData } from 'node:worker_threads'
import type { MapName } from '../../ledger/ports.ts'
import { takeOrders } from '../../threads/orders.ts'
import { blobWriter } from './blob-store.ts'
import { openDatabase, openLedgerBeside, signerDatabase } from './database.ts'
import { sqliteLogStore } from './log-store.ts'
import { sqliteOutputStore } from './output-store.ts'
import { sqliteOutputState, sqliteSignerState } from './signer-state.ts'
import type { WriterOrder, WriterTask } from './writer-thread.ts'

const files = workerData as WriterTask
const ledger = openLedgerBeside(files.ledger)
const signer = openDatabase(files.signer, signerDatabase, 'refuse')
const logs = {
  main: { store: sqliteLogStore(ledger, blobWriter(ledger)), signer: sqliteSignerState(signer) },
  components: outputOf('components'),
  status: outputOf('status'),
}

function outputOf(map: MapName) {
  return { store: sqliteOutputStore(ledger, map), signer: sqliteOutputState(signer, map) }
}

takeOrders(write, () => {
  signer.close()
  ledger.close()
})

function write(order: WriterOrder): Promise<void> {
  const { store } = logs[order.log]
  switch (order.kind) {
    case 'append':
      return order.log === 'main'
        ? logs.main.store.append(order.batch)
        : logs[order.log].store.append(order.batch)
    case 'publish':
      return store.publish(order.note)
    case 'cosign':
      return logs[order.log].store.cosign(order.cosignature)
    case 'replace':
      return logs[order.log].signer.replace(order.held, order.next)
  }
}
