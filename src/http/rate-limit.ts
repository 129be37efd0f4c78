/**
 * How often one address may submit (README 2.7, "Exposure"): what a stranger can put into the log is bounded, where
 * strangers may. Reads are not counted: an audit makes thousands, and none of them stays in the log.
 *
 * Behind a proxy all requests have its address, unless the server is told how many proxies to trust.
 */
import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { Fault } from '../errors.ts'

/** Of fixed length, one for each address: the counters of a minute are forgotten with it. */
const WINDOW_MS = 60_000
/** Two a second: more than the largest CI of one address has images; 170,000 entries a day at most. */
export const SUBMISSIONS_PER_WINDOW = 120
/** Each may hold 1,000 submissions (batch.ts): whoever has more to import is registered, or asks the operator. */
export const BATCHES_PER_WINDOW = 2
/** What one customer of a provider usually has in IPv6. */
const IPV6_PREFIX_BITS = 56

export type RateLimitMode = 'auto' | 'on' | 'off'

export interface RateLimits {
  readonly submissions: RequestHandler
  readonly batches: RequestHandler
}

/** @param isLimited asked at every request, since a new trust root may open the admission */
export function createRateLimits(isLimited: () => boolean): RateLimits {
  return {
    submissions: limiter(SUBMISSIONS_PER_WINDOW, 'submissions', isLimited),
    batches: limiter(BATCHES_PER_WINDOW, 'batches of submissions', isLimited),
  }
}

function limiter(limit: number, what: string, isLimited: () => boolean): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    ipv6Subnet: IPV6_PREFIX_BITS,
    skip: () => !isLimited(),
    // It complains on stderr of a header that any client can send; `trust proxy` is off unless the operator says.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler: (_request, response, next) => {
      const seconds = Number(response.getHeader('retry-after') ?? WINDOW_MS / 1000)
      const fault = new Fault(
        'rate-limited',
        `address: expected at most ${limit} ${what} a minute, got more`,
        {
          hint: `Try again in ${seconds} s.`,
          facts: { limit },
        },
      )
      next(fault)
    },
  })
}
