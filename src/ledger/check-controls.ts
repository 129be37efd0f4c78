/**
 * Whether the trust state that start-up folded left a control statement out. It is folded from what the log says by key
 * (trust-fold.ts), so one flipped bit in a stored key would pass a revocation by, and a revoked key would be admitted again.
 *
 * Three witnesses: the index, which knew the entry before the bit flipped; the newest entries above what is indexed; and the
 * statements themselves, when they are indexed. So starting does not take longer where the index was deleted.
 */
import { logIndex, treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import { isFolded, type TrustState } from '../trust/trust-state.ts'
import type { Derived } from './derive.ts'
import type { IndexReader, LogEntry, Storage } from './ports.ts'

const DAMAGED = 'The data was changed by another program, or is damaged. Look with: attestree server check'
/** Read at once: a page of the index, a run of entries. */
const ROWS_AT_ONCE = 1_000

/**
 * Entries above what is indexed that a start looks at: more than a ledger that was killed leaves, and read in well
 * under a second.
 */
const CHECKED_AT_START = 10_000

/**
 * @param through the position of the index
 * @param size how far `trust` was folded
 * @param most entries above `through` that are looked at, the newest; the others are by `checkFolded`
 * @throws Fault `bad-proof` (`integrity-error`) if an entry is by another key than is stored beside it
 */
export async function checkControls(
  { log, index }: Pick<Storage, 'log' | 'index'>,
  trust: TrustState,
  { through, size }: { readonly through: TreeSize; readonly size: TreeSize },
  most = CHECKED_AT_START,
): Promise<void> {
  const witnessed = (await checkIndexedControls({ log, index }, trust, size)) ? through : 0
  for (let from = Math.max(witnessed, size - most); from < size; from += ROWS_AT_ONCE) {
    const to = treeSize(Math.min(from + ROWS_AT_ONCE, size))
    for (const entry of await log.entries(logIndex(from), to)) checkKey(entry)
  }
}

/**
 * The first witness alone, where entries above what is indexed are looked at as they are indexed. False if the index is
 * damaged and is no witness: that keeps no ledger from starting, since it is made again while the ledger is served.
 *
 * @throws as `checkControls`
 */
export async function checkIndexedControls(
  { log, index }: Pick<Storage, 'log' | 'index'>,
  trust: TrustState,
  size: TreeSize,
): Promise<boolean> {
  const leftOut = await index.read((reader) => notFolded(reader, trust, size)).catch(orDamaged)
  for (const at of leftOut ?? []) for (const entry of await log.entries(at, treeSize(at + 1))) checkKey(entry)
  return leftOut !== undefined
}

function orDamaged(cause: unknown): undefined {
  if (!(cause instanceof Fault) || cause.reason !== 'integrity-error') throw cause
}

/**
 * What is indexed now, against a trust state that was folded over it.
 *
 * @throws Fault `bad-proof` (`integrity-error`) with the fact `passedBy`, the first control entry that was left out
 */
export function checkFolded(trust: TrustState, derived: readonly Pick<Derived, 'facts' | 'control'>[]): void {
  for (const { facts, control } of derived) {
    const { index } = facts
    if (control === undefined || isFolded(trust, index)) continue
    throw new Fault(
      'integrity-error',
      `entry ${index}: a ${control.kind} that was passed by: its stored key is not its signer's`,
      {
        hint: DAMAGED,
        facts: { passedBy: index },
      },
    )
  }
}

/**
 * What the index has for control statements, and the trust state has not. If the index is what is wrong, `server check`
 * says so.
 */
async function notFolded(reader: IndexReader, trust: TrustState, size: TreeSize): Promise<Set<LogIndex>> {
  const leftOut = new Set<LogIndex>()
  let after: Uint8Array | undefined
  for (;;) {
    const page = { limit: ROWS_AT_ONCE, ...(after === undefined ? {} : { after }) }
    const rows = await reader.keys('status', new Uint8Array(0), page)
    for (const { key } of rows)
      for (const at of await reader.postings('status', key))
        if (at < size && !isFolded(trust, at)) leftOut.add(at)
    after = rows.at(-1)?.key
    if (after === undefined) return leftOut
  }
}

function checkKey({ index, leaf, key }: LogEntry): void {
  const { publicKey } = parseHashedRekord(leaf)
  if (publicKey.id === key) return
  throw new Fault('integrity-error', `entry ${index}: signed by ${publicKey.id}, but stored as by ${key}`, {
    hint: DAMAGED,
  })
}
