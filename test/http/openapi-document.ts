/** schema/openapi.yaml as data, and a check of values against its schemas: as much of JSON Schema as it uses. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Members = { readonly [name: string]: Json }

const text = readFileSync(new URL('../../schema/openapi.yaml', import.meta.url), 'utf8')
export const openApi = expectMembers(parse(text) as Json)

export function expectMembers(value: Json | undefined): Members {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error(`expected an object, got ${JSON.stringify(value)?.slice(0, 100)}`)
  }
  return value
}

/** What a JSON pointer with "#" in front names. */
export function resolve(reference: string): Members {
  const names = reference.replace(/^#\//, '').split('/')
  return names.reduce<Members>((at, name) => expectMembers(at[name.replaceAll('~1', '/')]), openApi)
}

const keywords = `
  $ref type enum const oneOf pattern minimum maximum maxLength minItems maxItems
  items properties required additionalProperties propertyNames
  description default examples`
const known = new Set(keywords.trim().split(/\s+/))

/**
 * Where a value differs from a schema; empty if nowhere. Stricter than JSON Schema in two ways: a member that the
 * schema does not list is a difference, and so is a keyword that this check does not know.
 */
export function differences(schema: Members, value: Json, at = ''): string[] {
  const unknown = Object.keys(schema).filter((name) => !known.has(name))
  if (unknown.length > 0) return [`${at}: the schema says ${unknown.join()}, which is not checked here`]
  if (typeof schema['$ref'] === 'string') return differences(resolve(schema['$ref']), value, at)
  if (Array.isArray(schema['oneOf'])) {
    const branches = schema['oneOf'].map((branch) => differences(expectMembers(branch), value, at))
    return branches.filter((found) => found.length === 0).length === 1 ? [] : branches.flat().slice(0, 1)
  }
  return scalarDifferences(schema, value, at).concat(partDifferences(schema, value, at))
}

function scalarDifferences(schema: Members, value: Json, at: string): string[] {
  const found: string[] = []
  const expect = (holds: boolean, what: string) => {
    if (!holds) found.push(`${at}: expected ${what}, got ${JSON.stringify(value).slice(0, 100)}`)
  }
  const { type, pattern, minimum, maximum } = schema
  if (typeof type === 'string')
    expect(typeOf(value) === type || (type === 'number' && typeOf(value) === 'integer'), type)
  if (Array.isArray(type)) expect(type.includes(typeOf(value)) || type.includes(typeof value), type.join())
  if (Array.isArray(schema['enum'])) expect(schema['enum'].includes(value), schema['enum'].join())
  if (schema['const'] !== undefined) expect(schema['const'] === value, String(schema['const']))
  if (typeof pattern === 'string' && typeof value === 'string')
    expect(new RegExp(pattern, 'u').test(value), pattern)
  if (typeof value === 'number')
    expect(value >= Number(minimum ?? -Infinity) && value <= Number(maximum ?? Infinity), 'a number in range')
  return found
}

function partDifferences(schema: Members, value: Json, at: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => differences(expectMembers(schema['items']), item, `${at}/${i}`))
  }
  if (typeof value !== 'object' || value === null) return []
  const properties = expectMembers(schema['properties'] ?? {})
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : []
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${at}/${name}: missing`)
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const described = properties[name] ?? schema['additionalProperties']
    if (described === undefined) return [`${at}/${name}: not in the schema`]
    if (described === true) return []
    return differences(expectMembers(described), member, `${at}/${name}`)
  })
  const names = schema['propertyNames'] === undefined ? [] : Object.keys(value)
  return [
    ...missing,
    ...wrong,
    ...names.flatMap((name) => differences(expectMembers(schema['propertyNames']), name, `${at} name`)),
  ]
}

function typeOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
