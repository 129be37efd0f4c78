/**
 * Reads the parts that every answer has (contracts.md 7: `asOf`, `entries`) and the answer to
 * "which images contain X", from JSON into the shapes of verify/answer.ts. Says nothing about whether
 * they are true: that is verify/proven-entry.ts and verify/evidence.ts.
 */
import { attestationId, imageDigest, keyId, logIndex, treeSize } from '../brand.ts'
import type { JsonValue } from '../encoding/strict-json.ts'
import type {
  AsOf,
  ImageRow,
  ImagesAnswer,
  ImagesQuestion,
  Match,
  ProvenEntries,
  ProvenEntry,
  ProvenanceRow,
  QuestionCoverage,
  UnregisteredClaim,
  UnregisteredClaims,
} from './answer.ts'
import { count, counted, flag, listOf, membersOf, oneOf, orNull, parsed, tableOf, text } from './shape.ts'
import type { Shape } from './shape.ts'

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
function indexName(name: string): string {
  logIndex(/^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : Number.NaN)
  return name
}

export const provenEntries: Shape<ProvenEntries> = tableOf(
  parsed(indexName, 'a log index in decimal'),
  provenEntry,
)

export const question: Shape<ImagesQuestion> = (value, place) => {
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

export const provenanceRow: Shape<ProvenanceRow> = (value, place) => {
  const members = membersOf(value, place)
  const read: ProvenanceRow = {
    entry: members.required('entry', anIndex),
    builder: members.required('builder', text),
    commits: members.required('commits', listOf(text)),
  }
  members.end()
  return read
}

const imageRow: Shape<ImageRow> = (value, place) => {
  const members = membersOf(value, place)
  const read: ImageRow = {
    image: members.required('image', anImageDigest),
    names: members.required('names', listOf(text)),
    status: members.required('status', oneOf('affected', 'undetermined', 'not-affected', 'unknown')),
    revoked: members.required('revoked', flag),
    matches: members.required('matches', listOf(match)),
    sboms: members.required('sboms', listOf(anIndex)),
    provenance: members.required('provenance', listOf(provenanceRow)),
  }
  members.end()
  return read
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

const questionCoverage: Shape<QuestionCoverage> = (value, place) => {
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

export const imagesAnswer: Shape<ImagesAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const next = members.optional('next', text)
  const unregistered = members.optional('unregistered', unregisteredClaims)
  const read: ImagesAnswer = {
    question: members.required('question', question),
    items: members.required('items', listOf(imageRow)),
    ...(next === undefined ? {} : { next }),
    ...(unregistered === undefined ? {} : { unregistered }),
    coverage: members.required('coverage', questionCoverage),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
    assurance: members.required('assurance', oneOf('rows')),
    notEstablished: members.required('notEstablished', listOf(text)),
  }
  members.end()
  return read
}

/** An answer as a server sends it: members that we do not know yet are left alone. */
export function readAnswer<T>(shape: Shape<T>, value: JsonValue): T {
  return shape(value, { pointer: '', strict: false, reason: 'answer-malformed' })
}
