/** Opening a stored log: for writing, with everything checked and finished; or for reading what was published. */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import { openCheckpoint } from '../tlog/checkpoint.ts'
import { verifierKeyOf } from '../tlog/signed-note.ts'
import { createTrustState, type TrustState } from '../trust/trust-state.ts'
import { checkEntry } from './check-entry.ts'
import type { LogHead, SigningLog } from './commit.ts'
import type { LogStore, Storage } from './ports.ts'
import { recover } from './start-up.ts'
import { foldLog } from './trust-fold.ts'
import type { Published } from './writer.ts'

export interface OpenedLog {
  readonly trust: TrustState
  readonly published: Published
  /** What a writer needs; absent when the log was opened for reading. */
  readonly writing?: { readonly log: SigningLog; readonly head: LogHead }
}

/** @throws Fault `conflict`: `partial-state`, `other-origin`, `other-key`, `rollback` or `fork` */
export async function openForWriting(storage: Storage, origin: string, key: SigningKey): Promise<OpenedLog> {
  const log: SigningLog = { origin, key, store: storage.log, signer: storage.signer }
  const trust = createTrustState(origin)
  const head = await recover(log, async (from, to) => {
    await foldLog(trust, storage.log, storage.blobs, 0 as LogIndex, from)
    await admitUnsigned(storage, trust, from, to)
  })
  if (head.held === undefined) throw new Error('recovered without a signed checkpoint')
  const published = { checkpoint: head.held, recordedAt: await lastRecordedAt(storage.log, head.held.size) }
  return { trust, published, writing: { log, head } }
}

/** Whoever can write to the data must not get anything signed that was never admitted (README 2.3). Folds what was. */
async function admitUnsigned(
  { log, blobs }: Storage,
  trust: TrustState,
  from: TreeSize,
  to: TreeSize,
): Promise<void> {
  for (const entry of await log.entries(from as number as LogIndex, to)) {
    const [wrong] = await checkEntry(entry, { log, blobs }, trust)
    if (wrong === undefined) continue
    throw new Fault('integrity-error', `entry ${entry.index}: stored, but not signed yet: ${wrong}`, {
      hint: 'Nothing was signed. The data was changed by another program. Reads can go on with --read-only.',
    })
  }
}

/**
 * What was published last is served, whatever the signer state says.
 *
 * @throws Fault `conflict` (`partial-state`) if nothing was
 */
export async function openForReading(
  storage: Pick<Storage, 'log' | 'blobs'>,
  origin: string,
  key: SigningKey,
): Promise<OpenedLog> {
  const newest = await storage.log.published()
  if (newest === undefined)
    throw new Fault('partial-state', 'ledger: nothing was ever published here, so there is nothing to read')
  const { size, root } = openCheckpoint(newest.note, verifierKeyOf(origin, key.publicKey))
  const published = {
    checkpoint: { size, root, note: newest.note },
    recordedAt: await lastRecordedAt(storage.log, size),
  }
  return { trust: await foldedTrust(storage, origin, size), published }
}

async function foldedTrust(
  storage: Pick<Storage, 'log' | 'blobs'>,
  origin: string,
  size: TreeSize,
): Promise<TrustState> {
  const trust = createTrustState(origin)
  await foldLog(trust, storage.log, storage.blobs, 0 as LogIndex, size)
  return trust
}

async function lastRecordedAt(log: LogStore, size: TreeSize): Promise<string | null> {
  if (size === 0) return null
  const [entry] = await log.entries((size - 1) as LogIndex, treeSize(size))
  return entry?.recordedAt ?? null
}
