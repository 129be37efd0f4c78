/** Answers about the log as a whole, beside those about what it says (answer.ts): that it only grew, and what came since. */
import type { LogIndex, TreeSize } from '../brand.ts'
import type { VerdictKind } from '../trust/status.ts'
import type { AsOf, ProvenEntries } from './answer.ts'

export interface ConsistencyAnswer {
  readonly from: TreeSize
  readonly to: TreeSize
  /** Roots and proof hashes are base64. */
  readonly fromRoot: string
  readonly toRoot: string
  /** That the tree of `to` begins with that of `from`; none is needed from 0, or to the same size. */
  readonly proof: readonly string[]
  readonly asOf: AsOf
}

export interface EventsAnswer {
  /** In the order of the log. */
  readonly items: readonly {
    readonly entry: LogIndex
    readonly subjects: readonly { readonly digest: string; readonly name: string }[]
    /** The principal of its key; null if it was registered to nobody. The server's word. */
    readonly signer: string | null
    /** As of this answer, for the subject for which it is worth least. The server's word. */
    readonly verdict: VerdictKind
  }[]
  /** What to ask after next; the same as before if nothing was recorded. */
  readonly next?: LogIndex
  readonly entries: ProvenEntries
  readonly asOf: AsOf
}
