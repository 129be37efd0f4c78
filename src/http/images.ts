/**
 * `/ledger/v1/images`: which images contain a component, or have a commit, builder, signer, type of statement, base
 * image, licence or hash; what is known of one.
 */
import type { Router } from 'express'
import { imageDigest } from '../brand.ts'
import type { ImageDigest } from '../brand.ts'
import { Fault } from '../errors.ts'
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS } from '../ledger/limits.ts'
import type { ImagesAsked } from '../ledger/query-images.ts'
import type { UnknownScope } from '../verify/search-scope.ts'
import { parseScope } from '../verify/search-wire.ts'
import { STATED_KINDS } from '../verify/found-rows.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import { clientLeft } from './client-left.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { MOMENT, momentOf } from './moment.ts'
import { proofAsked } from './proof-asked.ts'
import { parseQuery, requiredParam } from './query-params.ts'
import type { QueryParams } from './query-params.ts'
import type { Report } from './problem.ts'
import { createRouter } from './routes.ts'
import { rowFormatFor, streamRows, streamWhole, wantsNdjson } from './row-stream.ts'
import type { AskPage } from './row-stream.ts'
import { parseWholeNumber } from './whole-number.ts'

type ImageDoor = Pick<LedgerDoor, 'image' | 'images' | 'found' | 'unknownImages' | 'proofs'>

export function imageRoutes(ledger: ImageDoor, { report }: { readonly report: Report }): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/images')
    .get(async (request, response) => {
      const params = readParams(request.url)
      const ask = askerOf(ledger, params, clientLeft(response))
      const format = rowFormatFor(request)
      response.vary('Accept')
      if (format === undefined) return answerJson(response, 200, await ask(pageOf(params)), 'no-cache')
      const isWhole = wantsNdjson(request) && proofAsked(params) !== undefined
      refusePage(params, isWhole ? [] : ['proof'])
      if (isWhole) return streamWhole(response, await ask({ whole: true }), report)
      await streamRows(response, { format, ask, report })
    })
    .all(allowOnly('GET'))
  routes
    // Before the images: it is no digest.
    .route('/ledger/v1/images/unknown')
    .get(async (request, response) => {
      const params = parseQuery(request.url, [...SCOPE, ...MOMENT, 'limit', 'cursor'])
      const asked = { ...scopeOf(params), ...pageOf(params) }
      await answerJson(response, 200, await ledger.unknownImages(asked, momentOf(params)), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/ledger/v1/images/:digest')
    .get(async (request, response) => {
      const moment = momentOf(parseQuery(request.url, MOMENT))
      const answer = await ledger.image(digestOf(request.params.digest), moment)
      await answerJson(response, 200, answer, 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}

/** @throws Fault `malformed` (`search-malformed`), as in a search */
function scopeOf(params: Pick<QueryParams<(typeof SCOPE)[number]>, 'get'>): UnknownScope {
  const size = (name: 'recorded_after' | 'recorded_before'): number | null => {
    const text = params.get(name)
    return text === undefined ? null : parseWholeNumber(text, `parameter "${name}"`)
  }
  return parseScope({
    repo: params.get('repo') ?? null,
    platform: params.get('platform') ?? null,
    environment: params.get('environment') ?? null,
    deployedAt: params.get('deployed_at') ?? null,
    recordedAfter: size('recorded_after'),
    recordedBefore: size('recorded_before'),
  })
}

const SCOPE = ['repo', 'platform', 'environment', 'deployed_at', 'recorded_after', 'recorded_before'] as const

const KINDS = ['component', ...STATED_KINDS] as const
type Params = QueryParams<
  (typeof KINDS)[number] | (typeof MOMENT)[number] | 'range' | 'limit' | 'cursor' | 'proof'
>

function readParams(target: string): Params {
  return parseQuery(target, [...KINDS, ...MOMENT, 'range', 'limit', 'cursor', 'proof'])
}

/** The question, still to be asked for a page. */
function askerOf(ledger: ImageDoor, params: Params, signal: AbortSignal): AskPage {
  const [kind, another] = KINDS.filter((name) => params.has(name))
  if (kind === undefined || another !== undefined) throw notOne(kind, another)
  const proof = proofAsked(params)
  const moment = { ...momentOf(params), ...proof }
  const door = proof === undefined ? ledger : ledger.proofs
  if (kind === 'component') {
    const component = {
      component: componentOf(requiredParam(params, 'component', 'pkg:npm/lodash')),
      ...rangeOf(params),
    }
    return (page) => door.images({ ...component, ...page }, moment, signal)
  }
  if (params.has('range'))
    throw refusal('range', `expected none beside "${kind}"`, 'Versions are of components.')
  return (page) => door.found({ [kind]: params.get(kind), ...page }, moment, signal)
}

/** @throws Fault `malformed` (`parameter-malformed`) */
export function pageOf(params: Pick<QueryParams<'limit' | 'cursor'>, 'get'>): {
  readonly limit: number
  readonly cursor?: string
} {
  const limit = params.get('limit') ?? String(DEFAULT_PAGE_ROWS)
  const cursor = params.get('cursor')
  return {
    limit: parseWholeNumber(limit, 'parameter "limit"', { least: 1, most: MAX_PAGE_ROWS }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

function refusePage(params: Params, others: readonly 'proof'[]): void {
  for (const name of ['limit', 'cursor', ...others] as const) {
    if (params.has(name))
      throw refusal(name, 'expected none: NDJSON and CSV hold rows, all of them', 'Ask for application/json.')
  }
}

/** @throws Fault `malformed` (`parameter-malformed`) */
export function componentOf(component: string): string {
  // A purl has no spaces. One was "+", as in 1.0+dfsg: looked up like this, it would be found nowhere and look clean.
  if (component.includes(' ')) {
    throw refusal(
      'component',
      `expected a purl, got ${component.slice(0, 100)}`,
      'Write "+" as %2B: in a query "+" is a space.',
    )
  }
  return component
}

function rangeOf(params: Params): Pick<ImagesAsked, 'range'> {
  const range = params.get('range')
  return range === undefined ? {} : { range }
}

function notOne(kind: string | undefined, another: string | undefined): Fault {
  const got = kind === undefined ? 'none' : `${kind} and ${another}`
  return refusal(
    another ?? 'component',
    `expected one of ${KINDS.join(', ')}, got ${got}`,
    'For example: ?component=pkg:npm/lodash',
  )
}

function refusal(parameter: string, text: string, hint: string): Fault {
  return new Fault('parameter-malformed', `parameter "${parameter}": ${text}`, { hint, facts: { parameter } })
}

function digestOf(text: string): ImageDigest {
  // Nobody sent a bad digest; README 2.7: an image is a SHA-256 subject.
  if (/^sha(384:[0-9a-f]{96}|512:[0-9a-f]{128})$/.test(text)) {
    throw new Fault('unsupported', `image digest: expected sha256, got ${text.slice(0, 6)}`, {
      hint: "Ask by the image's SHA-256 digest.",
    })
  }
  return imageDigest(text)
}
