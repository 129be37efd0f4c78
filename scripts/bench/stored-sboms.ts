/** SBOMs written straight through the storage ports, by the functions that a running ledger uses, and indexed. */
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { append, edgeFromTiles, publish, sign, type LogHead } from '../../src/ledger/commit.ts'
import { followOnce } from '../../src/ledger/follow-once.ts'
import type { Blob, LogEntry } from '../../src/ledger/ports.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { createTrustState } from '../../src/trust/trust-state.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Note } from './figures.ts'

/** Statements in memory at once. */
const BATCH = 100

/**
 * Appends statements and follows them, while no server has the ledger open.
 *
 * @param statements in-toto statements; taken one after the other
 * @returns the entries that were added, and the seconds that indexing them took
 */
export async function storeSboms(
  ledger: BenchLedger,
  by: SigningKey,
  statements: Iterable<Uint8Array>,
  note: Note,
): Promise<{ readonly entries: number; readonly indexSeconds: number }> {
  const storage = await openSqliteStorage({ data: ledger.data, signer: ledger.signer, create: false })
  await using _closing = storage
  const log = { origin: 'bench.test', key: ledger.logKey(), store: storage.log, signer: storage.signer }
  const from = await storage.log.size()
  let head: LogHead = {
    edge: await edgeFromTiles(storage.log, from),
    held: await storage.signer.read(),
    published: from,
  }
  const trust = createTrustState('bench.test')
  await foldLog(trust, storage.log, storage.blobs, logIndex(0), from)
  let { through } = await storage.index.read((reader) => reader.position())
  let indexSeconds = 0
  for (const batch of batchesOf(statements)) {
    const rows = batch.map((statement, i) => signedAt(head.edge.size + i, statement, by))
    head = await append(
      log,
      head,
      rows.map((row) => row.entry),
      rows.map((row) => row.blob),
    )
    const began = performance.now()
    while (through < head.edge.size)
      through = await followOnce({ storage, trust }, through, treeSize(head.edge.size))
    indexSeconds += (performance.now() - began) / 1000
    if (head.edge.size % 2000 < BATCH) note(`${head.edge.size - from} SBOMs stored`)
  }
  await publish(log, await sign(log, head))
  return { entries: head.edge.size - from, indexSeconds }
}

function* batchesOf(statements: Iterable<Uint8Array>): Generator<readonly Uint8Array[]> {
  let batch: Uint8Array[] = []
  for (const statement of statements) {
    batch.push(statement)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function signedAt(
  index: number,
  statement: Uint8Array,
  by: SigningKey,
): { readonly entry: LogEntry; readonly blob: Blob } {
  const bytes = pae(IN_TOTO_PAYLOAD_TYPE, statement)
  const attestation = attestationIdOf(bytes)
  const leaf = entryOf(bytes, by.publicKey, by.sign(bytes))
  const entry: LogEntry = {
    index: logIndex(index),
    leaf,
    leafHash: leafHash(leaf),
    attestation,
    key: by.publicKey.id,
    recordedAt: '2026-11-24T12:00:00.000Z',
    readable: true,
  }
  return { entry, blob: { digest: attestation, bytes } }
}
