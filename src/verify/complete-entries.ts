/**
 * All entries that an answer of rows has to look at, whatever it was asked (index.md 7), as of the sizes of its two maps:
 *
 *     1  every key of what was asked     versions filtered with our own comparison → every entry that states it
 *     2  every subject of these entries  every entry about it: all SBOMs that may count
 *     3  every one of these              every revocation of it, its signer and its image, and all trust roots
 *
 * Each entry so listed is proven by the answer, with its envelope or lines of its manifest, or is by an unregistered signer. What follows
 * for the rows is the business of whoever asks.
 */
import { isControlType } from '../attestation/predicate-types.ts'
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { manifestKey, subjectKey, unreadableKey } from '../map/keys.ts'
import { targetsOf } from '../trust/status.ts'
import { isRegistered, type TrustState } from '../trust/trust-state.ts'
import { checkKeys, type CompleteKeys } from './complete-keys.ts'
import type { Completeness } from './completeness-wire.ts'
import { imagesOf, isSha256, type EntryFacts } from './entry-facts.ts'
import { checkParts, factsByManifest, type ManifestPart } from './manifest-facts.ts'
import { checkMapRoot, type CheckedMapRoot, type KnownLog } from './map-root.ts'
import { checkStatus } from './not-revoked.ts'
import type { CheckedAnswer, CheckedAttestation } from './proven-entry.ts'
import { bySubject, checkReach } from './row-check.ts'

/** An answer whose entries are proven, and what was signed behind some of them. */
export interface CompleteClaim {
  readonly answer: {
    readonly items: readonly { readonly image: ImageDigest }[]
    readonly asOf: { readonly indexedThrough: TreeSize }
    readonly next?: string
  }
  readonly proof: Completeness
  readonly log: KnownLog
  readonly entries: CheckedAnswer['entries']
  /** In the order of the log; all control statements that the answer names are among them. */
  readonly attested: readonly CheckedAttestation[]
  /** From these. */
  readonly trust: TrustState
}

/** As of when nothing is missing. */
export interface CompleteAnswer {
  readonly components: CheckedMapRoot
  readonly status: CheckedMapRoot
  /** The answer leaves out entries from here on, whatever the maps have of them. */
  readonly through: TreeSize
  /** Entries below `components.size` that nobody could read: whether they state what was asked is not known. */
  readonly unreadable: number
  /** What these state is taken from their manifests: nobody checked here that it is what was signed. */
  readonly byManifest: readonly LogIndex[]
  /** All that the answer brings and the maps ask for, in the order of the log: whatever rows rest on is among them. */
  readonly stated: readonly WithFacts[]
}

/** How a question is read. `Hit` is what a key says of the entries under it. */
export interface Reading<Stated, Hit> {
  /** The keys of all entries that may state what was asked. */
  keys(shown: CompleteKeys): Iterable<readonly [key: Uint8Array, hit: Hit]>
  ofSigned(attestation: CheckedAttestation): Stated
  /** Undefined if only what was signed tells it. `hits` are those of all keys that list the entry. */
  ofManifest(facts: EntryFacts, hits: readonly Hit[], parts: readonly ManifestPart[]): Stated | undefined
}

export interface CompleteEntries<Stated extends WithFacts> extends CompleteAnswer {
  readonly stated: readonly Stated[]
  /** Every SHA-256 subject of what states it, and those of the rows. */
  readonly images: readonly ImageDigest[]
  /** The entries that the maps list. */
  readonly named: ReadonlySet<LogIndex>
}

interface WithFacts {
  readonly facts: EntryFacts
}

/** @throws Fault `bad-proof` (`answer-incomplete`, `map-proof-invalid`, `entry-mismatch`, …) */
export function completeEntries<Stated extends WithFacts, Hit>(
  claim: CompleteClaim,
  reading: Reading<Stated, Hit>,
): CompleteEntries<Stated> {
  const { answer, proof, log, attested, trust } = claim
  if (proof.components === undefined) throw incomplete('the component map', 'nothing')
  if (answer.next !== undefined) throw incomplete('all rows of the answer', 'one page of several')
  const below = answer.asOf.indexedThrough
  checkReach(below, attested)
  const components = checkMapRoot('components', proof.components.map, log)
  const keys = checkKeys(components, proof.components, below)
  const found = readEntries(claim, reading, keys)
  const control = checkStatus({ proof: proof.status, log, attested, below }, targetsIn(found, trust))
  // Of what one of them has not: a newer SBOM may be at hand by itself, and what takes it back is not; or who was registered since.
  const both = Math.min(components.size, control.status.size)
  if (below > both) throw incomplete(`entries below ${both}, which both maps have`, `ones below ${below}`)
  const named = new Set([...found.named, ...control.named])
  const signed = new Set(attested.map(({ entry }) => entry.index))
  checkNamed(claim, signed, named)
  return {
    components,
    status: control.status,
    through: below,
    unreadable: keys.value(unreadableKey)?.size ?? 0,
    byManifest: found.stated.map(({ facts }) => facts.index).filter((index) => !signed.has(index)),
    ...found,
    named,
  }
}

type FoundEntries<Stated extends WithFacts> = Pick<CompleteEntries<Stated>, 'stated' | 'images' | 'named'>

function readEntries<Stated extends WithFacts, Hit>(
  claim: CompleteClaim,
  reading: Reading<Stated, Hit>,
  keys: CompleteKeys,
): FoundEntries<Stated> {
  const hits = hitsOf(reading, keys)
  const stated = new Map(claim.attested.map((one) => [one.entry.index, reading.ofSigned(one)]))
  const named = new Set<LogIndex>()
  const read = (index: LogIndex): Stated | undefined => {
    named.add(index)
    const known = stated.get(index) ?? readByManifest(claim, reading, keys, index, hits.get(index) ?? [])
    if (known !== undefined) stated.set(index, known)
    return known
  }
  const images = new Set(claim.answer.items.map(({ image }) => image))
  for (const index of hits.keys()) {
    const subjects = read(index)?.facts.subjects ?? []
    for (const { digest } of subjects) if (isSha256(digest)) images.add(digest)
  }
  for (const image of images) for (const index of keys.postings(subjectKey(image))) read(index)
  const inOrder = [...stated.values()].sort((a, b) => a.facts.index - b.facts.index)
  return { stated: inOrder, images: [...images], named }
}

function hitsOf<Stated, Hit>(
  reading: Reading<Stated, Hit>,
  keys: CompleteKeys,
): ReadonlyMap<LogIndex, readonly Hit[]> {
  const found = new Map<LogIndex, Hit[]>()
  for (const [key, hit] of reading.keys(keys)) {
    for (const index of keys.postings(key)) {
      const others = found.get(index)
      if (others === undefined) found.set(index, [hit])
      else others.push(hit)
    }
  }
  return found
}

/** Undefined for an unregistered signer: what it states changes no row, and nobody needs to read it. */
function readByManifest<Stated, Hit>(
  { entries, proof, trust }: CompleteClaim,
  reading: Reading<Stated, Hit>,
  keys: CompleteKeys,
  index: LogIndex,
  hits: readonly Hit[],
): Stated | undefined {
  const entry = entries.get(index)
  if (entry === undefined) throw incomplete(`entry ${index}, which the component map lists`, 'nothing')
  if (!isRegistered(trust, index, entry.keyId)) return undefined
  const lines = proof.manifests?.[String(index)]
  const manifest = lines && keys.value(manifestKey(index))
  const parts = manifest && checkParts(entry, manifest, lines)
  const stated = parts && reading.ofManifest(factsByManifest(entry, parts), hits, parts)
  if (stated !== undefined) return stated
  throw incomplete(`what was signed in entry ${index}, or lines of its manifest that say it`, 'nothing')
}

/** Whatever may be revoked so that a row changes: control statements fall with nothing, and strangers count for nothing. */
function targetsIn({ stated, images }: FoundEntries<WithFacts>, trust: TrustState): readonly string[] {
  const counting = stated.filter(
    ({ facts }) => !isControlType(facts.predicateType) && isRegistered(trust, facts.index, facts.key),
  )
  return [...counting.flatMap(({ facts }) => targetsOf(facts)), ...images.map((image) => `image:${image}`)]
}

/** Nobody could say what another entry is here for. */
function checkNamed(
  { entries }: CompleteClaim,
  signed: ReadonlySet<LogIndex>,
  named: ReadonlySet<LogIndex>,
): void {
  const strange = [...entries.keys()].find((index) => !signed.has(index) && !named.has(index))
  if (strange === undefined) return
  throw new Fault('entry-mismatch', `entry ${strange}: expected what was signed in pae, got nothing`)
}

/**
 * Each image that would have a row has one.
 *
 * @param firstMatch the entry that a row of the image would rest on first; undefined if it would have none
 * @throws Fault `bad-proof` (`answer-incomplete`)
 */
export function checkNoneMissing<Stated extends WithFacts>(
  { answer: { items }, trust }: CompleteClaim,
  { stated, images }: CompleteEntries<Stated>,
  firstMatch: (image: ImageDigest, about: readonly Stated[]) => LogIndex | undefined,
): void {
  const shown = new Set(items.map(({ image }) => image))
  const byImage = bySubject(stated)
  for (const image of images) {
    const about = byImage.get(image) ?? []
    // Of other subjects, binaries say, there are no rows.
    const isImage = about.some(({ facts }) => imagesOf(facts, trust).includes(image))
    const match = shown.has(image) || !isImage ? undefined : firstMatch(image, about)
    if (match !== undefined) throw incomplete(`a row of ${image}, which follows from entry ${match}`, 'none')
  }
}

function incomplete(expected: string, got: string): Fault {
  return new Fault('answer-incomplete', `answer: expected ${expected}, got ${got}`)
}
