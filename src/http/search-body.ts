/** What the body of a search says: the question, and the page and moment that are asked for (verify/search-wire.ts). */
import { treeSize } from '../brand.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS } from '../ledger/limits.ts'
import type { Moment } from '../ledger/moment.ts'
import type { SearchAsked } from '../ledger/query-search.ts'
import { parseSearchQuestion } from '../verify/search-wire.ts'
import { refuseLonger } from './body-length.ts'
import { PROOFS } from './proof-asked.ts'

/** Two thousand packages, or a kernel with all its versions, several times over. Reading so much takes some 50 ms. */
const MAX_SEARCH_BYTES = 4 * 1024 * 1024

export interface ParsedSearch {
  readonly asked: SearchAsked
  readonly moment: Moment
  /** With the proof that no row was left out. */
  readonly isComplete: boolean
  /** Whether a page was asked for, and not what is on the first. */
  readonly isPage: boolean
}

/** @throws Fault `malformed` (`search-malformed`, …) with the place; `too-large` */
export function parseSearch(bytes: Uint8Array): ParsedSearch {
  refuseLonger(bytes, {
    subject: 'search',
    most: MAX_SEARCH_BYTES,
    hint: 'Ask for fewer packages at once.',
  })
  const body = parseJson(bytes, { subject: 'search', strictNumbers: true, forbidProto: true })
  if (!isObject(body)) throw new Fault('search-malformed', 'search: expected an object')
  const { limit, cursor, at, minSize, proof, ...question } = body
  if (proof !== undefined && !PROOFS.some((one) => one === proof))
    throw refusal('proof', '"complete", "cosigned", or nothing')
  return {
    asked: {
      question: parseSearchQuestion(question),
      limit: numberIn('limit', limit, { least: 1, most: MAX_PAGE_ROWS }) ?? DEFAULT_PAGE_ROWS,
      ...(cursor === undefined ? {} : { cursor: textOf('cursor', cursor) }),
    },
    moment: {
      ...sizeOf('at', at),
      ...sizeOf('minSize', minSize),
      ...(proof === 'cosigned' ? { cosigned: true } : {}),
    },
    isComplete: proof !== undefined,
    isPage: limit !== undefined || cursor !== undefined,
  }
}

function sizeOf(name: 'at' | 'minSize', value: JsonValue | undefined): Moment {
  const size = numberIn(name, value, { least: 0, most: Number.MAX_SAFE_INTEGER })
  return size === undefined ? {} : { [name]: treeSize(size) }
}

function numberIn(
  name: string,
  value: JsonObject[string] | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
    return value
  throw refusal(name, `a whole number from ${least} to ${most}`)
}

function textOf(name: string, value: JsonValue): string {
  if (typeof value === 'string' && value.length <= 4096) return value
  throw refusal(name, 'a text of at most 4096 characters')
}

function refusal(name: string, expected: string): Fault {
  return new Fault('search-malformed', `search: expected ${expected} at /${name}`, { pointer: `/${name}` })
}
