/**
 * The HTTP door (contracts.md 7): one router per resource around a ledger.
 *
 * Every answer, from the first byte of a request to an unknown route, is ours: Express's own pages are HTML and
 * may show a stack. What a problem looks like is in problem.ts, limits on connections in serve.ts.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express from 'express'
import type { ErrorRequestHandler, RequestHandler, Router } from 'express'
import helmet from 'helmet'
import { Fault } from '../errors.ts'
import { allowAnyOrigin } from './allow-only.ts'
import { attestationRoutes } from './attestations.ts'
import { batchRoutes } from './batch.ts'
import { deploymentRoutes } from './deployments.ts'
import { entryRoutes } from './entries.ts'
import { frontPage } from './front-page.ts'
import { healthRoutes } from './health.ts'
import { imageRoutes } from './images.ts'
import type { LedgerDoor } from './ledger-door.ts'
import { logRoutes } from './log-routes.ts'
import { mapRoutes } from './maps.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { nameRoutes } from './names.ts'
import { packageRoutes } from './packages.ts'
import { answerProblem } from './problem.ts'
import type { Report } from './problem.ts'
import { BODY_LIMITS, createBodyReader } from './request-body.ts'
import type { BodyLimits, ReadBody } from './request-body.ts'
import { requestTarget } from './request-target.ts'
import { revocationRoutes } from './revocations.ts'
import { statusMapRoutes } from './status-map.ts'
import { createRateLimits, type RateLimitMode } from './rate-limit.ts'
import { searchRoutes } from './search.ts'
import { requireToken } from './submit-tokens.ts'
import { createSubmitLane } from './submit-lane.ts'
import { submitAndCheck, type SchemaCheck } from './schema-check.ts'
import { statusRoutes } from './status.ts'
import { tileRoutes } from './tiles.ts'

export interface AppOptions {
  /** Told of every failure of ours, with the request id that the caller was given. */
  readonly report: Report
  /** Names a request that brought no usable `X-Request-Id`. @default random UUIDs */
  readonly newRequestId?: () => string
  /** @default BODY_LIMITS */
  readonly body?: BodyLimits
  /** Tells submitters what the CycloneDX schema finds. @default nobody does */
  readonly schema?: Pick<SchemaCheck, 'check'>
  /** Only who sends one of them may submit. @default anybody */
  readonly submitTokens?: readonly string[]
  /** Whether submissions are limited by address. @default `auto`: while admission is open */
  readonly rateLimit?: RateLimitMode
  /** How many proxies stand before the server, whose `X-Forwarded-For` says the address. @default 0: the header is not read */
  readonly trustedProxies?: number
}

/** A listener for `startServer`, or for any `node:http` server. */
export function createApp(ledger: LedgerDoor, options: AppOptions): RequestListener {
  const metrics = createMetrics()
  const readBody = createBodyReader(options.body ?? BODY_LIMITS)
  const app = createExpress(ledger, { ...options, metrics, readBody })
  const { newRequestId = randomUUID, report } = options
  const fail = (request: IncomingMessage, response: ServerResponse, error: unknown): void =>
    answerProblem(request, response, error, { requestId: requestIdOf(response), report })
  const lane = createSubmitLane(
    submitAndCheck(ledger, options.schema),
    readBody,
    () => options.submitTokens !== undefined || isLimited(ledger, options),
  )
  return (request, response) => {
    metrics.observe(request, response)
    response.setHeader('x-request-id', requestIdFrom(request) ?? newRequestId())
    if (request.method === 'GET' || request.method === 'HEAD') allowAnyOrigin(response)
    securityHeaders(request, response, () => {
      try {
        request.url = requestTarget(request)
      } catch (error) {
        fail(request, response, error)
        return
      }
      if (lane.takes(request))
        lane.answer(request, response).catch((error: unknown) => fail(request, response, error))
      else app(request, response)
    })
  }
}

/** All routes of the app; schema/openapi.yaml lists the same. */
export function createRouters(
  ledger: LedgerDoor,
  parts: { readonly readBody: ReadBody; readonly metrics: Metrics } & Pick<
    AppOptions,
    'report' | 'schema' | 'submitTokens' | 'rateLimit'
  >,
): Router[] {
  const { readBody, metrics, submitTokens } = parts
  const limits = createRateLimits(() => isLimited(ledger, parts))
  const token = requireToken(submitTokens)
  const submit = submitAndCheck(ledger, parts.schema)
  return [
    attestationRoutes(ledger, { submit, guards: [limits.submissions, token] }, readBody),
    batchRoutes({ submit, guards: [limits.batches, token] }, parts),
    entryRoutes(ledger),
    imageRoutes(ledger, parts),
    logRoutes(ledger),
    packageRoutes(ledger),
    nameRoutes(ledger),
    deploymentRoutes(ledger),
    revocationRoutes(ledger),
    searchRoutes(ledger, parts),
    statusRoutes(ledger),
    healthRoutes(ledger, metrics),
    tileRoutes(ledger),
    ...mapRoutes(ledger, parts),
    statusMapRoutes(ledger, parts),
    frontPage(),
  ]
}

function isLimited(ledger: LedgerDoor, { rateLimit = 'auto' }: Pick<AppOptions, 'rateLimit'>): boolean {
  return rateLimit === 'on' || (rateLimit === 'auto' && ledger.admission() === 'open')
}

function createExpress(
  ledger: LedgerDoor,
  options: AppOptions & { readonly readBody: ReadBody; readonly metrics: Metrics },
): express.Express {
  const { report, trustedProxies = 0 } = options
  const app = express()
  app.set('trust proxy', trustedProxies === 0 ? false : trustedProxies)
  app.disable('x-powered-by')
  // Ours is strict (query-params.ts); Express's makes arrays and objects of repeated and bracketed names.
  app.set('query parser', false)
  app.set('etag', 'strong')
  app.use(...createRouters(ledger, options))
  app.use(noSuchRoute)
  const answerError: ErrorRequestHandler = (error, request, response, _next) => {
    answerProblem(request, response, error, { requestId: requestIdOf(response), report })
  }
  app.use(answerError)
  return app
}

const noSuchRoute: RequestHandler = (request) => {
  throw new Fault('no-such-route', `${request.path.slice(0, 100)}: expected a route of this ledger`, {
    hint: 'GET / lists what to try. Paths are case-sensitive and have no slash at the end.',
  })
}

/** robustness.md 6.2, the row for the API: these answers are no pages, so nothing of helmet's for pages. */
const securityHeaders = helmet({
  xContentTypeOptions: true,
  referrerPolicy: { policy: 'no-referrer' },
  crossOriginResourcePolicy: { policy: 'same-site' },
  contentSecurityPolicy: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xPoweredBy: false,
  xXssProtection: false,
})

/** What a caller sends is echoed only if it can stand in a log line as it is. */
function requestIdFrom(request: IncomingMessage): string | undefined {
  const id = request.headers['x-request-id']
  return typeof id === 'string' && /^[\w.-]{1,64}$/.test(id) ? id : undefined
}

function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader('x-request-id'))
}
