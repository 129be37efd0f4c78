/** SBOMs written straight through the storage ports, by the functions that a running ledger uses, and indexed. */
import { attestationIdOf, pae, parsePae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { inPieces } from '../../src/encoding/pieces.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { append, edgeFromTiles, publish, sign, type LogHead } from '../../src/ledger/commit.ts'
import { loadComponentMap } from '../../src/ledger/component-map.ts'
import type { StatedEntry } from '../../src/ledger/derive.ts'
import { followOnce } from '../../src/ledger/follow-once.ts'
import type { Blob, LogEntry } from '../../src/ledger/ports.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import { claimedTimes } from '../../src/sbom/claimed.ts'
import { readManifest } from '../../src/sbom/manifest.ts'
import { readSbom } from '../../src/sbom/stated-lines.ts'
import { parseLeanStatement } from '../../src/sbom/unread-members.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { createTrustState } from '../../src/trust/trust-state.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Note } from './figures.ts'

/** Statements in memory at once. */
const BATCH = 100

export interface StoredSboms {
  /** Those that were added. */
  readonly entries: number
  /** What indexing them took, with the component map, by the clock. */
  readonly indexSeconds: number
  /** The same in processor time of all threads: what the load of others changes least. */
  readonly indexCpuSeconds: number
}

/**
 * Appends statements and follows them, while no server has the ledger open.
 *
 * @param statements in-toto statements; taken one after the other
 * @param handedOn the index gets what admission has read, as of large SBOMs; else it reads what was signed
 */
export async function storeSboms(
  ledger: BenchLedger,
  by: SigningKey,
  statements: Iterable<Uint8Array>,
  note: Note,
  { handedOn = false } = {},
): Promise<StoredSboms> {
  await using stored = await openStored(ledger)
  const { storage, log, trust } = stored
  let { head, through } = stored
  const from = head.edge.size
  const map = await loadComponentMap(storage.index)
  let [indexSeconds, indexCpuSeconds] = [0, 0]
  for (const batch of inPieces(statements, BATCH)) {
    const rows = batch.map((statement, i) => signedAt(head.edge.size + i, statement, by))
    head = await append(
      log,
      head,
      rows.map((row) => row.entry),
      rows.map((row) => row.blob),
    )
    const stated = handedOn ? rows.map(statedAt) : []
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    while (through < head.edge.size)
      through = await followOnce({ storage, trust, map }, through, treeSize(head.edge.size), stated)
    const { user, system } = process.cpuUsage(cpu)
    indexSeconds += (performance.now() - began) / 1000
    indexCpuSeconds += (user + system) / 1e6
    if (head.edge.size % 2000 < BATCH) note(`${head.edge.size - from} SBOMs stored`)
  }
  await publish(log, await sign(log, head))
  return { entries: head.edge.size - from, indexSeconds, indexCpuSeconds }
}

/** A ledger's storage at rest, with what is needed to add to it as the ledger does. */
export async function openStored(ledger: BenchLedger) {
  const storage = await openSqliteStorage({ data: ledger.data, signer: ledger.signer, create: false })
  const size = await storage.log.size()
  const head: LogHead = {
    edge: await edgeFromTiles(storage.log, size),
    held: await storage.signer.read(),
    published: size,
  }
  const trust = createTrustState('bench.test')
  await foldLog(trust, storage.log, storage.blobs, logIndex(0), size)
  const { through } = await storage.index.read((reader) => reader.position())
  const log = { origin: 'bench.test', key: ledger.logKey(), store: storage.log, signer: storage.signer }
  const dispose = () => storage[Symbol.asyncDispose]()
  return { storage, log, head, trust, through, [Symbol.asyncDispose]: dispose }
}

export interface Signed {
  readonly entry: LogEntry
  readonly blob: Blob
}

/** As admission reads it. */
function statedAt({ entry: { index, attestation, key }, blob: { bytes } }: Signed): StatedEntry {
  const statement = parseLeanStatement(parsePae(bytes).payload)
  const { sbom, bytes: manifest } = readManifest(statement, key, readSbom)
  const claimed = claimedTimes(statement, sbom)
  return { index, attestation, key, manifest: manifest(), claimed, signedBytes: bytes.length }
}

export function signedAt(index: number, statement: Uint8Array, by: SigningKey): Signed {
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
