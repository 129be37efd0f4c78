/**
 * Making an index again, beside one that may answer meanwhile, and whether it agrees with what was published of the
 * component map.
 */
import { logIndex, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { prepareIndex } from './follow-once.ts'
import { stepsHere } from './follow-steps.ts'
import { knownRules, newestRules } from './index-rules.ts'
import { FOLLOW_BESIDE_ENTRIES } from './limits.ts'
import { openForReading } from './open.ts'
import { lastStored, type PublishedMap } from './output-log.ts'
import type { MapFunctionVersion, MapName, OutputStore, Storage } from './ports.ts'
import { foldLog } from './trust-fold.ts'

export interface RebuildSource extends Pick<Storage, 'log' | 'blobs'> {
  /** Which is to be made; it goes on where an earlier run has stopped. */
  readonly index: Storage['index']
  /** The output log of a map's function. */
  output(map: MapName, version: MapFunctionVersion): OutputStore
}

export interface RebuiltIndex {
  /** Entries [0, through) are in it: all that was published when it ended. */
  readonly through: TreeSize
  /** The size at which it was compared with the published root; absent if nothing was published when it began. */
  readonly comparedAt?: TreeSize
}

/**
 * @param rules by which it is made
 * @throws Fault `bad-proof` (`map-differs`) if the map's root is not the one that was published; it then begins anew
 * the next time
 * @throws as `openForReading`
 */
export async function rebuildIndex(
  source: RebuildSource,
  { origin, key }: { readonly origin: string; readonly key: SigningKey },
  onProgress: (done: TreeSize, total: TreeSize) => void,
  rules = newestRules(knownRules),
): Promise<RebuiltIndex> {
  const { trust, published } = await openForReading(source, origin, key)
  const said = await lastStored(source.output('components', rules.components.version))
  let { size } = published.checkpoint
  let { through: at } = await prepareIndex(source.index, size, { known: [rules], anew: rules })
  const steps = stepsHere({ storage: source, trust, known: [rules], most: FOLLOW_BESIDE_ENTRIES })
  const isCompared = said !== undefined && said.size <= at
  const { asOf } = await steps.load(isCompared ? said.size : undefined)
  if (isCompared) await checkSame(source, said, asOf)
  for (;;) {
    while (at < size) {
      const to = said !== undefined && at < said.size ? said.size : size
      const { through, root } = await steps.take(at, to, [])
      at = through
      onProgress(at, size)
      if (at === said?.size) await checkSame(source, said, root)
    }
    const newest = (await source.log.published())?.size ?? size
    if (newest === size) return { through: at, ...(said === undefined ? {} : { comparedAt: said.size }) }
    await foldLog(trust, source.log, source.blobs, logIndex(size), newest)
    size = newest
  }
}

async function checkSame(
  source: RebuildSource,
  { size, root }: PublishedMap,
  made: Uint8Array,
): Promise<void> {
  if (equalBytes(root, made)) return
  // Under no rules: whatever is made next begins with it from nothing.
  await source.index.reset(0)
  throw new Fault(
    'map-differs',
    `components map: made again, its root at size ${size} is not the one that its output log has`,
    { hint: 'What is stored is not what was published. Look with: attestree server check' },
  )
}
