/**
 * Strict JSON (RFC 8259): what two readers could understand differently is refused.
 *
 * Always: invalid UTF-8, a byte order mark, duplicate keys, nesting over 64, lone surrogates, and whatever
 * JSON.parse refuses. On request: numbers that a double cannot hold as written, and `__proto__`. What is
 * accepted is what JSON.parse returns (a test holds the two against each other).
 *
 * At the end: how to take a value apart, with faults that name the place.
 */
import { Fault } from '../errors.ts'
import type { Reason } from '../errors.ts'
import { JsonReader } from './json-reader.ts'
import type { JsonObject, JsonOptions, JsonValue } from './json-reader.ts'
import { createTextPieces } from './text-pieces.ts'

export { MAX_JSON_DEPTH } from './json-reader.ts'
export type { JsonLeaveOut, JsonObject, JsonOptions, JsonValue } from './json-reader.ts'

/**
 * One pass, about 150 MB/s; strings of the result may share the text's memory. Offsets in messages count
 * bytes if `input` is bytes, else UTF-16 units.
 *
 * @throws Fault `malformed` (`json-…`, `encoding-malformed`), with the JSON pointer of the place
 */
export function parseJson(input: Uint8Array | string, options: JsonOptions = {}): JsonValue {
  const subject = options.subject ?? 'JSON'
  if (typeof input === 'string') return new JsonReader(input, subject, options).readDocument()
  // Where little is kept, the text need not be whole either; else a string of it may share its memory.
  const pieceBytes = options.leaveOut === undefined ? input.length : undefined
  return new JsonReader(createTextPieces(input, subject, pieceBytes), subject, options).readDocument()
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own member, or undefined; a JSON null is null. */
export function optionalMember(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/**
 * An own member. `pointer` is the object's own place, '' for the top.
 *
 * @throws Fault `reason` if it is absent
 */
export function member(
  object: JsonObject,
  name: string,
  pointer = '',
  reason: Reason = 'json-malformed',
): JsonValue {
  const value = optionalMember(object, name)
  if (value === undefined) throw misfit(`${pointer}/${name}`, 'a value', value, reason)
  return value
}

/** @throws Fault `reason` */
export function expectObject(
  value: JsonValue | undefined,
  pointer: string,
  reason: Reason = 'json-malformed',
): JsonObject {
  if (!isObject(value)) throw misfit(pointer, 'an object', value, reason)
  return value
}

/** @throws Fault `reason` */
export function expectArray(
  value: JsonValue | undefined,
  pointer: string,
  reason: Reason = 'json-malformed',
): readonly JsonValue[] {
  if (!isArray(value)) throw misfit(pointer, 'an array', value, reason)
  return value
}

/** @throws Fault `reason` */
export function expectString(
  value: JsonValue | undefined,
  pointer: string,
  reason: Reason = 'json-malformed',
): string {
  if (typeof value !== 'string') throw misfit(pointer, 'a string', value, reason)
  return value
}

/** A whole number within ±(2^53 − 1). @throws Fault `reason` */
export function expectInteger(
  value: JsonValue | undefined,
  pointer: string,
  reason: Reason = 'json-malformed',
): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw misfit(pointer, 'a whole number', value, reason)
  return value
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function misfit(pointer: string, expected: string, value: JsonValue | undefined, reason: Reason): Fault {
  const got =
    value === undefined
      ? 'nothing'
      : value === null
        ? 'null'
        : isArray(value)
          ? 'an array'
          : isObject(value)
            ? 'an object'
            : String(value)
  return new Fault(
    reason,
    `${pointer === '' ? 'top level' : pointer}: expected ${expected}, got ${got.slice(0, 100)}`,
    { pointer },
  )
}
