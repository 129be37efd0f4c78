/**
 * The thread of index-thread.ts: takes the follower's steps with connections of its own, and with a trust state of its own
 * that it folds from the log.
 */
import { setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { checkIndexedControls } from '../ledger/check-controls.ts'
import { stepsHere, type FollowSteps } from '../ledger/follow-steps.ts'
import { FOLLOW_BESIDE_ENTRIES } from '../ledger/limits.ts'
import { foldLog } from '../ledger/trust-fold.ts'
import { takeOrders } from '../threads/orders.ts'
import { createTrustState } from '../trust/trust-state.ts'
import type { IndexOrder, IndexTask } from './index-thread.ts'
import { openForFollowing, type FollowingStorage } from './ledger-folder.ts'

/** Where both want a processor, submitters go first: they wait for an answer, and the index says how far it reaches. */
const NICENESS = 10

const { folders, origin } = workerData as IndexTask
let which: 'first' | 'newest' = 'first'
/** Opened by the first order, so that a disk that is full then is a refusal of that order and no more. */
let opened: { readonly storage: FollowingStorage; readonly steps: FollowSteps } | undefined
const trust = createTrustState(origin)
let folded = treeSize(0)

// Of this thread alone, which only Linux can do.
if (process.platform === 'linux') setPriority(0, NICENESS)

takeOrders(takeOrder, () => opened?.storage.close())

function open(): NonNullable<typeof opened> {
  if (opened !== undefined) return opened
  const storage = openForFollowing(folders, which)
  opened = { storage, steps: stepsHere({ storage, trust, most: FOLLOW_BESIDE_ENTRIES }) }
  return opened
}

async function takeOrder(order: IndexOrder): Promise<unknown> {
  if (order.kind === 'succeed') {
    opened?.storage.close()
    opened = undefined
    which = 'newest'
    return open().steps.succeed(order.published)
  }
  const { storage, steps } = open()
  switch (order.kind) {
    case 'load':
      return steps.load(order.at)
    case 'keep':
      return steps.keep(order.size)
    case 'prove':
      return steps.prove(order.size, order.asked, async () => undefined)
    case 'take': {
      await foldTo(storage, order.to)
      const taken = await steps.take(order.from, order.to, order.stated)
      storage.checkpoint()
      return taken
    }
  }
}

async function foldTo(storage: FollowingStorage, to: TreeSize): Promise<void> {
  await foldLog(trust, storage.log, storage.blobs, logIndex(folded), to)
  // What an index that was made before says; of what this thread indexes itself, each step looks at each statement.
  if (folded === 0) await checkIndexedControls(storage, trust, to)
  folded = to
}
