/**
 * An answer that has all its rows and the proof that these are all, as newline-delimited JSON (http/ndjson.ts): put
 * together to the value that one page in JSON would be. Nothing in it is believed here; a stream that was cut, or that
 * mixes two answers, is refused.
 */
import { byteLines } from '../encoding/byte-lines.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { asBadProof } from '../verify/bad-proof.ts'

interface MapRecords {
  root?: JsonObject
  readonly prefixes: JsonObject[]
  readonly keys: JsonObject[]
  readonly absent: JsonObject[]
}

interface Gathered {
  answer?: JsonObject
  asOf?: JsonObject
  readonly maps: Map<string, MapRecords>
  readonly manifests: Map<string, JsonValue>
  readonly entries: Map<string, JsonObject>
  readonly items: JsonObject[]
  count?: JsonValue
}

/** @throws Fault `bad-proof` (`answer-malformed`) */
export function readRecords(bytes: Uint8Array): JsonValue {
  const gathered: Gathered = { maps: new Map(), manifests: new Map(), entries: new Map(), items: [] }
  for (const line of byteLines(bytes, cut)) {
    const value = asBadProof('answer-malformed', 'answer', () => parseJson(line))
    if (!isObject(value)) throw malformed('a record in each line', 'another value')
    if (gathered.count !== undefined) throw malformed('nothing behind its end', 'another record')
    take(gathered, value)
  }
  return joined(gathered)
}

function cut(): Fault {
  return malformed('a line feed behind each record', 'none: it was cut')
}

function take(into: Gathered, { kind, ...record }: JsonObject): void {
  const name = nameOf(kind)
  switch (name) {
    case 'Answer':
      if (into.answer !== undefined) throw twice('answer')
      into.answer = record
      return
    case 'AsOf':
      if (into.asOf !== undefined) throw twice('checkpoint')
      into.asOf = record
      return
    case 'Root':
    case 'Prefix':
    case 'Key':
    case 'Absent':
      return takeProof(into.maps, name, record)
    case 'Manifest':
      return put(into.manifests, record['entry'], record['parts'] ?? null)
    case 'Entry': {
      const { index, ...entry } = record
      return put(into.entries, index, entry)
    }
    case 'Row':
      into.items.push(record)
      return
    case 'End':
      into.count = record['count'] ?? null
      return
    default:
      throw malformed('a kind of record that is known', name)
  }
}

function takeProof(
  maps: Map<string, MapRecords>,
  kind: 'Root' | 'Prefix' | 'Key' | 'Absent',
  { map, ...record }: JsonObject,
): void {
  const name = nameOf(map)
  const known = maps.get(name) ?? { prefixes: [], keys: [], absent: [] }
  maps.set(name, known)
  if (kind === 'Root') {
    if (known.root !== undefined) throw twice('root of a map')
    known.root = record
  } else {
    known[({ Prefix: 'prefixes', Key: 'keys', Absent: 'absent' } as const)[kind]].push(record)
  }
}

function put<T>(into: Map<string, T>, index: JsonValue | undefined, value: T): void {
  const name = nameOf(index)
  if (into.has(name)) throw malformed('each entry once', `entry ${name} twice`)
  into.set(name, value)
}

function joined({ answer, asOf, maps, manifests, entries, items, count }: Gathered): JsonValue {
  if (answer === undefined || asOf === undefined) throw malformed('an answer as of a checkpoint', 'none')
  if (count !== items.length)
    throw malformed(
      `an end that counts its ${items.length} rows`,
      count === undefined ? 'none: it was cut' : 'another',
    )
  const complete = [...maps].map(
    ([map, { root, ...proofs }]) => [map, { map: root ?? null, ...proofs }] as const,
  )
  return {
    ...answer,
    asOf,
    items,
    entries: Object.fromEntries(entries),
    complete: { ...Object.fromEntries(complete), manifests: Object.fromEntries(manifests) },
  }
}

/** Whatever is no text or number names nothing that is looked for. */
function nameOf(value: JsonValue | undefined): string {
  return JSON.stringify(value ?? null)
    .replaceAll('"', '')
    .slice(0, 100)
}

function twice(what: string): Fault {
  return malformed(`one ${what}`, 'two')
}

function malformed(expected: string, got: string): Fault {
  return new Fault('answer-malformed', `answer: expected ${expected}, got ${got}`)
}
