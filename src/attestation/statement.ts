/**
 * in-toto Statements v1 and v0.1 (formats.md C/1.2): about which artifacts, of which kind, saying what.
 *
 *     {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "…", "digest": {"sha256": "…"}}],
 *      "predicateType": "https://slsa.dev/provenance/v1", "predicate": {…}}
 *
 * Unknown members are ignored. What a predicate says is the business of the file of each kind; whether a
 * signature covers these bytes, of pae.ts and crypto/.
 */
import { concatBytes } from '../encoding/bytes.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { parseJson, type JsonObject, type JsonOptions, type JsonValue } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { readDigestSet, sha256Of, type DigestSet } from './digest.ts'
import {
  documentField,
  elements,
  expectString,
  member,
  refusal,
  refuseWrongCase,
  type Field,
} from './field.ts'
import { isControlType } from './predicate-types.ts'
import { isUri } from './uri.ts'

export const STATEMENT_V1 = 'https://in-toto.io/Statement/v1'
/** Still written by cosign and Tekton. */
export const STATEMENT_V01 = 'https://in-toto.io/Statement/v0.1'

/** Each subject is a posting in the index (README 2.7, "Limits"). */
export const MAX_SUBJECTS = 1_000

export interface Subject {
  /** Empty if the statement gives none. */
  readonly name: string
  readonly digest: DigestSet
}

export interface Statement {
  readonly type: typeof STATEMENT_V1 | typeof STATEMENT_V01
  /** 1 to 1,000, at least one of them with a SHA-256; in the statement's order. */
  readonly subjects: readonly Subject[]
  /** A URI, as written. */
  readonly predicateType: string
  /** An object, or cosign's legacy text; undefined if unset, which in-toto holds equal to empty. */
  readonly predicate: JsonObject | string | undefined
}

const document = { subject: 'statement', reason: 'statement-unacceptable' } as const

/**
 * @param leaveOut members of the predicate that are checked and then left out: null stands for each
 * @throws Fault `malformed` (`json-…`) for bytes that are not strict JSON: outside the predicate of somebody
 * else's kind, unsafe integers and `__proto__` are refused too (contracts.md 4)
 * @throws Fault `unacceptable` (`statement-unacceptable`, `no-subject-digest`), `too-large` (`subject-limit`)
 */
export function parseStatement(payload: Uint8Array, leaveOut?: JsonOptions['leaveOut']): Statement {
  const strict = { subject: 'statement', strictNumbers: true, forbidProto: true }
  const lenient = { ...strict, lenientMember: 'predicate', ...(leaveOut && { leaveOut }) }
  const statement = readStatement(parseJson(payload, lenient))
  // The same bytes and the same readings as above, but nothing inside a control statement is read leniently.
  if (isControlType(statement.predicateType)) parseJson(payload, strict)
  return statement
}

function readStatement(value: JsonValue): Statement {
  const whole = documentField(document, value)
  refuseWrongCase(whole, ['_type', 'subject', 'predicateType', 'predicate'])
  const type = readType(member(whole, '_type'))
  const predicateType = readPredicateType(member(whole, 'predicateType'))
  const subjects = readSubjects(member(whole, 'subject'))
  return { type, subjects, predicateType, predicate: readPredicate(member(whole, 'predicate')) }
}

function readType(field: Field): Statement['type'] {
  if (field.value === STATEMENT_V1 || field.value === STATEMENT_V01) return field.value
  throw refusal(field, `${STATEMENT_V1} or ${STATEMENT_V01}`)
}

function readPredicateType(field: Field): string {
  const type = expectString(field)
  if (!isUri(type)) throw refusal(field, 'a URI')
  return type
}

function readSubjects(field: Field): Subject[] {
  const each = elements(field)
  if (each.length === 0) throw refusal(field, 'at least one subject')
  if (each.length > MAX_SUBJECTS) {
    throw new Fault(
      'subject-limit',
      `statement: expected at most ${MAX_SUBJECTS} subjects, got ${each.length}`,
      {
        pointer: field.pointer,
        facts: { limit: MAX_SUBJECTS, received: each.length },
      },
    )
  }
  const subjects = each.map(readSubject)
  if (!subjects.some((subject) => sha256Of(subject.digest) !== undefined)) {
    throw new Fault(
      'no-subject-digest',
      'statement: expected at least one subject with a sha256 digest, got none',
      {
        pointer: field.pointer,
        hint: 'Images are named by the SHA-256 of their manifest: put it in subject[].digest.sha256.',
      },
    )
  }
  return subjects
}

function readSubject(field: Field): Subject {
  refuseWrongCase(field, ['name', 'digest'])
  const name = member(field, 'name')
  const isUnset = name.value === undefined || name.value === null
  return { name: isUnset ? '' : expectString(name), digest: readDigestSet(member(field, 'digest')) }
}

function readPredicate(field: Field): JsonObject | string | undefined {
  const { value } = field
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) throw refusal(field, 'an object')
  return value
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a statement is about exactly this, named by one SHA-256: the rule of every control statement. */
export function isOnlySubject(subjects: readonly Subject[], expected: Subject): boolean {
  const [subject] = subjects
  if (subjects.length !== 1 || subject?.name !== expected.name) return false
  return Object.keys(subject.digest).length === 1 && sha256Of(subject.digest) === sha256Of(expected.digest)
}

/** A v1 statement of our own, in canonical JSON. */
export function formatStatement(parts: {
  readonly subjects: readonly Subject[]
  readonly predicateType: string
  readonly predicate: JsonObject
}): Uint8Array {
  return formatCanonicalJson({
    _type: STATEMENT_V1,
    subject: parts.subjects.map(subjectJson),
    predicateType: parts.predicateType,
    predicate: parts.predicate,
  })
}

/**
 * A v1 statement around a predicate whose bytes stay as they are (contracts.md 9): they are signed as the tool
 * wrote them. The result may still be refused by `parseStatement`.
 */
export function spliceStatement(
  parts: { readonly subjects: readonly Subject[]; readonly predicateType: string },
  predicate: Uint8Array,
): Uint8Array {
  const head = {
    _type: STATEMENT_V1,
    predicateType: parts.predicateType,
    subject: parts.subjects.map(subjectJson),
  }
  const text = JSON.stringify(head)
  return concatBytes(utf8(`${text.slice(0, -1)},"predicate":`), predicate, utf8('}'))
}

function subjectJson(subject: Subject): JsonObject {
  return subject.name === '' ? { digest: subject.digest } : { digest: subject.digest, name: subject.name }
}

/** Of the subjects, as signed; empty ones left out. */
export function namesOf({ subjects }: Statement): readonly string[] {
  return subjects.flatMap(({ name }) => (name === '' ? [] : name))
}
