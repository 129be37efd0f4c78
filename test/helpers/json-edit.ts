/** Editing JSON by pointer, so that a test can change one thing in a large document. Nothing is changed in place. */
import { isObject, parseJson } from '../../src/encoding/strict-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'

/** What stands at a pointer becomes what `change` makes of it; undefined takes it away. */
export function editAt(
  value: JsonValue,
  pointer: string,
  change: (found: JsonValue | undefined) => JsonValue | undefined,
): JsonValue {
  const edited = editPath(value, stepsOf(pointer), change)
  if (edited === undefined) throw new Error(`nothing is left of ${pointer}`)
  return edited
}

export function setAt(value: JsonValue, pointer: string, to: JsonValue): JsonValue {
  return editAt(value, pointer, () => to)
}

export function removeAt(value: JsonValue, pointer: string): JsonValue {
  return editAt(value, pointer, (found) => {
    if (found === undefined) throw new Error(`nothing at ${pointer}`)
    return undefined
  })
}

/** @throws Error if nothing is there */
export function at(value: JsonValue, pointer: string): JsonValue {
  let found: JsonValue | undefined = value
  for (const step of stepsOf(pointer)) found = childOf(found, step)
  if (found === undefined) throw new Error(`nothing at ${pointer}`)
  return found
}

export function textAt(value: JsonValue, pointer: string): string {
  const found = at(value, pointer)
  if (typeof found !== 'string') throw new Error(`no text at ${pointer}`)
  return found
}

/** Every value inside, with its pointer; the whole comes first. */
export function* everything(
  value: JsonValue,
  pointer = '',
): Generator<{ pointer: string; value: JsonValue }> {
  yield { pointer, value }
  if (typeof value !== 'object' || value === null) return
  for (const [name, child] of Object.entries(value)) {
    yield* everything(child, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}

/** The pointers at which two documents differ, as deep as they can be named. */
export function differences(a: JsonValue, b: JsonValue, pointer = ''): string[] {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    return Object.is(a, b) ? [] : [pointer]
  }
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].flatMap((name) => {
    const [left, right] = [childOf(a, name), childOf(b, name)]
    const where = `${pointer}/${name}`
    return left === undefined || right === undefined ? [where] : differences(left, right, where)
  })
}

export function parseText(bytes: Uint8Array): JsonValue {
  return parseJson(bytes)
}

export function jsonBytes(value: JsonValue): Uint8Array {
  return utf8(JSON.stringify(value))
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function childOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (Array.isArray(value)) return value[Number(name)]
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function editPath(
  value: JsonValue | undefined,
  steps: readonly string[],
  change: (found: JsonValue | undefined) => JsonValue | undefined,
): JsonValue | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return change(value)
  const child = editPath(childOf(value, step), rest, change)
  if (Array.isArray(value)) {
    const items: JsonValue[] = [...value]
    items.splice(Number(step), 1, ...(child === undefined ? [] : [child]))
    return items
  }
  if (!isObject(value)) throw new Error(`no member ${step} to edit`)
  const others = Object.entries(value).filter(([name]) => name !== step)
  return Object.fromEntries(child === undefined ? others : [...others, [step, child]])
}
