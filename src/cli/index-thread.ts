/**
 * Following beside the event loop: a worker thread (index-worker.ts) keeps the index, so that submissions are not held up
 * by it. It is started by the first step; a ledger with nothing to catch up with starts without it.
 */
import type { TreeSize } from '../brand.ts'
import type { StatedEntry } from '../ledger/derive.ts'
import type { FollowSteps } from '../ledger/follower.ts'
import { ownMemory, startThread, type Thread } from '../threads/orders.ts'
import type { LedgerFolders } from './ledger-folder.ts'

/** What the thread is started with. */
export interface IndexTask {
  readonly folders: LedgerFolders
  readonly origin: string
}

/** One step to take; answered with the position reached. */
export interface IndexOrder {
  readonly from: TreeSize
  readonly published: TreeSize
  readonly stated: readonly StatedEntry[]
}

/**
 * The process must have the ledger in these folders open, and hold its lock, until this is disposed of. A thread that fails
 * is not replaced: the index stops, and the log goes on.
 */
export function createIndexThread(folders: LedgerFolders, origin: string): FollowSteps {
  let thread: Thread | undefined
  return {
    take(from, published, stated) {
      thread ??= startThread(new URL('./index-worker.js', import.meta.url), 'the index thread', {
        folders,
        origin,
      } satisfies IndexTask)
      const handedOver = stated.flatMap(({ manifest }) => ownMemory(manifest))
      return thread.give<TreeSize>({ from, published, stated } satisfies IndexOrder, handedOver)
    },
    async [Symbol.asyncDispose]() {
      await thread?.end()
    },
  }
}
