/**
 * Whether callers should be sent here (interface.md, "Log health"; README 2.7 "Failure"): it takes submissions, and its
 * answers reach what is public. Reads go on whatever this says.
 */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { StoppedMap } from './published-maps.ts'
import { MAX_INDEX_LAG_MS, STORAGE_FULL_RETRY_MS } from './limits.ts'

export interface Condition {
  /** Why no submission is taken; undefined while they are. */
  readonly readOnly: string | undefined
  /** Since the last commit that found no space, in milliseconds; undefined after one that did. */
  readonly fullForMs: number | undefined
  readonly indexStopped: boolean
  /** Maps of which no further root is published. */
  readonly mapsStopped: readonly StoppedMap[]
  /** For how long something has been public that is not in the index, in milliseconds. */
  readonly indexBehindMs: number
}

export interface Gauges {
  readonly treeSize: TreeSize
  readonly indexedThrough: TreeSize
  readonly indexBehindMs: number
}

/** The first reason of those that hold, as the refusal that a caller would meet. */
export function whyNotReady(condition: Condition): Fault | undefined {
  const { readOnly, fullForMs, indexStopped, mapsStopped, indexBehindMs } = condition
  if (readOnly !== undefined) return new Fault('read-only', `ledger: it takes no submissions (${readOnly})`)
  // Not for ever: a ledger that nobody is sent to would never find out that there is space again.
  if (fullForMs !== undefined && fullForMs < STORAGE_FULL_RETRY_MS)
    return new Fault('storage-full', 'ledger: the last submission found no space; reads go on')
  if (indexStopped) {
    return new Fault(
      'index-behind',
      'index: it has stopped following the log; answers say how far it reaches',
      {
        hint: 'Make it again, while the ledger is served: attestree index rebuild',
      },
    )
  }
  const [stopped] = mapsStopped
  if (stopped !== undefined) {
    const { map, cause } = stopped
    return new Fault('map-behind', `${map} map: no further root of it is published`, {
      hint:
        (cause instanceof Fault ? cause.hint : undefined) ??
        'What the ledger wrote when the map stopped says why; attestree server check names what is damaged.',
    })
  }
  if (indexBehindMs > MAX_INDEX_LAG_MS) {
    const seconds = Math.floor(indexBehindMs / 1000)
    return new Fault('index-behind', `index: expected it to follow within 60 s, it is ${seconds} s behind`)
  }
  return undefined
}
