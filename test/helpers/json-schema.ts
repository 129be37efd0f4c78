/**
 * As much of JSON Schema 2020-12 as our schemas use, so that tests can hold them against real documents. A keyword
 * that is not known here is an error, not a pass.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, parseJson } from '../../src/encoding/strict-json.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { repositoryRoot } from './repository.ts'

/** Where and why the value does not fit the schema; empty if it does. */
export function misfits(root: JsonObject, value: JsonValue): string[] {
  return check(root, root, value, '')
}

/** One of schema/. */
export function schemaNamed(file: string): JsonObject {
  const read = parseJson(new Uint8Array(readFileSync(join(repositoryRoot, 'schema', file))))
  if (!isObject(read)) throw new Error(`no schema ${file}`)
  return read
}

const annotations: ReadonlySet<string> = new Set(['$schema', '$id', '$defs', 'title', 'description'])

function check(root: JsonObject, schema: JsonValue, value: JsonValue, where: string): string[] {
  if (!isObject(schema)) return schema === true ? [] : [`${where}: nothing fits`]
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (annotations.has(keyword)) return []
    const test = keywords[keyword]
    if (test === undefined) throw new Error(`schema: unknown keyword ${keyword}`)
    return test(rule, value, { root, schema, where })
  })
}

interface Context {
  readonly root: JsonObject
  readonly schema: JsonObject
  readonly where: string
}

const keywords: Readonly<Record<string, (rule: JsonValue, value: JsonValue, context: Context) => string[]>> =
  {
    $ref: (rule, value, { root, where }) => {
      const ref = String(rule)
      if (ref.startsWith('#')) return check(root, defined(root, ref), value, where)
      const [file = '', part] = ref.split('#')
      const other = schemaNamed(file)
      return check(other, part === undefined ? other : defined(other, `#${part}`), value, where)
    },
    type: (rule, value, { where }) => {
      const types = Array.isArray(rule) ? rule : [rule]
      const found = typesOf(value)
      return types.some((type) => found.includes(String(type))) ? [] : [`${where}: no ${types.join(' or ')}`]
    },
    oneOf: (rule, value, { root, where }) => {
      const misfit = (Array.isArray(rule) ? rule : []).map((one) => check(root, one, value, where))
      return misfit.filter((found) => found.length === 0).length === 1 ? [] : misfit.flat()
    },
    const: (rule, value, { where }) => (rule === value ? [] : [`${where}: not ${String(rule)}`]),
    enum: (rule, value, { where }) =>
      Array.isArray(rule) && rule.includes(value) ? [] : [`${where}: none of the enum`],
    pattern: (rule, value, { where }) =>
      typeof value !== 'string' || new RegExp(String(rule), 'u').test(value)
        ? []
        : [`${where}: not like ${String(rule)}`],
    minimum: (rule, value, { where }) =>
      typeof value !== 'number' || value >= Number(rule) ? [] : [`${where}: too small`],
    maximum: (rule, value, { where }) =>
      typeof value !== 'number' || value <= Number(rule) ? [] : [`${where}: too large`],
    items: (rule, value, { root, where }) =>
      Array.isArray(value)
        ? value.flatMap((item: JsonValue, i) => check(root, rule, item, `${where}/${i}`))
        : [],
    required: (rule, value, { where }) =>
      isObject(value) && Array.isArray(rule)
        ? rule
            .filter((name) => !Object.hasOwn(value, String(name)))
            .map((name) => `${where}/${String(name)}: missing`)
        : [],
    properties: (rule, value, { root, where }) =>
      membersOf(value).flatMap(([name, member]) => {
        const of = isObject(rule) && Object.hasOwn(rule, name) ? rule[name] : undefined
        return of === undefined ? [] : check(root, of, member, `${where}/${name}`)
      }),
    propertyNames: (rule, value, { root, where }) =>
      membersOf(value).flatMap(([name]) => check(root, rule, name, `${where}/${name}`)),
    additionalProperties: (rule, value, { root, schema, where }) => {
      const known = isObject(schema['properties']) ? Object.keys(schema['properties']) : []
      return membersOf(value)
        .filter(([name]) => !known.includes(name))
        .flatMap(([name, member]) => check(root, rule, member, `${where}/${name}`))
    },
  }

function membersOf(value: JsonValue): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : []
}

function typesOf(value: JsonValue): string[] {
  if (value === null) return ['null']
  if (Array.isArray(value)) return ['array']
  if (typeof value === 'number') return Number.isInteger(value) ? ['number', 'integer'] : ['number']
  return [typeof value]
}

function defined(root: JsonObject, ref: string): JsonValue {
  const name = ref.replace(/^#\/\$defs\//, '')
  const found = isObject(root['$defs']) ? root['$defs'][name] : undefined
  if (found === undefined) throw new Error(`schema: no ${ref}`)
  return found
}
