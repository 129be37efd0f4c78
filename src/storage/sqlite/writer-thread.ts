/**
 * Writing the log beside the event loop: the transactions of a batch run in a thread with connections of its own
 * (writer-worker.ts), so that nobody else waits while a disk does. Reading stays here.
 */
import type { Batch, HeldCheckpoint, LogStore, PublishedNote, SignerState } from '../../ledger/ports.ts'
import { ownMemory, startThread } from '../../threads/orders.ts'

/** What the thread is started with: paths of databases that are open here. */
export interface WriterTask {
  readonly ledger: string
  readonly signer: string
}

export type WriterOrder =
  | { readonly kind: 'append'; readonly batch: Batch }
  | { readonly kind: 'publish'; readonly note: PublishedNote }
  | {
      readonly kind: 'replace'
      readonly held: HeldCheckpoint | undefined
      readonly next: HeldCheckpoint
    }

/** The writes of the two ports, one at a time. */
export interface LogWriting extends Pick<LogStore, 'append' | 'publish'>, Pick<SignerState, 'replace'> {
  end(): Promise<void>
  /** As `Storage.lost`. */
  readonly lost: Promise<Error>
}

/** This process must hold the lock until it has ended. */
export function startWriterThread(task: WriterTask): LogWriting {
  const thread = startThread(new URL('./writer-worker.js', import.meta.url), 'the writer thread', task)
  let last: Promise<unknown> = Promise.resolve()
  const order = (one: WriterOrder): Promise<void> => {
    // What was signed is nowhere needed any more: an append that fails refuses its submissions.
    const blobs = one.kind === 'append' ? one.batch.blobs : []
    const done = last.then(() =>
      thread.give<void>(
        one,
        blobs.flatMap(({ bytes }) => ownMemory(bytes)),
      ),
    )
    last = done.catch(() => undefined)
    return done
  }
  return {
    lost: thread.lost,
    append: (batch) => order({ kind: 'append', batch }),
    publish: (note) => order({ kind: 'publish', note }),
    replace: (held, next) => order({ kind: 'replace', held, next }),
    async end() {
      await last
      await thread.end()
    },
  }
}
