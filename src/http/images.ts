/** `/ledger/v1/images`: which images contain a component; what is known of one image. */
import type { Router } from 'express'
import { imageDigest } from '../brand.ts'
import type { ImageDigest } from '../brand.ts'
import { Fault } from '../errors.ts'
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS } from '../ledger/limits.ts'
import { allowOnly } from './allow-only.ts'
import { answerJson } from './answers.ts'
import type { ImagesQuery, LedgerDoor } from './ledger-door.ts'
import { parseQuery, refuseQuery, requiredParam } from './query-params.ts'
import { createRouter } from './routes.ts'
import { parseWholeNumber } from './whole-number.ts'

export function imageRoutes(ledger: Pick<LedgerDoor, 'image' | 'images'>): Router {
  const routes = createRouter()
  routes
    .route('/ledger/v1/images')
    .get(async (request, response) => {
      answerJson(response, 200, await ledger.images(imagesQuery(request.url)), 'no-cache')
    })
    .all(allowOnly('GET'))
  routes
    .route('/ledger/v1/images/:digest')
    .get(async (request, response) => {
      refuseQuery(request.url)
      answerJson(response, 200, await ledger.image(digestOf(request.params.digest)), 'no-cache')
    })
    .all(allowOnly('GET'))
  return routes
}

function imagesQuery(target: string): ImagesQuery {
  const params = parseQuery(target, ['component', 'range', 'limit', 'cursor'])
  const component = requiredParam(params, 'component', 'pkg:npm/lodash')
  // A purl has no spaces. One was "+", as in 1.0+dfsg: looked up like this, it would be found nowhere and look clean.
  if (component.includes(' ')) {
    throw new Fault(
      'parameter-malformed',
      `parameter "component": expected a purl, got ${component.slice(0, 100)}`,
      {
        hint: 'Write "+" as %2B: in a query "+" is a space.',
        facts: { parameter: 'component' },
      },
    )
  }
  const limit = params.get('limit') ?? String(DEFAULT_PAGE_ROWS)
  const range = params.get('range')
  const cursor = params.get('cursor')
  return {
    component,
    limit: parseWholeNumber(limit, 'parameter "limit"', { least: 1, most: MAX_PAGE_ROWS }),
    ...(range === undefined ? {} : { range }),
    ...(cursor === undefined ? {} : { cursor }),
  }
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
