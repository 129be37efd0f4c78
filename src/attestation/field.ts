/**
 * Reading the fields of a JSON document that somebody signed: each step knows where it is, so that every
 * refusal names the place (a JSON pointer), what was expected, and what was found.
 *
 * Bytes to JSON is the business of encoding/strict-json.ts; which fields there are, of the file of each format.
 */
import { isObject, type JsonObject, type JsonValue } from '../encoding/strict-json.ts'
import { Fault, type Reason } from '../errors.ts'

/** What is being read, for messages, and the reason of its refusals. */
export interface DocumentKind {
  readonly subject: string
  readonly reason: Reason
}

/** A place in a document and what stands there; `undefined` if nothing does. */
export interface Field {
  readonly document: DocumentKind
  readonly pointer: string
  readonly value: JsonValue | undefined
}

export function documentField(document: DocumentKind, value: JsonValue | undefined, pointer = ''): Field {
  return { document, pointer, value }
}

/** A member of an object. @throws Fault if `parent` is not an object. */
export function member(parent: Field, name: string): Field {
  const object = expectObject(parent)
  // Own members only: "constructor" and the like are names as any other.
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return { document: parent.document, pointer: `${parent.pointer}/${escapeStep(name)}`, value }
}

/** A member of an object, or undefined if it is absent or null. @throws Fault if `parent` is not an object. */
export function optionalMember(parent: Field, name: string): Field | undefined {
  const field = member(parent, name)
  return field.value === undefined || field.value === null ? undefined : field
}

/** All members of an object, in the document's order. @throws Fault if `parent` is not an object. */
export function members(parent: Field): readonly (readonly [name: string, field: Field])[] {
  return Object.keys(expectObject(parent)).map((name) => [name, member(parent, name)] as const)
}

/** The elements of an array. @throws Fault if `parent` is not an array. */
export function elements(parent: Field): readonly Field[] {
  const { document, pointer, value } = parent
  if (!isArray(value)) throw refusal(parent, 'an array')
  return value.map((element, i) => ({ document, pointer: `${pointer}/${i}`, value: element }))
}

/** The elements of an array member, none if it is absent or null. @throws Fault also for more than `most`. */
export function listOrNone(parent: Field, name: string, most: number): readonly Field[] {
  const list = optionalMember(parent, name)
  return list === undefined ? [] : atMost(most, elements(list), list)
}

/** The list that stands at `place`, whole. @throws Fault for more than `most`. */
export function atMost(most: number, list: readonly Field[], place: Field): readonly Field[] {
  if (list.length > most) throw refusal(place, `at most ${most} elements`)
  return list
}

export function expectObject(field: Field): JsonObject {
  const { value } = field
  if (typeof value !== 'object' || value === null || isArray(value)) throw refusal(field, 'an object')
  return value
}

export function expectString(field: Field): string {
  if (typeof field.value !== 'string') throw refusal(field, 'a string')
  return field.value
}

/** A string member, or '' for anything else: for parts without which a poor document is still taken. */
export function textOrNone(parent: Field, name: string): string {
  const { value } = member(parent, name)
  return typeof value === 'string' ? value : ''
}

/** The objects in an array member; none for anything else, as `textOrNone`. */
export function objectsOrNone(parent: Field, name: string): readonly Field[] {
  const list = member(parent, name)
  return isArray(list.value) ? elements(list).filter((one) => isObject(one.value)) : []
}

export function expectText(field: Field, maxLength: number): string {
  const text = expectString(field)
  if (text === '' || text.length > maxLength) throw refusal(field, `1 to ${maxLength} characters`)
  return text
}

/** A whole number from `least` to 2^53 − 1. */
export function expectWhole(field: Field, least: number): number {
  const { value } = field
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw refusal(field, `a whole number from ${least}`)
  }
  return value
}

/** The field's fault: "subject: expected …, got … at pointer". */
export function refusal(field: Field, expected: string, hint?: string): Fault {
  const { document, pointer } = field
  const place = pointer === '' ? '' : ` at ${pointer.slice(0, 200)}`
  const details = hint === undefined ? { pointer } : { pointer, hint }
  return new Fault(
    document.reason,
    `${document.subject}: expected ${expected}, got ${describe(field.value)}${place}`,
    details,
  )
}

/** What is understood but not enforced by this program is refused, never ignored (README 2.7, "Verdicts"). */
export function unsupported(field: Field, what: string): Fault {
  const { document, pointer } = field
  return new Fault(
    'unsupported',
    `${document.subject}: ${what} is not supported, at ${pointer.slice(0, 200)}`,
    { pointer },
  )
}

/** @throws Fault `unsupported` at the first member that is not named. */
export function refuseOthers(parent: Field, names: readonly string[]): void {
  for (const [name, field] of members(parent)) {
    if (!names.includes(name)) throw unsupported(field, JSON.stringify(name.slice(0, 100)))
  }
}

/**
 * Go reads `Payload` as `payload`, so a name in the wrong case would mean different things to different
 * readers (formats.md C/1.1).
 */
export function refuseWrongCase(parent: Field, reserved: readonly string[]): void {
  for (const name of Object.keys(expectObject(parent))) {
    if (reserved.includes(name)) continue
    // Go also folds U+017F to "s" and U+212A to "k"; each is an ASCII letter in one of the two cases.
    const lower = name.toUpperCase().toLowerCase()
    const meant = reserved.find((one) => one.toLowerCase() === lower)
    if (meant === undefined) continue
    const { document, pointer } = member(parent, name)
    throw new Fault(
      document.reason,
      `${document.subject}: expected ${JSON.stringify(meant)}, got ${JSON.stringify(name)}`,
      { pointer },
    )
  }
}

function describe(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
  return String(value)
}

// Array.isArray does not narrow readonly arrays.
function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function escapeStep(name: string): string {
  // Every step that is read comes here, and hardly a name has one of these.
  return /[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name
}
