/**
 * Query parameters, strictly (robustness.md 4, Q): each at most once, none unknown, none empty, all decodable.
 *
 * Pairs are read as browsers write them (WHATWG URL, application/x-www-form-urlencoded): "+" is a space.
 * What a value means is the business of the route.
 */
import { editDistance } from '../encoding/edit-distance.ts'
import { Fault } from '../errors.ts'

/** Longer than any purl or range seen; the same as robustness.md 4, Q9. */
export const MAX_VALUE_CHARS = 4096

export type QueryParams<Name extends string> = ReadonlyMap<Name, string>

/**
 * The parameters of a request target, of which the route knows `known`.
 *
 * @throws Fault `malformed` (`parameter-malformed`) for a repeated, unknown, empty or malformed parameter.
 */
export function parseQuery<Name extends string>(target: string, known: readonly Name[]): QueryParams<Name> {
  const values = new Map<Name, string>()
  for (const [name, value] of pairsOf(target)) {
    const found = known.find((candidate) => candidate === name)
    if (found === undefined) throw unknownParameter(name, known)
    if (values.has(found)) throw refusal(found, 'expected once, got it twice')
    checkValue(found, value)
    values.set(found, value)
  }
  return values
}

/** The value of a parameter that the route cannot do without. @throws Fault `malformed` if it is missing. */
export function requiredParam<Name extends string>(
  params: QueryParams<Name>,
  name: Name,
  example: string,
): string {
  const value = params.get(name)
  if (value === undefined) throw refusal(name, 'expected once, got none', `For example: ?${name}=${example}`)
  return value
}

/** For routes without parameters. */
export function refuseQuery(target: string): void {
  parseQuery(target, [])
}

function pairsOf(target: string): (readonly [string, string])[] {
  const at = target.indexOf('?')
  const query = at < 0 ? '' : target.slice(at + 1)
  if (query === '') return []
  return query.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    if (equals < 0) throw refusal(pair, 'expected name=value, got no "="')
    return [decode(pair.slice(0, equals), 'name'), decode(pair.slice(equals + 1), pair.slice(0, equals))]
  })
}

function decode(text: string, subject: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw refusal(subject, `expected %XX escapes of valid UTF-8, got ${text.slice(0, 100)}`, undefined, cause)
  }
}

function checkValue(name: string, value: string): void {
  if (value === '') throw refusal(name, 'expected a value, got nothing', 'Leave the parameter out.')
  if (value.length > MAX_VALUE_CHARS) {
    throw refusal(name, `expected at most ${MAX_VALUE_CHARS} characters, got ${value.length}`)
  }
  if (/[\x00-\x1f\x7f]/.test(value))
    throw refusal(name, `expected no control characters, got ${value.slice(0, 100)}`)
}

function unknownParameter(name: string, known: readonly string[]): Fault {
  return refusal(
    name,
    'expected a parameter of this route, got an unknown one',
    hintFor(name.slice(0, 100), known),
  )
}

function hintFor(name: string, known: readonly string[]): string {
  const [nearest] = known.toSorted((a, b) => editDistance(name, a) - editDistance(name, b))
  if (nearest === undefined) return 'This route takes no parameters.'
  return `Did you mean "${nearest}"? This route takes: ${known.join(', ')}.`
}

function refusal(name: string, text: string, hint?: string, cause?: unknown): Fault {
  const parameter = name.slice(0, 100)
  return new Fault('parameter-malformed', `parameter "${parameter}": ${text}`, {
    ...(hint === undefined ? {} : { hint }),
    facts: { parameter },
    cause,
  })
}
