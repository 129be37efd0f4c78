/**
 * That an answer of rows leaves nothing out (index.md 7), as of the size S of its component map and of its status map:
 *
 *     1  every key of what was asked     versions filtered with our own comparison → every entry that states it
 *     2  every subject of these entries  every entry about it: all SBOMs that may count
 *     3  every one of these              every revocation of it, its signer and its image, and all trust roots
 *
 * Each entry so listed is proven by the answer, with its envelope or lines of its manifest, or is by an unregistered signer. From them each row is
 * made again, and each image that would have one has it.
 *
 * Left open, and said: entries from S on, those that nobody could read, and whether the roots are right, which is what auditors replay.
 */
import { isControlType } from '../attestation/predicate-types.ts'
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import {
  componentKey,
  componentPrefix,
  manifestKey,
  parseComponentKey,
  subjectKey,
  unreadableKey,
} from '../map/keys.ts'
import { targetsOf } from '../trust/status.ts'
import { isRegistered, type TrustState } from '../trust/trust-state.ts'
import type { RowsAnswer, StatedQuestion } from './answer.ts'
import { asBadProof } from './bad-proof.ts'
import { checkKeys, type CompleteKeys } from './complete-keys.ts'
import type { Completeness } from './completeness-wire.ts'
import { imagesOf, isSha256 } from './entry-facts.ts'
import { keyOfQuestion } from './found-rows.ts'
import { factsByManifest } from './manifest-facts.ts'
import { checkMapRoot, type CheckedMapRoot, type KnownLog } from './map-root.ts'
import { checkStatus } from './not-revoked.ts'
import type { CheckedAnswer, CheckedAttestation } from './proven-entry.ts'
import {
  bySubject,
  checkedQuestion,
  checkReach,
  checkStatedRows,
  checkUse,
  makeRow,
  restsOn,
  statedBy,
  type AnyStated,
} from './row-check.ts'
import { matchVersion, type ComponentQuestion } from './rows.ts'

type Question = ComponentQuestion | StatedQuestion

/** An answer whose entries are proven, and what was signed behind some of them. */
export interface CompleteClaim {
  readonly answer: RowsAnswer
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
  /** Entries below `components.size` that nobody could read: whether they state what was asked is not known. */
  readonly unreadable: number
  /** What these state is taken from their manifests: nobody checked here that it is what was signed. */
  readonly byManifest: readonly LogIndex[]
}

/** @throws Fault `bad-proof` (`answer-incomplete`, `rows-differ`, `map-proof-invalid`, …), `unproven` for what a map cannot show */
export function checkComplete(claim: CompleteClaim): CompleteAnswer {
  const { answer, proof, log, attested, trust } = claim
  if (proof.components === undefined) throw incomplete('the component map', 'nothing')
  if (answer.next !== undefined) throw incomplete('all rows of the answer', 'one page of several')
  const components = checkMapRoot('components', proof.components.map, log)
  const below = answer.asOf.indexedThrough
  checkReach(below, attested)
  const keys = checkKeys(components, proof.components, below)
  const question = checkedQuestion(answer.question)
  const found = readEntries(claim, question, keys)
  const control = checkStatus({ proof: proof.status, log, attested, below }, targetsIn(found, trust))
  const named = new Set([...found.named, ...control.named])
  checkNamed(claim, named)
  checkStatedRows(answer, question, found.stated, trust)
  checkUse([...answer.items.flatMap(restsOn), ...named], answer.unregistered, attested)
  checkNoneMissing(answer, question, found, trust)
  const signed = new Set(attested.map(({ entry }) => entry.index))
  const byManifest = found.stated.map(({ facts }) => facts.index).filter((index) => !signed.has(index))
  return { components, status: control.status, unreadable: keys.value(unreadableKey)?.size ?? 0, byManifest }
}

/** Whatever may be revoked so that a row changes: control statements fall with nothing, and strangers count for nothing. */
function targetsIn({ stated, images }: FoundEntries, trust: TrustState): readonly string[] {
  const counting = stated.filter(
    ({ facts }) => !isControlType(facts.predicateType) && isRegistered(trust, facts.index, facts.key),
  )
  return [...counting.flatMap(({ facts }) => targetsOf(facts)), ...images.map((image) => `image:${image}`)]
}

interface FoundEntries {
  /** All that the answer brings and the maps ask for, in the order of the log. */
  readonly stated: readonly AnyStated[]
  /** Every SHA-256 subject of what states it, and those of the rows. */
  readonly images: readonly ImageDigest[]
  /** The entries that the component map lists. */
  readonly named: ReadonlySet<LogIndex>
}

function readEntries(claim: CompleteClaim, question: Question, keys: CompleteKeys): FoundEntries {
  const stating = statingEntries(question, keys)
  const stated = new Map(claim.attested.map((one) => [one.entry.index, statedBy(one, question)]))
  const named = new Set<LogIndex>()
  const read = (index: LogIndex): AnyStated | undefined => {
    named.add(index)
    const known = stated.get(index) ?? statedByManifest(claim, keys, index, stating.get(index))
    if (known !== undefined) stated.set(index, known)
    return known
  }
  const images = new Set(claim.answer.items.map(({ image }) => image))
  for (const index of stating.keys()) {
    const subjects = read(index)?.facts.subjects ?? []
    for (const { digest } of subjects) if (isSha256(digest)) images.add(digest)
  }
  for (const image of images) for (const index of keys.postings(subjectKey(image))) read(index)
  const inOrder = [...stated.values()].sort((a, b) => a.facts.index - b.facts.index)
  return { stated: inOrder, images: [...images], named }
}

/** An entry that may state what was asked. */
interface Stating {
  /** Of the component asked for, by the keys that list the entry. */
  readonly versions: readonly string[]
  /** It stands under a key that was cut at its length limit, and does not tell the version. */
  readonly isCut: boolean
}

interface StatedKey {
  readonly key: Uint8Array
  /** Undefined if the key was cut. */
  readonly version: string | undefined
}

function statingEntries(question: Question, keys: CompleteKeys): ReadonlyMap<LogIndex, Stating> {
  const found = new Map<LogIndex, Stating>()
  for (const { key, version } of keysOf(question, keys)) {
    for (const index of keys.postings(key)) {
      const { versions, isCut } = found.get(index) ?? { versions: [], isCut: false }
      if (version === undefined) found.set(index, { versions, isCut: true })
      else found.set(index, { versions: [...versions, version], isCut })
    }
  }
  return found
}

function keysOf(question: Question, keys: CompleteKeys): readonly StatedKey[] {
  if (!('name' in question)) return [{ key: statedKey(question, keys), version: '' }]
  const { name, version } = question
  if (version !== undefined)
    return [version, ''].map((one) => ({ key: componentKey(name, one), version: one }))
  return keys.under(componentPrefix(name)).flatMap<StatedKey>((key) => {
    const parsed = asBadProof('map-proof-invalid', 'components map', () => parseComponentKey(key))
    if (parsed === undefined) return [{ key, version: undefined }]
    // Long names share the prefix that is left of them.
    const isMeant = parsed.name === name && matchVersion(question, parsed.version) !== 'out'
    return isMeant ? [{ key, version: parsed.version }] : []
  })
}

function statedKey(question: StatedQuestion, keys: CompleteKeys): Uint8Array {
  const key = keyOfQuestion(question)
  // Licences are found in the spelling of the SPDX list alone, which is not part of the verifier.
  if ('licence' in question && keys.value(key) === undefined) {
    throw new Fault(
      'unproven',
      `licence: no SBOM lists ${question.licence} in this spelling, and whether it is that of the SPDX list is not known here`,
    )
  }
  return key
}

/** Undefined for an unregistered signer: what it states changes no row, and nobody needs to read it. */
function statedByManifest(
  { entries, proof, trust }: CompleteClaim,
  keys: CompleteKeys,
  index: LogIndex,
  stating: Stating | undefined,
): AnyStated | undefined {
  const entry = entries.get(index)
  if (entry === undefined) throw incomplete(`entry ${index}, which the component map lists`, 'nothing')
  if (!isRegistered(trust, index, entry.keyId)) return undefined
  const lines = proof.manifests?.[String(index)]
  if (lines === undefined || stating?.isCut === true) {
    throw incomplete(`what was signed in entry ${index}, or lines of its manifest that say it`, 'nothing')
  }
  const manifest = keys.value(manifestKey(index))
  if (manifest === undefined) throw incomplete(`a manifest of entry ${index}`, 'none in the component map')
  const facts = factsByManifest(entry, manifest, lines)
  return { facts, versions: stating?.versions ?? [], states: stating !== undefined }
}

/** Nobody could say what another entry is here for. */
function checkNamed({ entries, attested }: CompleteClaim, named: ReadonlySet<LogIndex>): void {
  const signed = new Set(attested.map(({ entry }) => entry.index))
  const strange = [...entries.keys()].find((index) => !signed.has(index) && !named.has(index))
  if (strange === undefined) return
  throw new Fault('entry-mismatch', `entry ${strange}: expected what was signed in pae, got nothing`)
}

function checkNoneMissing(
  { items, asOf }: RowsAnswer,
  question: Question,
  { stated, images }: FoundEntries,
  trust: TrustState,
): void {
  const shown = new Set(items.map(({ image }) => image))
  const byImage = bySubject(stated)
  for (const image of images) {
    const about = byImage.get(image) ?? []
    // Of other subjects, binaries say, there are no rows.
    const isImage = about.some(({ facts }) => imagesOf(facts, trust).includes(image))
    if (shown.has(image) || !isImage) continue
    const [match] = makeRow(question, image, about, trust, asOf.indexedThrough).matches
    if (match !== undefined)
      throw incomplete(`a row of ${image}, which follows from entry ${match.entry}`, 'none')
  }
}

function incomplete(expected: string, got: string): Fault {
  return new Fault('answer-incomplete', `answer: expected ${expected}, got ${got}`)
}
