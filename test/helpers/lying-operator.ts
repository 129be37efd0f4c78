/**
 * A ledger behind `fetch` whose operator has the log's key and publishes whatever a test says: any map at any size, of any checkpoint.
 * Auditors find no more here than what they ask for; less than 256 entries, so one tile.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { LogIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import type { PinStore } from '../../src/client/pins.ts'
import { formatByteList } from '../../src/encoding/byte-list.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'
import { problemOf } from '../../src/http/problem.ts'
import { formatPublishedRoot, type MapName } from '../../src/map/output-log.ts'
import { formatEntryBundle } from '../../src/tlog/entry-bundle.ts'
import { parseTilePath } from '../../src/tlog/tile.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import type { LogTrust } from '../../src/verify/evidence.ts'
import { parseText } from './json-edit.ts'
import { URL_OF_LEDGER } from './ledger-fetch.ts'
import {
  asOfAt,
  lastRootProof,
  noteAt,
  outputNote,
  provenEntry,
  proveKeys,
  type MapAt,
  type World,
} from './map-world.ts'
import { referenceTree, type ReferenceTree } from './reference-tree.ts'

/** One entry of an output log. */
export interface ToldRoot {
  readonly at: MapAt
  /** Which checkpoint it names. @default the log's own of that size */
  readonly note?: string
}

export interface Operator {
  /** The log. */
  readonly world: World
  /** What manifests are served of. @default the log */
  readonly manifests?: World
  readonly roots: Readonly<Record<MapName, readonly ToldRoot[]>>
}

export function clientOfOperator(operator: Operator, trust: LogTrust & { readonly pins?: PinStore }): Client {
  return new Client({ url: URL_OF_LEDGER, ...trust, fetch: operatorFetch(operator) })
}

/** The same over HTTP, for the program. */
export interface ServedOperator extends AsyncDisposable {
  readonly url: string
  /** From now on. */
  operator: Operator
  /** Waited for before the answer to a path. */
  delay: (path: string) => Promise<void> | undefined | void
}

export async function serveOperator(operator: Operator): Promise<ServedOperator> {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const path = (request.url ?? '/').slice(1)
      await served.delay(path)
      const body = new Uint8Array(await buffer(request))
      const told = await operatorFetch(served.operator)(`${URL_OF_LEDGER}/${path}`, { body })
      response.writeHead(told.status, Object.fromEntries(told.headers))
      response.end(new Uint8Array(await told.arrayBuffer()))
    }
    pass().catch((cause: unknown) => response.destroy(cause as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const served: ServedOperator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    operator,
    delay: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return served
}

function operatorFetch(operator: Operator): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    try {
      const body = init?.body instanceof Uint8Array ? init.body : new Uint8Array()
      return answer(operator, url.href.slice(URL_OF_LEDGER.length + 1), url.searchParams, body)
    } catch (cause) {
      const { status, headers, body } = problemOf(cause, 'test')
      return new Response(body, { status, headers })
    }
  }
}

function answer(operator: Operator, path: string, params: URLSearchParams, body: Uint8Array): Response {
  const { world, manifests = world } = operator
  const size = world.entries.length
  const [where = ''] = path.split('?')
  const range = world.entries.slice(Number(params.get('from') ?? 0), Number(params.get('to') ?? size))
  const [, , resource, name] = where.split('/')
  if (where === 'checkpoint') return new Response(noteAt(world, size), { headers: TEXT })
  if (where.startsWith('tile/'))
    return tile(
      world.entries.map(({ leaf }) => leaf),
      where,
    )
  if (where.startsWith('index/')) return answerMap(operator, where, body)
  if (resource === 'pae') return bytes(formatByteList(range.map(({ signed }) => signed)))
  if (resource === 'manifests')
    return bytes(
      formatByteList(range.map(({ entry }) => manifestBytes(manifests.entries[entry.index]?.lines))),
    )
  if (resource === 'entries') return entryAnswer(world, Number(name) as LogIndex)
  if (resource === 'attestations')
    return bytes(world.entries.find(({ entry }) => entry.attestation === name)?.signed ?? missing(where))
  if (resource === 'proofs')
    return json(consistency(world, Number(params.get('from')), Number(params.get('to') ?? size)))
  return missing(where)
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

function json(value: object): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } })
}

function bytes(body: Uint8Array): Response {
  return new Response(new Uint8Array(body), { headers: { 'content-type': 'application/octet-stream' } })
}

function missing(where: string): never {
  throw new Fault('not-recorded', `nothing at ${where}`)
}

function manifestBytes(lines: readonly Uint8Array[] = []): Uint8Array {
  return concatBytes(...lines.flatMap((line) => [line, utf8('\n')]))
}

function tile(leaves: readonly Uint8Array[], path: string): Response {
  const { kind, level, index, width } = parseTilePath(path)
  if (level !== 0 || index !== 0 || width > leaves.length) return missing(path)
  const some = leaves.slice(0, width)
  return bytes(kind === 'entries' ? formatEntryBundle(some) : concatBytes(...some.map(leafHash)))
}

function entryAnswer(world: World, index: LogIndex): Response {
  const [entry, size] = [world.entries[index], world.entries.length]
  if (entry === undefined) return missing(`entry ${index}`)
  const entries = { [String(index)]: provenEntry(world, entry, size) }
  return json({ entry: index, entries, asOf: asOfAt(world, size, size) })
}

function consistency(world: World, from: number, to: number): object {
  const { tree, entries } = world
  return {
    from,
    to,
    fromRoot: formatBase64(tree.root(0, from)),
    toRoot: formatBase64(tree.root(0, to)),
    proof: tree.proof(from, to).map(formatBase64),
    asOf: asOfAt(world, entries.length, entries.length),
  }
}

function answerMap({ world, roots }: Operator, where: string, body: Uint8Array): Response {
  const map = where.startsWith('index/status/') ? 'status' : 'components'
  const rest = where.slice(`index/${map}/`.length)
  const texts = roots[map].map(({ at, note = noteAt(world, at.size) }) =>
    formatPublishedRoot({ root: at.version.root, checkpoint: note }),
  )
  if (rest === 'checkpoint')
    return new Response(outputNote(map, texts.length, treeOf(texts).root(0, texts.length)), { headers: TEXT })
  if (rest.startsWith('tile/')) return tile(texts.map(utf8), rest)
  const [last, size] = [roots[map].at(-1), world.entries.length]
  if (last === undefined || rest !== 'lookup') return missing(where)
  const { keys } = parseText(body) as { readonly keys: readonly string[] }
  const proof = lastRootProof(world, map, texts, { last: last.at.size, known: size })
  const shown = proveKeys(last.at, { keys: keys.map((key) => parseBase64(key)) })
  return json({ map: proof, ...shown, asOf: asOfAt(world, size, last.at.size) })
}

function treeOf(texts: readonly string[]): ReferenceTree {
  return referenceTree(texts.map((text) => leafHash(utf8(text))))
}
