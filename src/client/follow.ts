/** Following a log: every entry after one, in order and without a gap, for as long as the caller wants. */
import type { LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { EventsAnswer } from '../verify/records-answer.ts'
import type { CallOptions, Client } from './client.ts'
import { Unreachable } from './unreachable.ts'

export interface FollowOptions extends CallOptions {
  /** The last entry that the caller has; from the first on if left out. */
  readonly after?: LogIndex
  /** Ends once everything that is public was given; else it waits for more. */
  readonly once?: boolean
  /** Waits until it is time to ask again. */
  readonly wait: () => Promise<void>
  /** Told when the server cannot be reached or is busy; it is asked again. Not with `once`. */
  readonly onTrouble?: (cause: Error) => void
}

/** Entries of one answer: as many as a server gives. */
const PAGE = 1000

/**
 * Answers that hold at least one entry each.
 *
 * @throws Fault `bad-proof`, `untrusted`; with `once` also Unreachable and Fault `busy`
 */
export async function* followLog(client: Client, options: FollowOptions): AsyncGenerator<EventsAnswer> {
  let after = options.after
  for (;;) {
    options.signal?.throwIfAborted()
    const answer = await ask(client, after, options)
    if (answer !== undefined && answer.items.length > 0) {
      yield answer
      after = answer.next
    }
    const isBehind = answer !== undefined && (answer.next ?? -1) + 1 < answer.asOf.treeSize
    if (answer !== undefined && answer.items.length > 0 && isBehind) continue
    if (options.once === true && !isBehind) return
    await options.wait()
  }
}

async function ask(
  client: Client,
  after: LogIndex | undefined,
  options: FollowOptions,
): Promise<EventsAnswer | undefined> {
  try {
    return await client.events({ limit: PAGE, ...(after === undefined ? {} : { after }) }, options)
  } catch (cause) {
    if (!mayPass(cause) || options.once === true) throw cause
    options.onTrouble?.(cause)
    return undefined
  }
}

/** Whether asking again may help: the server cannot be reached, or is busy; or a root waits for its auditors. */
export function mayPass(cause: unknown): cause is Error {
  return (
    cause instanceof Unreachable ||
    (cause instanceof Fault && (cause.class === 'busy' || cause.reason === 'not-cosigned'))
  )
}
