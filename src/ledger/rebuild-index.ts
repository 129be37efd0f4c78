/** Making the index of a stopped ledger again, and whether it agrees with what was published of the component map. */
import { treeSize, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { stepsHere } from './follow-steps.ts'
import { INDEX_RULES } from './index-rows.ts'
import { openForReading } from './open.ts'
import { lastStored } from './output-log.ts'
import type { Storage } from './ports.ts'

export interface RebuiltIndex {
  /** Entries [0, through) are in it. */
  readonly through: TreeSize
  /** The size at which it was compared with the published root; absent if nothing was published yet. */
  readonly comparedAt?: TreeSize
}

/**
 * Stopping it anywhere leaves an index that the next start goes on with.
 *
 * @throws Fault `bad-proof` (`map-differs`) if the map's root is not the one that was published
 * @throws as `openForReading`
 */
export async function rebuildIndex(
  storage: Storage,
  log: { readonly origin: string; readonly key: SigningKey },
  onProgress: (done: TreeSize, total: TreeSize) => void,
): Promise<RebuiltIndex> {
  const { trust, published } = await openForReading(storage, log.origin, log.key)
  const { size } = published.checkpoint
  const said = await lastStored(storage.outputs.components.store)
  await storage.index.reset(INDEX_RULES)
  const steps = stepsHere({ storage, trust })
  await steps.load(undefined)
  let at = treeSize(0)
  while (at < size) {
    const to = said !== undefined && at < said.size ? said.size : size
    const { through, root } = await steps.take(at, to, [])
    at = through
    onProgress(at, size)
    if (at === said?.size && !equalBytes(root, said.root)) throw differs(at)
  }
  return { through: at, ...(said === undefined ? {} : { comparedAt: said.size }) }
}

function differs(size: TreeSize): Fault {
  return new Fault(
    'map-differs',
    `components map: made again, its root at size ${size} is not the one that its output log has`,
    { hint: 'What is stored is not what was published. Look with: attestree server check' },
  )
}
