/** As of when a question is answered: at a size in the past, or not before the index has reached one. */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { KeysAsked } from './complete.ts'
import { pastReader } from './past.ts'
import type { View } from './view.ts'

export interface Moment {
  /** Only entries below count; trust is judged as of it. */
  readonly at?: TreeSize
  /** The index must have reached this. */
  readonly minSize?: TreeSize
  /** Of proofs: the roots are waited for until all who are named have cosigned them, or for some seconds. @default false */
  readonly cosigned?: boolean
}

/** A question that was understood: how it is answered, and the size its cursor is pinned to. */
export interface Asked<T> {
  readonly answer: (view: View) => Promise<T>
  readonly at?: TreeSize
}

/** One whose answer can prove that it is complete. */
export interface ProvableAsked<T> extends Asked<T> {
  readonly keys: KeysAsked
}

/** @throws Fault `malformed` (`cursor-malformed`) if the cursor is pinned to another size than was asked for */
export function momentOf({ at }: Pick<Asked<unknown>, 'at'>, moment: Moment): Moment {
  if (at === undefined) return moment
  if (moment.at === undefined || moment.at === at) return { ...moment, at }
  throw new Fault('cursor-malformed', `cursor: its rows are as of ${at}, expected at=${moment.at}`, {
    hint: 'Leave out "at": the next pages are as of the same size as the first.',
  })
}

/**
 * The view as of a moment. Proofs lead to the newest checkpoint all the same, which is signed: an older tree is its
 * beginning. `indexedThrough` of the answer is the size that was asked for.
 *
 * @throws Fault `not-recorded` if the log is not that long; `busy` (`index-behind`) if the index is not there yet
 */
export function viewAt(view: View, { at, minSize }: Moment): View {
  const { size } = view.checkpoint
  if (at !== undefined && at > size)
    throw new Fault('not-recorded', `at: this log has ${size} entries; expected at most that, got ${at}`)
  const needed = Math.max(at ?? 0, minSize ?? 0)
  if (view.through < needed) {
    throw new Fault('index-behind', `index: expected ${needed} entries, it has reached ${view.through}`, {
      hint: 'Try again in a moment.',
      facts: { indexedThrough: view.through, treeSize: size },
    })
  }
  if (at === undefined || at === view.through) return view
  const { trust, log, through, reader, totals } = view
  return { ...view, through: at, reader: pastReader(reader, { at, through, trust, log, totals }) }
}
