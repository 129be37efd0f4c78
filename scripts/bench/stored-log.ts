/** A long log, written straight through the storage port by the commit protocol, since a million submissions take too long. */
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { append, edgeFromTiles, publish, sign } from '../../src/ledger/commit.ts'
import type { LogHead, SigningLog } from '../../src/ledger/commit.ts'
import type { LogEntry, Storage } from '../../src/ledger/ports.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { INDEX_RULES } from '../../src/ledger/index-rows.ts'
import type { BenchLedger } from './bench-ledger.ts'

const BATCH_ENTRIES = 5000

/**
 * Adds provenance-like entries by `by` until the log has `size`. They carry no envelope and a made-up signature, so only what
 * does not look at these is measured on them; `index` tells the index what they state.
 */
export async function growStoredLog(
  ledger: BenchLedger,
  by: SigningKey,
  size: number,
  note: (text: string) => void,
  index: (storage: Storage, size: number) => Promise<void> = skipIndex,
): Promise<void> {
  const storage = await openSqliteStorage({ data: ledger.data, signer: ledger.signer, create: false })
  await using _closing = storage
  const log = { origin: 'bench.test', key: ledger.logKey(), store: storage.log, signer: storage.signer }
  let head = await headOf(log)
  while (head.edge.size < size) {
    const count = Math.min(BATCH_ENTRIES, size - head.edge.size)
    const from: number = head.edge.size
    head = await append(
      log,
      head,
      Array.from({ length: count }, (_, i) => entryAt(from + i, by)),
      [],
    )
    if (head.edge.size % 100_000 < BATCH_ENTRIES) note(`stored log: ${head.edge.size} of ${size} entries`)
  }
  await publish(log, await sign(log, head))
  await index(storage, size)
}

async function headOf(log: SigningLog): Promise<LogHead> {
  const held = await log.signer.read()
  const size = await log.store.size()
  if (held?.size !== size) throw new Error('expected a log that was closed in order')
  return { edge: await edgeFromTiles(log.store, size), held, published: size }
}

function entryAt(index: number, by: SigningKey): LogEntry {
  const signed = pae(IN_TOTO_PAYLOAD_TYPE, utf8(`entry ${index}`))
  const leaf = entryOf(signed, by.publicKey, new Uint8Array(71).fill(index % 256))
  return {
    index: logIndex(index),
    leaf,
    leafHash: leafHash(leaf),
    attestation: attestationIdOf(signed),
    key: by.publicKey.id,
    recordedAt: '2026-11-24T12:00:00.000Z',
    readable: true,
  }
}

/** As if they stated nothing. */
async function skipIndex({ index }: Storage, size: number): Promise<void> {
  await index.reset(INDEX_RULES)
  await index.apply({ from: treeSize(0), through: treeSize(size), postings: [], rows: [], manifests: [] })
}
