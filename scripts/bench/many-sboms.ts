/**
 * SBOMs by the ten thousand, written through the storage ports by the functions that a running ledger uses, while no server has
 * the ledger open. One batch is compressed by other threads while the one before is indexed, as in a server.
 */
import { treeSize } from '../../src/brand.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { inPieces } from '../../src/encoding/pieces.ts'
import { append, publish, sign } from '../../src/ledger/commit.ts'
import type { StatedEntry } from '../../src/ledger/derive.ts'
import { followOnce } from '../../src/ledger/follow-once.ts'
import { FOLLOW_BESIDE_ENTRIES } from '../../src/ledger/limits.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { StatedSbom } from './many-copies.ts'
import { openStored, signedAt, type Signed } from './stored-sboms.ts'

/** Half as many as a log takes at once: real documents have half a megabyte. */
const BATCH = 128

export interface Stored {
  readonly sboms: number
  readonly components: number
}

/**
 * Appends and indexes them. The index is handed what admission reads, and nobody makes the component map: the server makes it
 * from the index when it starts.
 *
 * @param said is called after each batch
 */
export async function storeMany(
  ledger: BenchLedger,
  by: SigningKey,
  sboms: Iterable<StatedSbom>,
  said: (stored: Stored) => void,
): Promise<Stored> {
  await using stored = await openStored(ledger)
  const { storage, log, trust } = stored
  let { head, through } = stored
  const from = head.edge.size
  let [waiting, components]: [readonly StatedEntry[], number] = [[], 0]
  const follow = async (): Promise<void> => {
    const [to, given] = [head.edge.size, waiting]
    while (through < to)
      through = await followOnce(
        { storage, trust, most: FOLLOW_BESIDE_ENTRIES },
        through,
        treeSize(to),
        given,
      )
  }
  for (const batch of inPieces(sboms, BATCH)) {
    const rows = batch.map(({ statement }, i) => signedAt(head.edge.size + i, statement, by))
    const [entries, blobs] = [rows.map((row) => row.entry), rows.map((row) => row.blob)]
    const [grown] = await Promise.all([append(log, head, entries, blobs), follow()])
    waiting = batch.flatMap(({ read }, i) => statedEntry(rows[i], read))
    head = grown
    components += batch.reduce((sum, one) => sum + one.components, 0)
    said({ sboms: head.edge.size - from, components })
  }
  await follow()
  await publish(log, await sign(log, head))
  return { sboms: head.edge.size - from, components }
}

function statedEntry(signed: Signed | undefined, read: StatedSbom['read']): readonly StatedEntry[] {
  if (signed === undefined) return []
  const { index, attestation, key } = signed.entry
  return [{ index, attestation, key, signedBytes: signed.blob.bytes.length, ...read }]
}
