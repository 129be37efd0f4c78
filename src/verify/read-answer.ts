/**
 * Reads the parts that every answer has (contracts.md 7: `asOf`, `entries`) and the answers of rows
 * ("which images contain X", "which have this commit"), from JSON into the shapes of verify/answer.ts. Says nothing about whether
 * they are true: that is verify/proven-entry.ts and verify/evidence.ts.
 */
import { attestationId, imageDigest, keyId, logIndex, treeSize } from '../brand.ts'
import { isObject, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import type {
  AsOf,
  Coverage,
  FoundAnswer,
  FoundRow,
  ImageRow,
  ImagesAnswer,
  ImagesQuestion,
  Match,
  ProvenEntries,
  ProvenEntry,
  ProvenanceRow,
  QuestionCoverage,
  RowsAnswer,
  StatedQuestion,
  UnregisteredClaim,
  UnregisteredClaims,
} from './answer.ts'
import { parseStatedQuestion, STATED_KINDS } from './found-rows.ts'
import {
  count,
  counted,
  flag,
  listOf,
  membersOf,
  misshapen,
  oneOf,
  orNull,
  parsed,
  tableOf,
  text,
} from './shape.ts'
import type { Members, Shape } from './shape.ts'

const SHA256 = 'sha256: and 64 lower-case hex digits'

export const anAttestationId = parsed(attestationId, SHA256)
export const aKeyId = parsed(keyId, SHA256)
export const anImageDigest = parsed(imageDigest, SHA256)
export const anIndex = counted(logIndex)
export const aSize = counted(treeSize)

export const asOf: Shape<AsOf> = (value, place) => {
  const members = membersOf(value, place)
  const read: AsOf = {
    origin: members.required('origin', text),
    treeSize: members.required('treeSize', aSize),
    rootHash: members.required('rootHash', text),
    checkpoint: members.required('checkpoint', text),
    indexedThrough: members.required('indexedThrough', aSize),
    recordedAt: members.required('recordedAt', orNull(text)),
    servedAt: members.required('servedAt', text),
  }
  members.end()
  return read
}

const provenEntry: Shape<ProvenEntry> = (value, place) => {
  const members = membersOf(value, place)
  const read: ProvenEntry = {
    attestation: members.required('attestation', anAttestationId),
    key: members.required('key', aKeyId),
    predicateType: members.required('predicateType', text),
    recordedAt: members.required('recordedAt', text),
    body: members.required('body', text),
    inclusion: members.required('inclusion', listOf(text)),
  }
  members.end()
  return read
}

/** Decimal without sign or leading zeros, so that no index has two names. */
export function indexName(name: string): string {
  logIndex(/^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : Number.NaN)
  return name
}

export const provenEntries: Shape<ProvenEntries> = tableOf(
  parsed(indexName, 'a log index in decimal'),
  provenEntry,
)

const question: Shape<ImagesQuestion> = (value, place) => {
  const members = membersOf(value, place)
  const component = members.required('component', text)
  const range = members.optional('range', text)
  members.end()
  return { component, ...(range === undefined ? {} : { range }) }
}

const match: Shape<Match> = (value, place) => {
  const members = membersOf(value, place)
  const read: Match = { purl: members.required('purl', text), entry: members.required('entry', anIndex) }
  members.end()
  return read
}

const builtTimes: Shape<NonNullable<ProvenanceRow['claimed']>> = (value, place) => {
  const members = membersOf(value, place)
  const [startedOn, finishedOn] = [members.optional('startedOn', text), members.optional('finishedOn', text)]
  members.end()
  return {
    ...(startedOn === undefined ? {} : { startedOn }),
    ...(finishedOn === undefined ? {} : { finishedOn }),
  }
}

/** The members of a row's provenance; more may follow. */
export function provenanceMembers(members: Members): ProvenanceRow {
  const times = members.optional('claimed', builtTimes)
  return {
    entry: members.required('entry', anIndex),
    builder: members.required('builder', text),
    commits: members.required('commits', listOf(text)),
    ...(times === undefined ? {} : { claimed: times }),
  }
}

export const provenanceRow: Shape<ProvenanceRow> = (value, place) => {
  const members = membersOf(value, place)
  const read = provenanceMembers(members)
  members.end()
  return read
}

const foundMatch: Shape<FoundRow['matches'][number]> = (value, place) => {
  const members = membersOf(value, place)
  const read = { entry: members.required('entry', anIndex) }
  members.end()
  return read
}

function rowWith<M>(
  oneMatch: Shape<M>,
): Shape<Omit<ImageRow, 'matches'> & { readonly matches: readonly M[] }> {
  return (value, place) => {
    const members = membersOf(value, place)
    const read = {
      image: members.required('image', anImageDigest),
      names: members.required('names', listOf(text)),
      status: members.required('status', oneOf('affected', 'undetermined', 'not-affected', 'unknown')),
      revoked: members.required('revoked', flag),
      matches: members.required('matches', listOf(oneMatch)),
      sboms: members.required('sboms', listOf(anIndex)),
      provenance: members.required('provenance', listOf(provenanceRow)),
    }
    members.end()
    return read
  }
}

const claim: Shape<UnregisteredClaim> = (value, place) => {
  const members = membersOf(value, place)
  const read: UnregisteredClaim = {
    entry: members.required('entry', anIndex),
    key: members.required('key', aKeyId),
    predicateType: members.required('predicateType', text),
    subjects: members.required('subjects', listOf(anImageDigest)),
    matches: members.required('matches', listOf(text)),
  }
  members.end()
  return read
}

export const unregisteredClaims: Shape<UnregisteredClaims> = (value, place) => {
  const members = membersOf(value, place)
  const read = { items: members.required('items', listOf(claim)), more: members.required('more', count) }
  members.end()
  return read
}

export const questionCoverage: Shape<QuestionCoverage> = (value, place) => {
  const members = membersOf(value, place)
  const read: QuestionCoverage = {
    images: members.required('images', count),
    affected: members.required('affected', count),
    notAffected: members.required('notAffected', count),
    undetermined: members.required('undetermined', count),
    unknown: members.required('unknown', count),
    unreadableEntries: members.required('unreadableEntries', count),
  }
  members.end()
  return read
}

export const coverage: Shape<Coverage> = (value, place) => {
  const members = membersOf(value, place)
  const read: Coverage = {
    images: members.required('images', count),
    withSbom: members.required('withSbom', count),
    unknown: members.required('unknown', count),
    unreadableEntries: members.required('unreadableEntries', count),
  }
  members.end()
  return read
}

/** The members that answers of rows have in common, around what differs; more may follow. */
export function answerMembers<Q, R, C>(
  members: Members,
  asked: Shape<Q>,
  row: Shape<R>,
  covered: Shape<C>,
): RowsOf<Q, R, C> {
  const next = members.optional('next', text)
  const unregistered = members.optional('unregistered', unregisteredClaims)
  return {
    question: members.required('question', asked),
    items: members.required('items', listOf(row)),
    ...(next === undefined ? {} : { next }),
    ...(unregistered === undefined ? {} : { unregistered }),
    coverage: members.required('coverage', covered),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
    assurance: members.required('assurance', oneOf('rows')),
    notEstablished: members.required('notEstablished', listOf(text)),
  }
}

export function answerWith<Q, R, C>(
  asked: Shape<Q>,
  row: Shape<R>,
  covered: Shape<C>,
): Shape<RowsOf<Q, R, C>> {
  return (value, place) => {
    const members = membersOf(value, place)
    const read = answerMembers(members, asked, row, covered)
    members.end()
    return read
  }
}

type RowsOf<Q, R, C> = Omit<ImagesAnswer, 'question' | 'items' | 'coverage'> & {
  readonly question: Q
  readonly items: readonly R[]
  readonly coverage: C
}

const statedQuestion: Shape<StatedQuestion> = (value, place) => {
  const members = membersOf(value, place)
  const asked = STATED_KINDS.map((kind) => [kind, members.optional(kind, text)] as const)
  const stated = asked.filter(([, name]) => name !== undefined)
  members.end()
  if (stated.length !== 1) throw misshapen(place, `one of ${STATED_KINDS.join(', ')}`, value)
  try {
    return parseStatedQuestion(Object.fromEntries(stated))
  } catch (cause) {
    if (cause instanceof Fault) throw misshapen(place, 'a question in its form', value)
    throw cause
  }
}

export const imagesAnswer: Shape<ImagesAnswer> = answerWith(question, rowWith(match), questionCoverage)
export const foundAnswer: Shape<FoundAnswer> = answerWith(statedQuestion, rowWith(foundMatch), coverage)

/** Which of the two it is, the question says. */
export const rowsAnswer: Shape<RowsAnswer> = (value, place) =>
  (isObject(value) && isStated(value['question']) ? foundAnswer : imagesAnswer)(value, place)

export const anyQuestion: Shape<RowsAnswer['question']> = (value, place) =>
  (isStated(value) ? statedQuestion : question)(value, place)

function isStated(asked: JsonValue | undefined): boolean {
  return isObject(asked) && STATED_KINDS.some((kind) => Object.hasOwn(asked, kind))
}

/** An answer as a server sends it: members that we do not know yet are left alone. */
export function readAnswer<T>(shape: Shape<T>, value: JsonValue): T {
  return shape(value, { pointer: '', strict: false, reason: 'answer-malformed' })
}
