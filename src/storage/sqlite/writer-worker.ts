/** The thread of writer-thread.ts: the ports' writes, with connections of its own. */
import { workerData } from 'node:worker_threads'
import type { MapFunctionVersion, MapName, OutputStorage } from '../../ledger/ports.ts'
import { takeOrders } from '../../threads/orders.ts'
import { blobWriter } from './blob-store.ts'
import { openDatabase, openLedgerBeside, signerDatabase } from './database.ts'
import { sqliteLogStore } from './log-store.ts'
import { sqliteOutputStore } from './output-store.ts'
import { sqliteOutputState, sqliteSignerState } from './signer-state.ts'
import type { OutputName, WriterOrder, WriterTask } from './writer-thread.ts'

const files = workerData as WriterTask
const ledger = openLedgerBeside(files.ledger)
const signer = openDatabase(files.signer, signerDatabase, 'refuse')
const main = { store: sqliteLogStore(ledger, blobWriter(ledger)), signer: sqliteSignerState(signer) }
/** Opened by the first order to each. */
const outputs = new Map<OutputName, OutputStorage>()

function outputNamed(name: OutputName): OutputStorage {
  const [map, version] = name.split('/') as [MapName, MapFunctionVersion]
  const output = outputs.get(name) ?? {
    store: sqliteOutputStore(ledger, map, version),
    signer: sqliteOutputState(signer, map, version),
  }
  outputs.set(name, output)
  return output
}

takeOrders(write, () => {
  signer.close()
  ledger.close()
})

function write(order: WriterOrder): Promise<void> {
  const { store, signer: held } = order.log === 'main' ? main : outputNamed(order.log)
  switch (order.kind) {
    case 'append':
      return order.log === 'main'
        ? main.store.append(order.batch)
        : outputNamed(order.log).store.append(order.batch)
    case 'publish':
      return store.publish(order.note)
    case 'cosign':
      return outputNamed(order.log).store.cosign(order.cosignature)
    case 'replace':
      return held.replace(order.held, order.next)
  }
}
