/** One step of following: entries from the log, what they state, and one transaction of the index with the position reached. */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { checkFolded } from './check-controls.ts'
import { componentPairs } from './component-map.ts'
import { derive, type Derived, type StatedEntry } from './derive.ts'
import { indexBatch } from './index-batch.ts'
import type { IndexRules, KnownRules } from './index-rules.ts'
import { FOLLOW_BATCH_ENTRIES, FOLLOW_BATCH_KEYS } from './limits.ts'
import type { MapVersions } from './map-versions.ts'
import type { BlobStore, ChangedValue, LogEntry, ManifestRoot, Storage } from './ports.ts'

export interface StepsOptions {
  readonly storage: Pick<Storage, 'log' | 'blobs' | 'index' | 'successor'>
  /** Folded at least as far as steps go. */
  readonly trust: TrustState
  /** Entries taken at once. @default FOLLOW_BATCH_ENTRIES */
  readonly most?: number
  /** Which an index may be under. @default knownRules */
  readonly known?: KnownRules
}

/** Where an index is, and by which rules it goes on. */
export interface FollowingPosition {
  readonly through: TreeSize
  readonly rules: IndexRules
}

/**
 * Rebuilds from nothing where rules that nobody knows made the index, or where it is ahead of what is published: it was made of a
 * log that is not this one any more. Then the position it starts from.
 *
 * @param anew the rules of one that is made from nothing
 */
export async function prepareIndex(
  index: Storage['index'],
  published: TreeSize,
  { known, anew }: { readonly known: readonly IndexRules[]; readonly anew: IndexRules },
): Promise<FollowingPosition> {
  const { through, rules: number } = await index.read((reader) => reader.position())
  const rules = known.find((one) => one.number === number)
  if (rules !== undefined && through <= published) return { through, rules }
  await index.reset(anew.number)
  return { through: treeSize(0), rules: anew }
}

/**
 * Brings the index one transaction further, at most to `published`; resolves with the position reached.
 *
 * @throws Fault `bad-proof` (`integrity-error`), with the fact `passedBy` for a control entry that `trust` was not folded from
 */
export async function followOnce(
  options: StepsOptions & {
    /** @default currentRules */
    readonly rules?: IndexRules
    /** Of the index so far; takes in what the step changes, once that is committed. */
    readonly map?: MapVersions
  },
  from: TreeSize,
  published: TreeSize,
  stated: readonly StatedEntry[] = [],
): Promise<TreeSize> {
  const step = await writeStep(options, from, published, stated)
  // What the entries state is gone: of the largest SBOMs it takes as much as their part of the map.
  if (options.map !== undefined) putChanged(options.map, step.changed, step.manifests)
  return step.through
}

interface WrittenStep {
  readonly through: TreeSize
  readonly changed: Iterable<readonly ChangedValue[]>
  readonly manifests: readonly ManifestRoot[]
}

async function writeStep(
  options: StepsOptions & { readonly rules?: IndexRules },
  from: TreeSize,
  published: TreeSize,
  stated: readonly StatedEntry[],
): Promise<WrittenStep> {
  const { log, blobs, index } = options.storage
  const to = treeSize(Math.min(from + (options.most ?? FOLLOW_BATCH_ENTRIES), published))
  const known = new Map(stated.map((one) => [one.index, one]))
  const derived = await deriveSome(
    await log.entries(from as number as LogIndex, to),
    blobs,
    known,
    options.rules,
  )
  checkFolded(options.trust, derived)
  const through = treeSize(from + derived.length)
  const step = { from, through, derived, trust: options.trust }
  const batch = await index.read((reader) => indexBatch(reader, log, step))
  await blobs.put(derived.map((one) => one.manifest))
  // Stop here: manifests without rows are harmless; they are written again.
  return { through, changed: await index.apply(batch), manifests: batch.manifests }
}

function putChanged(
  map: MapVersions,
  changed: Iterable<readonly ChangedValue[]>,
  manifests: readonly ManifestRoot[],
): void {
  let roots = manifests
  for (const piece of changed) {
    map.put(componentPairs(piece, roots))
    roots = []
  }
}

/** The first entries, until they have so many keys that a step is large enough. */
async function deriveSome(
  entries: readonly LogEntry[],
  blobs: BlobStore,
  stated: ReadonlyMap<LogIndex, StatedEntry>,
  rules: IndexRules | undefined,
): Promise<readonly Derived[]> {
  const derived: Derived[] = []
  let keys = 0
  for (const entry of entries) {
    if (keys >= FOLLOW_BATCH_KEYS) break
    const one = await derive(entry, blobs, stated.get(entry.index), rules)
    derived.push(one)
    keys += one.componentKeys.length
  }
  return derived
}
