/**
 * Following beside the event loop: a worker thread (index-worker.ts) keeps the index and the component map, so that
 * submissions are not held up by them.
 */
import type { TreeSize } from '../brand.ts'
import type { StatedEntry } from '../ledger/derive.ts'
import type { FollowSteps } from '../ledger/follow-steps.ts'
import { FOLLOW_WINDOW_MS } from '../ledger/limits.ts'
import { joinProofs, proofPieces, type ProofsAsked, type ProofsMade } from '../ledger/map-proofs.ts'
import { ownMemory, startThread, type Thread } from '../threads/orders.ts'
import type { LedgerFolders } from './ledger-folder.ts'

/** What the thread is started with. */
export interface IndexTask {
  readonly folders: LedgerFolders
  readonly origin: string
}

/** What `FollowSteps` (ledger/follow-steps.ts) says, as orders. */
export type IndexOrder =
  | { readonly kind: 'load'; readonly at: TreeSize | undefined }
  | {
      readonly kind: 'take'
      readonly from: TreeSize
      readonly to: TreeSize
      readonly stated: readonly StatedEntry[]
    }
  | { readonly kind: 'succeed'; readonly published: TreeSize }
  | { readonly kind: 'keep'; readonly size: TreeSize }
  | { readonly kind: 'prove'; readonly size: TreeSize; readonly asked: ProofsAsked }

/**
 * The process must have the ledger in these folders open, and hold its lock, until this is disposed of. A thread that fails
 * is not replaced: the index stops, and the log goes on.
 */
export function createIndexThread(folders: LedgerFolders, origin: string): FollowSteps {
  let thread: Thread | undefined
  let last: Promise<unknown> = Promise.resolve()
  // One at a time: who asks for proofs waits for the step that is being taken.
  const order = <Answer>(one: IndexOrder, handedOver: readonly ArrayBuffer[] = []): Promise<Answer> => {
    thread ??= startThread(new URL('./index-worker.js', import.meta.url), 'the index thread', {
      folders,
      origin,
    } satisfies IndexTask)
    const { give } = thread
    const done = last.then(() => give<Answer>(one, handedOver))
    last = done.catch(() => undefined)
    return done
  }
  return {
    gatherMs: FOLLOW_WINDOW_MS,
    load: (at) => order({ kind: 'load', at }),
    take: (from, to, stated) =>
      order(
        { kind: 'take', from, to, stated },
        stated.flatMap(({ manifest }) => ownMemory(manifest)),
      ),
    succeed: (published) => order({ kind: 'succeed', published }),
    keep: (size) => order({ kind: 'keep', size }),
    // All at once, so that no step comes in between; each answer is read in a turn of its own.
    async prove(size, asked) {
      const pieces = proofPieces(asked).map((piece) =>
        order<ProofsMade | undefined>({ kind: 'prove', size, asked: piece }),
      )
      const made = (await Promise.all(pieces)).filter((one) => one !== undefined)
      return made.length === pieces.length ? joinProofs(made) : undefined
    },
    async [Symbol.asyncDispose]() {
      await last
      await thread?.end()
    },
  }
}
