/** Asks many packages at once, and sees that the answer is about them and rests on entries that it proves. */
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { SearchAnswer, SearchQuestion } from '../verify/search.ts'
import { formatSearchQuestion, isSameSearch } from '../verify/search-wire.ts'
import { checkRowsStand, type Page } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { askUnderMaps } from './map-memory.ts'
import { searchSent } from './read-search.ts'

export type SearchPage = Page

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
