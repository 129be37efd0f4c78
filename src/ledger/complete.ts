/**
 * The proof that an answer of rows leaves nothing out (index.md 7), made of the published maps;
 * verify/complete-answer.ts says what it has to hold, and checks it.
 *
 * Entries that the rows rest on come with what was signed, as without this proof. Of the others that the maps list, an SBOM
 * that another has replaced, say, lines of the manifest are enough; of a stranger's, nothing but that it is there. Where all rows
 * come in one answer, thousands of SBOMs with a megabyte each, lines are what there is of every SBOM.
 */
import { logIndex, type ImageDigest, type LogIndex } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { isControlType } from '../attestation/predicate-types.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import { manifestKey, subjectKey, unreadableKey } from '../map/keys.ts'
import { isRegistered } from '../trust/trust-state.ts'
import { targetsOf } from '../trust/status.ts'
import type { RowsAnswer } from '../verify/answer.ts'
import type { Completeness, LinesProof, MapProofs } from '../verify/completeness-wire.ts'
import { isSha256, type EntryFacts } from '../verify/entry-facts.ts'
import { controlAsked, type ControlAsked } from './control-asked.ts'
import { readEntryRows, type EntryRow } from './index-rows.ts'
import { MAX_COMPLETE_ENTRIES, MAX_WHOLE_ROWS } from './limits.ts'
import { readEntries } from './prove.ts'
import type { MapAsked } from './query-map.ts'
import type { MapName } from './ports.ts'
import { provenEntries, type View } from './view.ts'

/** Under which keys of the component map stands what was asked. */
export interface KeysAsked {
  readonly prefixes: readonly Uint8Array[]
  readonly keys: readonly Uint8Array[]
  /** Of a key under one of the prefixes. `unclear`: only what was signed tells. */
  meant(key: Uint8Array): 'yes' | 'no' | 'unclear'
  /** Of everything else about the images: whether manifests tell what rows rest on, or only what was signed. */
  readonly byManifest: boolean
  /** Of an SBOM's manifest the lines that tell it, with their proofs; those that do not tell all are of no use to anybody. */
  lines(manifest: Uint8Array): readonly LinesProof[]
}

/** An answer of rows, of whatever they are. */
export interface Completable extends Pick<
  RowsAnswer,
  'entries' | 'next' | 'complete' | 'assurance' | 'notEstablished'
> {
  readonly items: readonly { readonly image: ImageDigest }[]
}

/** What an answer of rows alone leaves open, and the proof does not. */
const PROVEN: readonly string[] = ['complete', 'not-revoked']

/** Proofs against the roots that the answer names. */
export type ProveKeys = (map: MapName, asked: MapAsked) => Promise<MapProofs>

interface Gathered {
  readonly images: readonly ImageDigest[]
  /** Every entry that the component map lists, in the log's order. */
  readonly named: readonly EntryRow[]
  /** Those of them that state what was asked under a key that does not say it. */
  readonly unclear: ReadonlySet<LogIndex>
}

export interface CompleteAsked {
  readonly keys: KeysAsked
  /** All rows were asked for in one answer. */
  readonly isWhole: boolean
}

/**
 * The answer with its proof. One page of several stays what it is: only answers that have all rows are complete.
 *
 * @param view as of the size of the component map, or before
 * @throws Fault `too-large` (`answer-too-large`)
 */
export async function completeAnswer<Answer extends Completable>(
  view: View,
  { keys: asked, isWhole }: CompleteAsked,
  prove: ProveKeys,
  answer: Answer,
): Promise<Answer> {
  if (answer.next !== undefined && isWhole) throw tooMany(`${MAX_WHOLE_ROWS} rows, or long ones`)
  if (answer.next !== undefined) return answer
  const gathered = await gather(view, asked, answer)
  const control = await controlOf(view, gathered, answer)
  const lined = linedEntries(view, asked, gathered, {
    isWhole,
    shown: new Set(indexesOf(answer)),
    // A revocation that rests on an entry is judged by what was signed there.
    control: new Set(control.entries),
  })
  const manifests = await manifestsOf(view, asked, lined)
  const indexes = [
    ...indexesOf(answer),
    ...gathered.named.map(({ facts }) => facts.index),
    ...control.entries,
  ]
  return {
    ...answer,
    entries: await provenEntries(view, indexes),
    complete: {
      components: await prove('components', componentKeys(asked, gathered, manifests)),
      status: await prove('status', control.asked),
      manifests,
    },
    assurance: 'complete',
    notEstablished: answer.notEstablished.filter((one) => !PROVEN.includes(one)),
  }
}

async function gather(view: View, asked: KeysAsked, answer: Completable): Promise<Gathered> {
  const { stating, unclear } = await statingEntries(view, asked)
  // Before thousands of rows are read for nothing.
  checkCount(stating)
  const shown = new Set(indexesOf(answer))
  const rows = await readEntryRows(view.reader, [...stating])
  const images = new Set(answer.items.map(({ image }) => image))
  for (const { facts } of rows)
    if (shown.has(facts.index) || isOfPrincipal(view, facts))
      for (const { digest } of facts.subjects) if (isSha256(digest)) images.add(digest)
  const named = new Set(stating)
  for (const image of images)
    for (const index of await view.reader.postings('components', subjectKey(image))) named.add(index)
  checkCount(named)
  const ascending = [...named].sort((a, b) => a - b)
  return { images: [...images], named: await readEntryRows(view.reader, ascending), unclear }
}

function checkCount({ size }: ReadonlySet<LogIndex>): void {
  if (size > MAX_COMPLETE_ENTRIES) throw tooMany(`${MAX_COMPLETE_ENTRIES} entries`)
}

async function statingEntries(view: View, { prefixes, keys, meant }: KeysAsked) {
  const stating = new Set<LogIndex>()
  const unclear = new Set<LogIndex>()
  const take = async (key: Uint8Array, isClear: boolean): Promise<void> => {
    for (const index of await view.reader.postings('components', key)) {
      stating.add(index)
      if (!isClear) unclear.add(index)
    }
  }
  for (const key of keys) await take(key, true)
  for (const prefix of prefixes)
    for (const { key } of await view.reader.keys('components', prefix))
      if (meant(key) !== 'no') await take(key, meant(key) === 'yes')
  return { stating, unclear }
}

interface Shown {
  readonly isWhole: boolean
  /** What rows, claims and rights rest on. */
  readonly shown: ReadonlySet<LogIndex>
  readonly control: ReadonlySet<LogIndex>
}

/** The entries that come without what was signed. Nobody needs to read a stranger's, unless it is one of the claims. */
function linedEntries(
  view: View,
  { byManifest }: KeysAsked,
  { named, unclear }: Gathered,
  { isWhole, shown, control }: Shown,
): readonly EntryRow[] {
  return named.filter(({ facts }) => {
    const isShown = shown.has(facts.index)
    if (!isOfPrincipal(view, facts)) return !isShown
    if (unclear.has(facts.index) || control.has(facts.index)) return false
    return (isWhole && facts.sbom !== undefined) || (byManifest && !isShown)
  })
}

async function manifestsOf(
  view: View,
  { lines }: KeysAsked,
  lined: readonly EntryRow[],
): Promise<NonNullable<Completeness['manifests']>> {
  const entries = await readEntries(
    view,
    lined.map(({ facts }) => facts.index),
  )
  const proofs: Record<string, readonly LinesProof[]> = {}
  for (const [at, row] of lined.entries()) {
    await view.pause()
    const { index } = row.facts
    const leaf = entries[at]?.leaf
    if (!isOfPrincipal(view, row.facts)) proofs[String(index)] = []
    else if (leaf !== undefined && namesAttestation(leaf)) {
      const some = lines(await manifestBytes(view, row))
      if (some.length > 0) proofs[String(index)] = some
    }
  }
  return proofs
}

/** Of other keys the entry has another digest, and only what was signed tells the attestation. */
function namesAttestation(leaf: Uint8Array): boolean {
  return parseHashedRekord(leaf).algorithm === 'sha256'
}

async function manifestBytes(view: View, { facts, manifest }: EntryRow): Promise<Uint8Array> {
  const bytes = await view.blobs.get(manifest)
  if (bytes === undefined) throw new Fault('integrity-error', `entry ${facts.index}: its manifest is missing`)
  return bytes
}

/** All statements about what the rows may rest on: the keys that list them, and their entries. */
async function controlOf(
  view: View,
  { named, images }: Gathered,
  answer: Completable,
): Promise<ControlAsked> {
  // A row also names what it belongs with, by statements about other images.
  const shown = await readEntryRows(view.reader, indexesOf(answer))
  const counting = [...named, ...shown].filter(
    ({ facts }) => !isControlType(facts.predicateType) && isOfPrincipal(view, facts),
  )
  const targets = [
    ...counting.flatMap(({ facts }) => targetsOf(facts)),
    ...images.map((image) => `image:${image}`),
  ]
  return controlAsked(view, targets)
}

function componentKeys(
  { prefixes, keys, meant }: KeysAsked,
  { images }: Gathered,
  manifests: NonNullable<Completeness['manifests']>,
): MapAsked {
  const byLines = Object.keys(manifests).filter((index) => manifests[index]?.length !== 0)
  const lists = [...keys, ...images.map(subjectKey)]
  const values = [unreadableKey, ...byLines.map((index) => manifestKey(logIndex(Number(index))))]
  const isList = new Set(lists.map(formatHex))
  const isValue = new Set(values.map(formatHex))
  return {
    prefixes,
    keys: [...lists, ...values],
    postings: (key) => isList.has(formatHex(key)) || (!isValue.has(formatHex(key)) && meant(key) !== 'no'),
  }
}

function isOfPrincipal({ trust }: View, { index, key }: EntryFacts): boolean {
  return isRegistered(trust, index, key)
}

function indexesOf({ entries }: Completable): readonly LogIndex[] {
  return Object.keys(entries).map((index) => Number(index) as LogIndex)
}

function tooMany(limit: string): Fault {
  return new Fault('answer-too-large', `answer: its proof would have more than ${limit}`, {
    hint: 'Ask for one version or a narrower range, or without the proof that nothing is missing.',
  })
}
