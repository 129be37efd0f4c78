/** A ledger of the first entries of the story whose operator publishes wrong maps. */
import { treeSize } from '../../src/brand.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { IndexBatch } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { payloads } from './story.ts'
import { createTestLedger, keys, signEnvelope } from './test-ledger.ts'

/** A ledger whose index is made wrong before it publishes, as a lying operator's would be. */
export async function lyingLedger(lie: (batch: IndexBatch) => IndexBatch): Promise<Ledger> {
  const storage = openMemoryStorage()
  const index = { ...storage.index, apply: (batch: IndexBatch) => storage.index.apply(lie(batch)) }
  const ledger = await createTestLedger({ ...storage, index }, { batchWindowMs: 0 })
  for (const payload of [payloads.shop, payloads.shopProvenance, payloads.api])
    await ledger.submit(signEnvelope(payload, keys.ci))
  await ledger.proofs.lookUp(
    'components',
    { prefixes: [], keys: [], postings: () => false },
    { minSize: treeSize(4) },
  )
  return ledger
}

export const dropKey =
  (key: Uint8Array, from = 0) =>
  (batch: IndexBatch): IndexBatch => ({
    ...batch,
    postings: [...batch.postings].filter((one) => one.index < from || !equalBytes(one.key, key)),
  })
