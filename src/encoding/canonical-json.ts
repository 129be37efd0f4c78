/**
 * Canonical JSON (RFC 8785): one byte string for each value. For entries and our own files only: a payload
 * that somebody signed is never written again.
 */
import canonicalize from 'canonicalize'
import type { JsonValue } from './strict-json.ts'
import { utf8 } from './utf8.ts'

/** UTF-8. A value from parseJson always has one, unless a number in it is infinite. */
export function formatCanonicalJson(value: JsonValue): Uint8Array {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('canonical JSON: expected a JSON value')
  return utf8(text)
}
