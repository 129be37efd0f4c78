/** How fast the follower derives and writes the index, on SQLite, from SBOMs that are in the log. */
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { append, edgeFromTiles } from '../../src/ledger/commit.ts'
import { followOnce } from '../../src/ledger/follower.ts'
import { foldLog } from '../../src/ledger/trust-fold.ts'
import type { Blob, LogEntry } from '../../src/ledger/ports.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { createTrustState } from '../../src/trust/trust-state.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { sbomStatement } from './samples.ts'

const SBOMS = 400
const COMPONENTS = 500

export async function benchIndex(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const storage = await openSqliteStorage({ data: ledger.data, signer: ledger.signer, create: false })
  await using _closing = storage
  const log = { origin: 'bench.test', key: ledger.logKey(), store: storage.log, signer: storage.signer }
  const from = await storage.log.size()
  const head = {
    edge: await edgeFromTiles(storage.log, from),
    held: await storage.signer.read(),
    published: from,
  }
  const rows = Array.from({ length: SBOMS }, (_, i) => sbomAt(from + i, i, by))
  const { edge } = await append(
    log,
    head,
    rows.map((row) => row.entry),
    rows.map((row) => row.blob),
  )
  const trust = createTrustState('bench.test')
  await foldLog(trust, storage.log, storage.blobs, logIndex(0), from)
  let { through } = await storage.index.read((reader) => reader.position())
  const began = performance.now()
  while (through < edge.size) through = await followOnce({ storage, trust }, through, treeSize(edge.size))
  const speed = (SBOMS * COMPONENTS) / ((performance.now() - began) / 1000)
  note(`index: ${Math.round(speed)} components/s`)
  return { index_components_per_s: speed }
}

function sbomAt(
  index: number,
  image: number,
  by: SigningKey,
): { readonly entry: LogEntry; readonly blob: Blob } {
  const bytes = pae(IN_TOTO_PAYLOAD_TYPE, sbomStatement(image, COMPONENTS))
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
