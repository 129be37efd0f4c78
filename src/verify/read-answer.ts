/**
 * Reads the parts that every answer has (contracts.md 7: `asOf`, `entries`) and the answers of rows
 * ("which images contain X", "which have this commit"), from JSON into the shapes of verify/answer.ts. Says nothing about whether
 * they are true: that is verify/proven-entry.ts and verify/evidence.ts.
 */
import { attestationId, imageDigest, keyId, treeSize } from '../brand.ts'
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
import { completeness } from './completeness-wire.ts'
import { parseStatedQuestion, STATED_KINDS } from './found-rows.ts'
import {
  anIndex,
  anIndexName,
  count,
  counted,
  flag,
  listOf,
  membersOf,
  misshapen,
  objectOf,
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
export const aSize = counted(treeSize)

export const asOf = objectOf<AsOf>({
  origin: text,
  treeSize: aSize,
  rootHash: text,
  checkpoint: text,
  indexedThrough: aSize,
  recordedAt: orNull(text),
  servedAt: text,
})

const provenEntry = objectOf<ProvenEntry>({
  attestation: anAttestationId,
  key: aKeyId,
  predicateType: text,
  recordedAt: text,
  body: text,
  inclusion: listOf(text),
})

export const provenEntries: Shape<ProvenEntries> = tableOf(anIndexName, provenEntry)

const question = objectOf<ImagesQuestion>({ component: text }, { range: text })

const match = objectOf<Match>({ purl: text, entry: anIndex })

const builtTimes = objectOf<NonNullable<ProvenanceRow['claimed']>>({}, { startedOn: text, finishedOn: text })

/** Of a row's provenance, required and not; more may follow. */
export const provenanceMembers = { entry: anIndex, builder: text, commits: listOf(text) }
export const provenanceTimes = { claimed: builtTimes }
export const provenanceRow = objectOf<ProvenanceRow>(provenanceMembers, provenanceTimes)

const foundMatch = objectOf<FoundRow['matches'][number]>({ entry: anIndex })

/** The members of a row that do not depend on the question. */
const rowMembers = {
  image: anImageDigest,
  names: listOf(text),
  status: oneOf('affected', 'undetermined', 'not-affected', 'unknown'),
  revoked: flag,
  sboms: listOf(anIndex),
  provenance: listOf(provenanceRow),
}

const imageRow = objectOf<ImageRow>({ ...rowMembers, matches: listOf(match) })
const foundRow = objectOf<FoundRow>({ ...rowMembers, matches: listOf(foundMatch) })

const claim = objectOf<UnregisteredClaim>({
  entry: anIndex,
  key: aKeyId,
  predicateType: text,
  subjects: listOf(anImageDigest),
  matches: listOf(text),
})

export const unregisteredClaims = objectOf<UnregisteredClaims>({ items: listOf(claim), more: count })

export const questionCoverage = objectOf<QuestionCoverage>({
  images: count,
  affected: count,
  notAffected: count,
  undetermined: count,
  unknown: count,
  unreadableEntries: count,
})

export const coverage = objectOf<Coverage>({
  images: count,
  withSbom: count,
  unknown: count,
  unreadableEntries: count,
})

/** What answers of rows have in common. */
interface RowsOf<Q, R, C> extends Pick<
  ImagesAnswer,
  'next' | 'unregistered' | 'entries' | 'asOf' | 'notEstablished'
> {
  readonly question: Q
  readonly items: readonly R[]
  readonly coverage: C
}

interface RowsAlone<Q, R, C> extends RowsOf<Q, R, C> {
  readonly assurance: 'rows'
}

function commonMembers<Q, R, C>(
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
    notEstablished: members.required('notEstablished', listOf(text)),
  }
}

/** Of an answer whose rows are proven, each by itself; more members may follow. */
export function answerMembers<Q, R, C>(
  members: Members,
  asked: Shape<Q>,
  row: Shape<R>,
  covered: Shape<C>,
): RowsAlone<Q, R, C> {
  const read = commonMembers(members, asked, row, covered)
  return { ...read, assurance: members.required('assurance', oneOf('rows')) }
}

export function answerWith<Q, R, C>(
  asked: Shape<Q>,
  row: Shape<R>,
  covered: Shape<C>,
): Shape<RowsAlone<Q, R, C>> {
  return (value, place) => {
    const members = membersOf(value, place)
    const read = answerMembers(members, asked, row, covered)
    members.end()
    return read
  }
}

/** As `answerWith`, of an answer that may prove that it is complete. */
export function provableWith<Q, R, C>(
  asked: Shape<Q>,
  row: Shape<R>,
  covered: Shape<C>,
): Shape<RowsOf<Q, R, C> & Pick<ImagesAnswer, 'assurance' | 'complete'>> {
  return (value, place) => {
    const members = membersOf(value, place)
    const complete = members.optional('complete', completeness)
    const read = {
      ...commonMembers(members, asked, row, covered),
      assurance: members.required('assurance', oneOf('rows', 'complete')),
      ...(complete === undefined ? {} : { complete }),
    }
    members.end()
    return read
  }
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

export const imagesAnswer: Shape<ImagesAnswer> = provableWith(question, imageRow, questionCoverage)
export const foundAnswer: Shape<FoundAnswer> = provableWith(statedQuestion, foundRow, coverage)

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
