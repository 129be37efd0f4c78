/** Mangling of documents: each value changed, each member removed, one added; what a reader could take for the real one. */
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { isObject, type JsonValue } from '../../src/encoding/strict-json.ts'
import { removeAt, setAt } from './json-edit.ts'
import { digestOf } from './test-ledger.ts'

/** @param value what stands at the pointer */
export function* changesOf(document: JsonValue, pointer: string, value: JsonValue): Generator<JsonValue> {
  if (pointer !== '') {
    yield removeAt(document, pointer)
    for (const other of othersOf(value)) yield setAt(document, pointer, other)
  }
  if (isObject(value)) yield setAt(document, `${pointer}/extra`, 1)
}

/** Values of the same kind that a reader could take for the real one. */
function othersOf(value: JsonValue): JsonValue[] {
  if (typeof value === 'number') return [value + 1, Math.max(0, value - 1), -1, 0.5, String(value)]
  if (typeof value === 'boolean') return [!value, null]
  if (typeof value !== 'string') return [null]
  if (value.startsWith('sha256:')) return [digestOf('another'), value.toUpperCase(), '']
  if (/^[A-Za-z0-9+/]{40,}=*$/.test(value)) {
    const bytes = parseBase64(value)
    return [
      formatBase64(bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1)),
      formatBase64(bytes.slice(1)),
      '',
    ]
  }
  return [`${value}x`, value.slice(1), '']
}
