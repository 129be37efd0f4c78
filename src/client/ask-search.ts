/** Asks many packages at once, and sees that the answer is about them and rests on entries that it proves. */
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { SearchAnswer, SearchQuestion } from '../verify/search.ts'
import { formatSearchQuestion, isSameSearch } from '../verify/search-wire.ts'
import { checkRowsStand } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { askUnderMaps } from './map-memory.ts'
import type { Moment } from './moment.ts'
import { searchSent } from './read-search.ts'
import type { ProofWanted } from './proof-wanted.ts'

export interface SearchPage extends Moment {
  /** Rows on one page, 1 to 1,000. @default the server's, 100 */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
  /** With the proof that no row is missing, as of the newest published map; only an answer that has all rows can have it. */
  readonly proof?: ProofWanted
  /**
   * With `proof`, and instead of `limit` and `cursor`: all rows in one answer, up to 10,000, in which SBOMs are lines of their manifests.
   */
  readonly whole?: true
}

/** @throws Fault `bad-proof` (`entry-mismatch`) if the answer is to another question */
export async function askSearch(
  asker: Asker,
  question: SearchQuestion,
  page: SearchPage,
  options: CallOptions,
): Promise<SearchAnswer> {
  const { whole = false, ...place } = page
  const body = utf8(JSON.stringify({ ...formatSearchQuestion(question), ...place }))
  const sent = await askUnderMaps(asker, 'ledger/v1/search', searchSent, options, { body, whole })
  if (!isSameSearch(sent.question, question))
    throw new Fault('entry-mismatch', 'answer: expected one to the search that was asked, got one to another')
  const answer = { ...sent, question }
  checkRowsStand(asker, answer, page)
  return answer
}
