/**
 * One step of the index: from entries [from, through) to the postings and rows that they add or change.
 *
 * The result depends on the log alone, not on how it is cut into batches: an image's record is a function of all
 * entries below `through`, and is made anew for each image that the batch touches.
 */
import type { AttestationId, ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import type { Target } from '../attestation/revocation.ts'
import { createByteRecords, type ByteRecords } from '../encoding/byte-records.ts'
import { inPieces } from '../encoding/pieces.ts'
import { signerKey, subjectKey } from '../map/keys.ts'
import type { ListedName } from '../sbom/spoken-names.ts'
import { isRegistered, targetChangedAt, type TrustState } from '../trust/trust-state.ts'
import { imagesOf, type EntryFacts } from '../verify/entry-facts.ts'
import { bySubject } from '../verify/row-check.ts'
import { countingSboms } from '../verify/rows.ts'
import type { Derived } from './derive.ts'
import {
  entryRow,
  imageRow,
  nameKeys,
  nameRow,
  readEntryRows,
  readImageRecords,
  readTotals,
  totalsRow,
} from './index-rows.ts'
import { FOLLOW_NAMES_AT_ONCE, FOLLOW_POSTINGS_IN_MEMORY } from './limits.ts'
import type { IndexBatch, IndexReader, IndexRow, LogStore, Posting } from './ports.ts'

export interface IndexStep {
  readonly from: TreeSize
  readonly through: TreeSize
  readonly derived: readonly Derived[]
  /** Folded at least through `through`. */
  readonly trust: TrustState
}

export async function indexBatch(reader: IndexReader, log: LogStore, step: IndexStep): Promise<IndexBatch> {
  const touched = await touchedImages(reader, log, step)
  const images = await imageRows(reader, step, touched)
  const entries = step.derived.map((one) => rowOfEntry(one, step.trust))
  return {
    from: step.from,
    through: step.through,
    postings: postingsOf(step.derived),
    rows: chained([...entries, ...images], await nameRows(reader, step.derived)),
    manifests: step.derived.map(({ facts: { index }, manifest: { lines, root } }) => ({
      index,
      lines,
      root,
    })),
  }
}

function rowOfEntry({ facts, manifest, signedBytes }: Derived, trust: TrustState): IndexRow {
  const row = { facts, manifest: manifest.digest }
  return entryRow(isRegistered(trust, facts.index, facts.key) ? row : { ...row, signedBytes })
}

function postingsOf(derived: readonly Derived[]): Iterable<Posting> {
  const keys = derived.reduce((sum, { componentKeys }) => sum + componentKeys.length, 0)
  return keys > FOLLOW_POSTINGS_IN_MEMORY ? eachPosting(derived) : [...eachPosting(derived)]
}

function* eachPosting(derived: readonly Derived[]): Generator<Posting> {
  for (const { facts, componentKeys, statusKeys } of derived) {
    for (const key of componentKeys) yield { map: 'components', key, index: facts.index }
    for (const key of statusKeys) yield { map: 'status', key, index: facts.index }
  }
}

/**
 * Images of the batch's own entries, and of older entries whose verdict a revocation in the batch, or the end of one,
 * may change.
 */
async function touchedImages(
  reader: IndexReader,
  log: LogStore,
  step: IndexStep,
): Promise<readonly ImageDigest[]> {
  const touched = new Set<ImageDigest>()
  const addAll = (facts: EntryFacts): void => {
    for (const image of imagesOf(facts, step.trust)) touched.add(image)
  }
  const older = new Set<LogIndex>()
  for (const one of step.derived) {
    addAll(one.facts)
    const target = targetChangedAt(step.trust, one.facts.index)
    if (target === undefined) continue
    for (const index of await revokedEntries(reader, log, target)) if (index < step.from) older.add(index)
  }
  for (const row of await readEntryRows(reader, [...older])) addAll(row.facts)
  return [...touched].sort()
}

/** Entries that a revocation speaks of. One of an image changes no SBOM's standing (contracts.md 2). */
export async function revokedEntries(
  reader: IndexReader,
  log: LogStore,
  target: Target,
): Promise<readonly LogIndex[]> {
  switch (target.type) {
    case 'key':
      return reader.postings('components', signerKey(target.key))
    case 'attestation':
    case 'signature':
      return entriesOf(log, target.attestation)
    case 'image':
      return []
  }
}

async function entriesOf(log: LogStore, attestation: AttestationId): Promise<readonly LogIndex[]> {
  return (await log.find(attestation)).map((entry) => entry.index)
}

async function imageRows(
  reader: IndexReader,
  step: IndexStep,
  images: readonly ImageDigest[],
): Promise<readonly IndexRow[]> {
  const before = await readImageRecords(reader, images)
  // Once for each subject: looking for it image by image takes the square of the batch.
  const added = bySubject(step.derived)
  let { images: count, withSbom } = await readTotals(reader)
  const rows: IndexRow[] = []
  for (const [at, image] of images.entries()) {
    const speaking = [
      ...(await olderSpeakers(reader, image)),
      ...(added.get(image) ?? []).map((one) => one.facts),
    ]
    const sboms = countingSboms(image, speaking, step.trust, step.through).map((facts) => facts.index)
    const old = before[at]
    if (old === undefined) count++
    withSbom += Number(sboms.length > 0) - Number((old?.sboms.length ?? 0) > 0)
    rows.push(imageRow(image, { sboms }))
  }
  return images.length === 0 ? rows : [...rows, totalsRow({ images: count, withSbom })]
}

/** Of names that nothing below the batch lists. All rows of a name are written at once, so that one of them tells. */
async function nameRows(reader: IndexReader, derived: readonly Derived[]): Promise<Iterable<IndexRow>> {
  const records = createByteRecords()
  const missing: { readonly place: number; readonly first: LogIndex }[] = []
  for (const names of inPieces(firstNames(derived), FOLLOW_NAMES_AT_ONCE)) {
    const asked = names.flatMap(({ listed, first }) => {
      const keys = nameKeys(listed)
      return keys.slice(-1).map((telling) => ({ telling, keys, first }))
    })
    const stored = await reader.rows(
      'name',
      asked.map(({ telling }) => telling),
    )
    for (const [at, { keys, first }] of asked.entries())
      if (stored[at] === undefined) for (const key of keys) missing.push({ place: records.add(key), first })
  }
  return rowsOfNames(records, missing)
}

/** Each once, with the first entry that lists it. */
function* firstNames(
  derived: readonly Derived[],
): Generator<{ readonly listed: ListedName; readonly first: LogIndex }> {
  const known = new Set<string>()
  for (const { facts, names } of derived) {
    for (const listed of names) {
      const id = `${listed.kind} ${listed.name}`
      if (known.has(id)) continue
      known.add(id)
      yield { listed, first: facts.index }
    }
  }
}

/** The largest SBOMs list a hundred thousand names: each row is made as it is written. */
function* rowsOfNames(
  records: ByteRecords,
  missing: readonly { readonly place: number; readonly first: LogIndex }[],
): Generator<IndexRow> {
  for (const { place, first } of missing) yield nameRow(records.read(place), { first })
}

function* chained<T>(first: Iterable<T>, then: Iterable<T>): Generator<T> {
  yield* first
  yield* then
}

/** What is in the index of an image. */
async function olderSpeakers(reader: IndexReader, image: ImageDigest): Promise<readonly EntryFacts[]> {
  const rows = await readEntryRows(reader, await reader.postings('components', subjectKey(image)))
  return rows.map((row) => row.facts)
}
