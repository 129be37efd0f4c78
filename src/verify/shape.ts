/**
 * Shapes: from JSON of outside to typed values, member by member.
 *
 * An answer is read before it is checked, so every member is looked at once here and nothing is assumed
 * afterwards. In an answer from a server, members that we do not know are left alone (the interface grows);
 * in evidence they are refused, since nobody could say what they claim (`strict`).
 *
 * The JSON itself is the business of encoding/strict-json.ts; which members an answer has, of
 * verify/read-answer.ts and client/read-answer.ts.
 */
import { logIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { Reason } from '../errors.ts'
import type { JsonObject, JsonValue } from '../encoding/strict-json.ts'
import { isObject } from '../encoding/strict-json.ts'

/** Where in a document we are, and how to treat it. */
export interface Place {
  /** JSON pointer; empty for the whole document. */
  readonly pointer: string
  /** Whether unknown members are refused. */
  readonly strict: boolean
  readonly reason: Extract<Reason, 'answer-malformed' | 'evidence-malformed'>
}

/** Reads a value of one type. @throws Fault `bad-proof` with the place's reason */
export type Shape<T> = (value: JsonValue, place: Place) => T

/** The members of one object. Each is read by name; `end` says that these were all. */
export interface Members {
  required<T>(name: string, shape: Shape<T>): T
  optional<T>(name: string, shape: Shape<T>): T | undefined
  /** In a strict place: refuses members that were not read. */
  end(): void
}

/** How much of somebody's text a message repeats. */
const SHOWN = 60

function show(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, SHOWN) : value)
}

/** The fault for a value that is not what it should be. */
export function misshapen(place: Place, expected: string, got: JsonValue | undefined): Fault {
  const subject = place.reason === 'evidence-malformed' ? 'evidence' : 'answer'
  const found = got === undefined ? 'nothing' : show(got)
  const where = place.pointer === '' ? '' : ` at ${place.pointer.slice(0, 100)}`
  return new Fault(place.reason, `${subject}${where}: expected ${expected}, got ${found}`, {
    pointer: place.pointer,
  })
}

function inside(place: Place, name: string | number): Place {
  const token = String(name).replaceAll('~', '~0').replaceAll('/', '~1')
  return { ...place, pointer: `${place.pointer}/${token}` }
}

function expectObject(value: JsonValue, place: Place): JsonObject {
  if (!isObject(value)) throw misshapen(place, 'an object', value)
  return value
}

export function membersOf(value: JsonValue, place: Place): Members {
  const object = expectObject(value, place)
  const read = new Set<string>()
  const optional = <T>(name: string, shape: Shape<T>): T | undefined => {
    read.add(name)
    const member = Object.hasOwn(object, name) ? object[name] : undefined
    return member === undefined ? undefined : shape(member, inside(place, name))
  }
  return {
    optional,
    required: (name, shape) => {
      const member = optional(name, (found, where) => ({ read: shape(found, where) }))
      if (member === undefined) throw misshapen(inside(place, name), 'a value', undefined)
      return member.read
    },
    end: () => {
      const unknown = place.strict ? Object.keys(object).find((name) => !read.has(name)) : undefined
      if (unknown !== undefined) throw misshapen(inside(place, unknown), 'no such member', object[unknown])
    },
  }
}

type OptionalName<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? Name : never }[keyof T]

/** A shape for each member that an object has to have, and for each that it may leave out. */
type ShapesOf<T> = { readonly [Name in Exclude<keyof T, OptionalName<T>>]: Shape<T[Name]> }
type OptionalShapesOf<T> = { readonly [Name in OptionalName<T>]-?: Shape<Exclude<T[Name], undefined>> }

/**
 * An object with these members. They are read in the order given, the required ones first.
 *
 * @example const place = objectOf<{ x: number; label?: string }>({ x: count }, { label: text })
 */
export function objectOf<T extends object>(
  required: ShapesOf<T>,
  ...[optional]: OptionalName<T> extends never ? [] : [OptionalShapesOf<T>]
): Shape<T> {
  const must = Object.entries<Shape<unknown>>(required)
  const may = Object.entries<Shape<unknown>>(optional ?? {})
  return (value, place) => {
    const members = membersOf(value, place)
    const read = must.map(([name, shape]) => [name, members.required(name, shape)] as const)
    const found = may.flatMap(([name, shape]) => {
      const member = members.optional(name, shape)
      return member === undefined ? [] : [[name, member] as const]
    })
    members.end()
    // The types of the arguments say that these are the members of T.
    return Object.fromEntries([...read, ...found]) as T
  }
}

export const text: Shape<string> = (value, place) => {
  if (typeof value !== 'string') throw misshapen(place, 'text', value)
  return value
}

export const flag: Shape<boolean> = (value, place) => {
  if (typeof value !== 'boolean') throw misshapen(place, 'true or false', value)
  return value
}

/** A whole number from 0 to 2^53 − 1. */
export const count: Shape<number> = (value, place) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw misshapen(place, 'a whole number from 0 to 2^53 - 1', value)
  }
  return value
}

/** A number or text that `parse` turns into something better, e.g. `counted(logIndex)`. */
export function counted<T>(parse: (value: number) => T): Shape<T> {
  return (value, place) => parse(count(value, place))
}

/** Text in a form that `parse` checks; its refusal becomes ours, with the place. */
export function parsed<T>(parse: (value: string) => T, expected: string): Shape<T> {
  return (value, place) => {
    const found = text(value, place)
    try {
      return parse(found)
    } catch (cause) {
      if (cause instanceof Fault) throw misshapen(place, expected, value)
      throw cause
    }
  }
}

export const anIndex = counted(logIndex)

/** A log index as the name of a member: decimal without sign or leading zeros, so that no index has two names. */
export const anIndexName = parsed((name) => {
  logIndex(/^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : Number.NaN)
  return name
}, 'a log index in decimal')

export function oneOf<const Words extends readonly string[]>(...words: Words): Shape<Words[number]> {
  return (value, place) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw misshapen(place, `one of ${words.join(', ')}`, value)
    return word
  }
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, place) => (value === null ? null : shape(value, place))
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw misshapen(place, 'a list', value)
    return value.map((item: JsonValue, i: number) => shape(item, inside(place, i)))
  }
}

/** An object whose member names are data: `name` reads each name, `shape` each value. */
export function tableOf<T>(name: Shape<string>, shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, place) => {
    const rows = Object.entries(expectObject(value, place)).map(([key, member]): [string, T] => {
      const where = inside(place, key)
      return [name(key, where), shape(member, where)]
    })
    // fromEntries defines own properties, so a name like `__proto__` stays data.
    return Object.fromEntries(rows)
  }
}
