/**
 * A ledger behind `fetch`, without a network: the routes of contracts.md 7 for tests of the client. `change` sees
 * every body before it is answered, so a test can lie; `Response` and problems are the real ones.
 */
import { formatByteList } from '../../src/encoding/byte-list.ts'
import { attestationId, imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import type { OutputDoor } from '../../src/ledger/published-maps.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'
import { parseLookup } from '../../src/http/lookup-body.ts'
import { wholeRecords, type WholeAnswer } from '../../src/http/ndjson.ts'
import { problemOf } from '../../src/http/problem.ts'
import { parseSearch } from '../../src/http/search-body.ts'
import { NAME_MATCHES } from '../../src/verify/names-answer.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Moment } from '../../src/ledger/moment.ts'
import type { FoundQuery } from '../../src/ledger/query-found.ts'
import type { UnknownAsked } from '../../src/ledger/query-unknown.ts'
import { keptEntryJson, statusMapJson } from '../../src/verify/status-map.ts'
import { parseTilePath } from '../../src/tlog/tile.ts'
import { jsonBytes, parseText } from './json-edit.ts'

export const URL_OF_LEDGER = 'https://ledger.test/base'

export type Change = (path: string, body: Uint8Array) => Uint8Array

interface Answered {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
}

export function ledgerFetch(ledger: Ledger, change: Change = (_path, body) => body): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!url.href.startsWith(`${URL_OF_LEDGER}/`)) throw new Error(`fetch: no such host ${url.href}`)
    const path = url.href.slice(URL_OF_LEDGER.length + 1)
    try {
      const { status, type, body } = await route(ledger, path, init)
      return new Response(new Uint8Array(change(path, body)), { status, headers: { 'content-type': type } })
    } catch (cause) {
      const { status, headers, body } = problemOf(cause, 'test')
      return new Response(body, { status, headers })
    }
  }
}

/** Changes what answers to paths that begin so, as JSON. */
export function changeJson(prefix: string, edit: (answer: JsonValue) => JsonValue): Change {
  return (path, body) => (path.startsWith(prefix) ? jsonBytes(edit(parseText(body))) : body)
}

async function route(ledger: Ledger, path: string, init: RequestInit | undefined): Promise<Answered> {
  const [where = '', query] = path.split('?')
  const params = new URLSearchParams(query)
  if (where === 'checkpoint')
    return { status: 200, type: 'text/plain; charset=utf-8', body: utf8(ledger.checkpoint()) }
  if (where.startsWith('tile/')) return bytes(await tileOf(ledger, where))
  if (where.startsWith('index/')) return routeMap(ledger, where, init)
  const [, , resource = '', id, part] = where.split('/')
  if (resource === 'attestations' && init?.method === 'POST') return submit(ledger, init.body)
  if (resource === 'attestations' && part === 'pae') return bytes(await ledger.pae(attestationId(id ?? '')))
  if (resource === 'attestations') return json(await ledger.attestation(attestationId(id ?? '')))
  if (resource === 'entries') return json(await ledger.entry(logIndex(Number(id))))
  const moment = momentIn(params)
  if (resource === 'images' && id === 'unknown')
    return json(await ledger.unknownImages(unknownQuery(params), moment))
  if (resource === 'images' && id !== undefined) return json(await ledger.image(imageDigest(id), moment))
  const door = params.has('proof') ? ledger.proofs : ledger
  const isWhole = new Headers(init?.headers).get('accept') === 'application/x-ndjson'
  if (isWhole) return records(await askWhole(ledger, params, moment, init?.body))
  if (resource === 'images' && params.has('component'))
    return json(await door.images(imagesQuery(params), moment))
  if (resource === 'images') return json(await door.found(foundQuery(params), moment))
  if (resource === 'deployments') return json(await ledger.deployments(foundQuery(params), moment))
  if (resource === 'names') return json(await ledger.names(namesQuery(params), moment))
  if (resource === 'packages') return json(await ledger.packages(imagesQuery(params), moment))
  if (resource === 'revocations') return json(await door.revocations(params.get('target') ?? '', moment))
  if (resource === 'events') return json(await ledger.records.events(eventsPage(params)))
  if (resource === 'search') return search(ledger, init?.body)
  if (resource === 'proofs') return json(await consistency(ledger, params))
  if (resource === 'pae' || resource === 'manifests') {
    const [from, to] = [Number(params.get('from')), Number(params.get('to'))]
    const read = resource === 'pae' ? ledger.records.signed : ledger.records.manifests
    return bytes(formatByteList((await read(logIndex(from), treeSize(to))).list))
  }
  if (resource === 'status') return json(await ledger.status())
  throw new Fault('no-such-route', `route: nothing at ${path}`)
}

/** `/index/components/…` and `/index/status/…`. */
async function routeMap(ledger: Ledger, where: string, init: RequestInit | undefined): Promise<Answered> {
  const map = where.startsWith('index/status/') ? 'status' : 'components'
  const rest = where.slice(`index/${map}/`.length)
  const door = ledger.maps.outputDoor(map, 'v1')
  if (rest === 'checkpoint')
    return { status: 200, type: 'text/plain; charset=utf-8', body: utf8(await door.checkpoint()) }
  if (rest === 'map') return json(statusMapJson(await ledger.proofs.statusMap()))
  if (rest === 'entries') return json(await entryList(ledger, init?.body))
  if (rest === 'cosignatures') return cosign(door, init?.body)
  if (rest !== 'lookup') return bytes(await tileOf(door, rest))
  if (!(init?.body instanceof Uint8Array)) throw new Error('fetch: expected bytes')
  const { asked, moment } = parseLookup(init.body)
  return json(await ledger.proofs.lookUp(map, asked, moment))
}

async function entryList(ledger: Ledger, body: RequestInit['body']): Promise<object> {
  if (!(body instanceof Uint8Array)) throw new Error('fetch: expected bytes')
  const { entries } = JSON.parse(new TextDecoder().decode(body)) as { entries: readonly number[] }
  return { entries: (await ledger.records.entryList(entries.map(logIndex))).map(keptEntryJson) }
}

async function cosign(door: OutputDoor, body: RequestInit['body']): Promise<Answered> {
  if (!(body instanceof Uint8Array)) throw new Error('fetch: expected bytes')
  const { checkpoint } = JSON.parse(new TextDecoder().decode(body)) as { checkpoint: string }
  await door.cosign(checkpoint)
  return json({ checkpoint: await door.checkpoint() })
}

async function submit(ledger: Ledger, body: RequestInit['body']): Promise<Answered> {
  if (!(body instanceof Uint8Array)) throw new Error('fetch: expected bytes')
  const { created, answer } = await ledger.submit(body)
  return { ...json(answer), status: created ? 201 : 200 }
}

async function search(ledger: Ledger, body: RequestInit['body']): Promise<Answered> {
  if (!(body instanceof Uint8Array)) throw new Error('fetch: expected bytes')
  const { asked, moment, isComplete } = parseSearch(body)
  return json(await (isComplete ? ledger.proofs : ledger).search(asked, moment))
}

function askWhole(
  { proofs }: Ledger,
  params: URLSearchParams,
  moment: Moment,
  body: RequestInit['body'],
): Promise<WholeAnswer> {
  if (body instanceof Uint8Array) return proofs.search({ ...parseSearch(body).asked, whole: true }, moment)
  if (!params.has('component')) return proofs.found({ ...foundQuery(params), whole: true }, moment)
  return proofs.images({ ...imagesQuery(params), whole: true }, moment)
}

function records(answer: WholeAnswer): Answered {
  return { status: 200, type: 'application/x-ndjson', body: utf8([...wholeRecords(answer)].join('')) }
}

function consistency(ledger: Ledger, params: URLSearchParams): ReturnType<Ledger['records']['consistency']> {
  const [from, to] = [params.get('from'), params.get('to')]
  return ledger.records.consistency(treeSize(Number(from)), to === null ? undefined : treeSize(Number(to)))
}

function imagesQuery(params: URLSearchParams): Parameters<Ledger['images']>[0] {
  const limit = params.get('limit')
  const [range, cursor] = [params.get('range'), params.get('cursor')]
  return {
    component: params.get('component') ?? '',
    ...(range === null ? {} : { range }),
    ...(cursor === null ? {} : { cursor }),
    ...(limit === null ? {} : { limit: Number(limit) }),
  }
}

function namesQuery(params: URLSearchParams): Parameters<Ledger['names']>[0] {
  const type = params.get('type')
  const { limit, cursor } = imagesQuery(params)
  return {
    name: params.get('name') ?? '',
    match: NAME_MATCHES.find((one) => one === params.get('match')) ?? 'exact',
    ...(type === null ? {} : { type }),
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

function eventsPage(params: URLSearchParams): Parameters<Ledger['records']['events']>[0] {
  const after = params.get('after')
  const limit = Number(params.get('limit') ?? 100)
  return { limit, ...(after === null ? {} : { after: logIndex(Number(after)) }) }
}

async function tileOf(ledger: Pick<Ledger, 'tile' | 'entryBundle'>, path: string): Promise<Uint8Array> {
  const { kind, ...place } = parseTilePath(path)
  const found = kind === 'entries' ? await ledger.entryBundle(place) : await ledger.tile(place)
  if (found === undefined) throw new Fault('not-found', `tile: no ${path}`)
  return found
}

function json(answer: object): Answered {
  return { status: 200, type: 'application/json; charset=utf-8', body: utf8(JSON.stringify(answer)) }
}

function bytes(body: Uint8Array): Answered {
  return { status: 200, type: 'application/octet-stream', body }
}

function momentIn(params: URLSearchParams): Moment {
  const [at, minSize] = [params.get('at'), params.get('min_size')]
  return {
    ...(at === null ? {} : { at: treeSize(Number(at)) }),
    ...(minSize === null ? {} : { minSize: treeSize(Number(minSize)) }),
  }
}

function unknownQuery(params: URLSearchParams): UnknownAsked {
  const { limit, cursor, at: _at, min_size: _minSize, ...asked } = Object.fromEntries(params)
  const { deployed_at: deployedAt, recorded_after: after, recorded_before: before, ...scope } = asked
  return {
    ...scope,
    ...(deployedAt === undefined ? {} : { deployedAt }),
    ...(after === undefined ? {} : { recordedAfter: treeSize(Number(after)) }),
    ...(before === undefined ? {} : { recordedBefore: treeSize(Number(before)) }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  }
}

function foundQuery(params: URLSearchParams): FoundQuery {
  const { limit, at: _at, min_size: _minSize, proof: _proof, ...asked } = Object.fromEntries(params)
  return { ...asked, ...(limit === undefined ? {} : { limit: Number(limit) }) }
}
