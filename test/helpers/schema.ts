/** JSON Schemas of schema/, read as data: no validator is a dependency, so tests compare what they say with the parsers. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** As much of a JSON Schema as tests look at. */
export interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly pattern?: string
  readonly if?: Schema
  readonly then?: Schema
  readonly allOf?: readonly Schema[]
  readonly $defs?: Readonly<Record<string, Schema>>
}

export function readSchema(name: string): Schema {
  const path = join(resolve(import.meta.dirname, '../../schema'), `${name}.schema.json`)
  return JSON.parse(readFileSync(path, 'utf8')) as Schema
}

/** A schema inside another, by the names of properties and definitions. */
export function within(schema: Schema, ...names: readonly string[]): Schema {
  let at = schema
  for (const name of names) {
    const next = at.properties?.[name] ?? at.$defs?.[name]
    if (next === undefined) throw new Error(`schema: no ${name}`)
    at = next
  }
  return at
}

/** What an object schema allows, sorted; throws if it allows more. */
export function memberNames(schema: Schema): string[] {
  if (schema.additionalProperties !== false) throw new Error('schema: allows other members')
  return Object.keys(schema.properties ?? {}).sort()
}
