/** Questions for rows: which images contain a component, or have a commit, builder, signer, type of statement, base image, licence or hash. */
import { isSameLicence } from '../sbom/licence.ts'
import type { FoundAnswer, ImagesAnswer, RowsAnswer, StatedKind, StatedQuestion } from '../verify/answer.ts'
import { parseStatedQuestion } from '../verify/found-rows.ts'
import { foundAnswer, imagesAnswer } from '../verify/read-answer.ts'
import { parseRange } from '../sbom/range.ts'
import { parseQuestion } from '../verify/rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import type { SearchAnswer } from '../verify/search.ts'
import { expectMoment, momentParams, type Moment } from './moment.ts'
import { expectSame, standing } from './standing.ts'

export interface Page extends Moment {
  /** Rows on one page, 1 to 1,000. @default the server's, 100 */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
}

export interface ImagesQuery extends Page {
  /** A purl, with or without a version. */
  readonly component: string
  /** For npm, in VERS or `>=1.0 <2.0` (contracts.md 2). */
  readonly range?: string
}

/** Exactly one kind: `{commit}`, `{builder}`, `{signer}`, `{type}` (a predicate type), `{base}` (an image's digest), `{licence}` (an SPDX id), `{hash}`. */
export type FoundQuery = Page & StatedQuery

type StatedQuery = {
  [Kind in StatedKind]: { readonly [K in Kind]: string } & {
    readonly [K in Exclude<StatedKind, Kind>]?: never
  }
}[StatedKind]

export async function askImages(
  asker: Asker,
  query: ImagesQuery,
  options: CallOptions,
): Promise<ImagesAnswer> {
  const { asked } = parseQuestion(query.component, query.range, parseRange)
  const params = pageParams(Object.entries(asked), query)
  const answer = await asker.ask(`ledger/v1/images?${params}`, imagesAnswer, options)
  expectSame('component', asked.component, answer.question.component)
  expectSame('range', asked.range, answer.question.range)
  checkRowsStand(asker, answer, query)
  return answer
}

export async function askFound(asker: Asker, query: FoundQuery, options: CallOptions): Promise<FoundAnswer> {
  const asked = parseStatedQuestion(query)
  const params = pageParams(Object.entries(asked), query)
  const answer = await asker.ask(`ledger/v1/images?${params}`, foundAnswer, options)
  expectAnswered(asked, answer.question)
  checkRowsStand(asker, answer, query)
  return answer
}

export function pageParams(asked: [string, string][], query: Page): URLSearchParams {
  const params = momentParams(query, new URLSearchParams(asked))
  if (query.limit !== undefined) params.set('limit', String(query.limit))
  if (query.cursor !== undefined) params.set('cursor', query.cursor)
  return params
}

/** The server spells a licence as the list does; everything else it echoes. */
function expectAnswered(asked: StatedQuestion, answered: StatedQuestion): void {
  if ('licence' in asked && 'licence' in answered && isSameLicence(asked.licence, answered.licence)) return
  expectSame('question', JSON.stringify(asked), JSON.stringify(answered))
}

/** Each entry that a row names is proven to be in the log. */
export function checkRowsStand(asker: Asker, answer: RowsAnswer | SearchAnswer, query: Page): void {
  expectMoment(query, answer.asOf)
  const checked = asker.check(answer)
  for (const row of answer.items) {
    const named = [...row.matches, ...row.provenance].map((one) => one.entry)
    for (const index of [...named, ...row.sboms]) standing(checked, index)
  }
}
