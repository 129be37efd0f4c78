/**
 * Questions for rows: which images contain a component, or have a commit, builder, signer, type of statement, base
 * image, licence or hash.
 */
import { Fault } from '../errors.ts'
import { isSameLicence } from '../sbom/licence.ts'
import type { FoundAnswer, ImagesAnswer, RowsAnswer, StatedKind, StatedQuestion } from '../verify/answer.ts'
import { parseStatedQuestion } from '../verify/found-rows.ts'
import type { CheckedAnswer } from '../verify/proven-entry.ts'
import { foundAnswer, imagesAnswer } from '../verify/read-answer.ts'
import { parseRange } from '../sbom/range.ts'
import { restsOn } from '../verify/row-check.ts'
import { parseQuestion } from '../verify/rows.ts'
import type { Asker, CallOptions, Sent } from './asker.ts'
import type { SearchAnswer } from '../verify/search.ts'
import { askUnderMaps } from './map-memory.ts'
import { expectMoment, momentParams, type Moment } from './moment.ts'
import { expectSame, standing } from './standing.ts'
import type { ProofWanted } from './proof-wanted.ts'

export interface Page extends Moment {
  /** Rows on one page, 1 to 1,000. @default the server's, 100 */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
  /** With the proof that no row is missing, as of the newest published map; only an answer that has all rows can have it. */
  readonly proof?: ProofWanted
  /**
   * With `proof`, and instead of `limit` and `cursor`: all rows in one answer, up to 10,000, in which SBOMs are lines
   * of their manifests.
   */
  readonly whole?: true
}

export interface ImagesQuery extends Page {
  /** A purl, with or without a version. */
  readonly component: string
  /** For npm, in VERS or `>=1.0 <2.0` (contracts.md 2). */
  readonly range?: string
}

/**
 * Exactly one kind: `{commit}`, `{builder}`, `{signer}`, `{type}` (a predicate type), `{base}` (an image's digest),
 * `{licence}` (an SPDX id), `{hash}`.
 */
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
  const answer = await askUnderMaps(
    asker,
    `ledger/v1/images?${params}`,
    imagesAnswer,
    options,
    sentFor(query),
  )
  expectSame('component', asked.component, answer.question.component)
  expectSame('range', asked.range, answer.question.range)
  checkRowsStand(asker, answer, query)
  return answer
}

export async function askFound(asker: Asker, query: FoundQuery, options: CallOptions): Promise<FoundAnswer> {
  const asked = parseStatedQuestion(query)
  const params = pageParams(Object.entries(asked), query)
  const answer = await askUnderMaps(asker, `ledger/v1/images?${params}`, foundAnswer, options, sentFor(query))
  expectAnswered(asked, answer.question)
  const checked = checkRowsStand(asker, answer, query)
  if ('signer' in asked)
    for (const { entry } of answer.items.flatMap((row) => row.matches))
      standing(checked, entry, undefined, asked.signer)
  return answer
}

export function pageParams(asked: [string, string][], query: Page): URLSearchParams {
  const params = momentParams(query, new URLSearchParams(asked))
  if (query.limit !== undefined) params.set('limit', String(query.limit))
  if (query.cursor !== undefined) params.set('cursor', query.cursor)
  if (query.proof !== undefined) params.set('proof', query.proof)
  return params
}

function sentFor({ whole }: Page): Sent {
  return whole === undefined ? {} : { whole }
}

/** The server spells a licence as the list does; everything else it echoes. */
function expectAnswered(asked: StatedQuestion, answered: StatedQuestion): void {
  if ('licence' in asked && 'licence' in answered && isSameLicence(asked.licence, answered.licence)) return
  expectSame('question', JSON.stringify(asked), JSON.stringify(answered))
}

/**
 * Each entry that a row names is proven to be in the log, and the counts, which are the server's word, do not
 * contradict the rows.
 */
export function checkRowsStand(asker: Asker, answer: RowsAnswer | SearchAnswer, query: Page): CheckedAnswer {
  expectMoment(query, answer.asOf)
  expectProof(answer, query)
  checkCounts(answer, query)
  const checked = asker.check(answer)
  for (const row of answer.items) {
    for (const index of restsOn(row)) standing(checked, index)
  }
  return checked
}

/** Whoever leaves rows out would rather give no proof: that must not look like an answer to somebody who did not ask for one. */
function expectProof({ next, complete }: RowsAnswer | SearchAnswer, { cursor, proof }: Page): void {
  const isWhole = next === undefined && cursor === undefined
  if (proof === undefined || !isWhole || complete !== undefined) return
  throw new Fault('answer-incomplete', 'answer: expected the proof that no row is missing, got none')
}

/** Of every image there is one status; the rows of a whole answer are all that are affected or undetermined. */
function checkCounts({ items, coverage, next }: RowsAnswer | SearchAnswer, { cursor }: Page): void {
  const unlisted = 'withSbom' in coverage ? coverage.withSbom : coverage.notAffected
  const counts = 'withSbom' in coverage ? [] : [coverage.affected, coverage.undetermined]
  const listed = ['affected', 'undetermined'].map(
    (one) => items.filter(({ status }) => status === one).length,
  )
  const isWhole = next === undefined && cursor === undefined
  const fits = counts.every((n, at) => (isWhole ? n === listed[at] : n >= (listed[at] ?? 0)))
  const sum = counts.reduce((a, b) => a + b, unlisted + coverage.unknown)
  if (fits && sum === coverage.images) return
  throw new Fault('rows-differ', 'answer: expected counts that add up to its images and rows, got others')
}
