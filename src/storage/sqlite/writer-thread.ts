/**
 * Writing the log beside the event loop: the transactions of a batch run in a thread with connections of its own
 * (writer-worker.ts), so that nobody else waits while a disk does. Reading stays here.
 */
import type {
  Batch,
  HeldCheckpoint,
  LogStore,
  MapFunctionVersion,
  MapName,
  OutputStore,
  PublishedNote,
  SignerState,
  StoredCosignature,
  TreeBatch,
  TreeStore,
} from '../../ledger/ports.ts'
import { ownMemory, startThread } from '../../threads/orders.ts'

/** What the thread is started with: paths of databases that are open here. */
export interface WriterTask {
  readonly ledger: string
  readonly signer: string
}

/** An output log by its map and its function. */
export type OutputName = `${MapName}/${MapFunctionVersion}`
export type LogName = 'main' | OutputName

export type WriterOrder =
  | { readonly kind: 'append'; readonly log: 'main'; readonly batch: Batch }
  | { readonly kind: 'append'; readonly log: OutputName; readonly batch: TreeBatch }
  | { readonly kind: 'publish'; readonly log: LogName; readonly note: PublishedNote }
  | { readonly kind: 'cosign'; readonly log: OutputName; readonly cosignature: StoredCosignature }
  | {
      readonly kind: 'replace'
      readonly log: LogName
      readonly held: HeldCheckpoint | undefined
      readonly next: HeldCheckpoint
    }

/** The writes of a log's two ports. */
export interface LogWriting<Append> extends Pick<TreeStore, 'publish'>, Pick<SignerState, 'replace'> {
  readonly append: Append
}

/** One write at a time, of all logs. */
export interface WriterThread {
  readonly main: LogWriting<LogStore['append']>
  output(name: OutputName): LogWriting<OutputStore['append']> & Pick<OutputStore, 'cosign'>
  end(): Promise<void>
  /** As `Storage.lost`. */
  readonly lost: Promise<Error>
}

/** This process must hold the lock until it has ended. */
export function startWriterThread(task: WriterTask): WriterThread {
  const thread = startThread(new URL('./writer-worker.js', import.meta.url), 'the writer thread', task)
  let last: Promise<unknown> = Promise.resolve()
  const order = (one: WriterOrder): Promise<void> => {
    const done = last.then(() => thread.give<void>(one, handedOver(one)))
    last = done.catch(() => undefined)
    return done
  }
  const writing = (log: LogName): Omit<LogWriting<never>, 'append'> => ({
    publish: (note) => order({ kind: 'publish', log, note }),
    replace: (held, next) => order({ kind: 'replace', log, held, next }),
  })
  return {
    main: { ...writing('main'), append: (batch) => order({ kind: 'append', log: 'main', batch }) },
    output: (name) => ({
      ...writing(name),
      append: (batch) => order({ kind: 'append', log: name, batch }),
      cosign: (cosignature) => order({ kind: 'cosign', log: name, cosignature }),
    }),
    lost: thread.lost,
    async end() {
      await last
      await thread.end()
    },
  }
}

/** What was signed is nowhere needed any more: an append that fails refuses its submissions. */
function handedOver(order: WriterOrder): readonly ArrayBuffer[] {
  if (order.kind !== 'append' || order.log !== 'main') return []
  return order.batch.blobs.flatMap(({ bytes }) => ownMemory(bytes))
}
