/**
 * The thread of index-thread.ts: takes the follower's steps with connections of its own, and with a trust state of its own
 * that it folds from the log.
 */
import { setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { checkIndexedControls } from '../ledger/check-controls.ts'
import { followOnce } from '../ledger/follower.ts'
import { FOLLOW_BESIDE_ENTRIES } from '../ledger/limits.ts'
import { foldLog } from '../ledger/trust-fold.ts'
import { takeOrders } from '../threads/orders.ts'
import { createTrustState } from '../trust/trust-state.ts'
import type { IndexOrder, IndexTask } from './index-thread.ts'
import { openForFollowing, type FollowingStorage } from './ledger-folder.ts'

/** Where both want a processor, submitters go first: they wait for an answer, and the index says how far it reaches. */
const NICENESS = 10

const { folders, origin } = workerData as IndexTask
/** Opened by the first step, so that a disk that is full then is a refusal of that step and no more. */
let storage: FollowingStorage | undefined
const trust = createTrustState(origin)
let folded = treeSize(0)

// Of this thread alone, which only Linux can do.
if (process.platform === 'linux') setPriority(0, NICENESS)

takeOrders(takeStep, () => storage?.close())

async function takeStep({ from, published, stated }: IndexOrder): Promise<TreeSize> {
  const opened = (storage ??= openForFollowing(folders))
  await foldLog(trust, opened.log, opened.blobs, logIndex(folded), published)
  // What an index that was made before says; of what this thread indexes itself, `followOnce` looks at each statement.
  if (folded === 0) await checkIndexedControls(opened, trust, published)
  folded = published
  const options = { storage: opened, trust, most: FOLLOW_BESIDE_ENTRIES }
  const through = await followOnce(options, from, published, stated)
  opened.checkpoint()
  return through
}
