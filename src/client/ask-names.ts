/**
 * What there is of a name. Each row's entry is proven to be in the log; the counts, and that there is no more, are the
 * server's word.
 */
import type { NameRow, NamesAnswer, NamesQuestion } from '../verify/names-answer.ts'
import { NAME_MATCHES } from '../verify/names-answer.ts'
import { answerWith, coverage } from '../verify/read-answer.ts'
import { anIndex, count, objectOf, oneOf, text, type Shape } from '../verify/shape.ts'
import { pageParams, type Page } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectMoment } from './moment.ts'
import { expectSame, standing } from './standing.ts'

/** @default match exact, of every type */
export type NamesQuery = Page & Pick<NamesQuestion, 'name'> & Partial<NamesQuestion>

const nameRow = objectOf<NameRow>({
  kind: oneOf('purl', 'cpe', 'name'),
  name: text,
  versions: count,
  entries: count,
  entry: anIndex,
})

const question = objectOf<NamesQuestion>({ name: text, match: oneOf(...NAME_MATCHES) }, { type: text })

const namesAnswer: Shape<NamesAnswer> = answerWith(question, nameRow, coverage)

/** @throws Fault `malformed` for a bad name; `bad-proof` if the answer does not hold */
export async function askNames(asker: Asker, query: NamesQuery, options: CallOptions): Promise<NamesAnswer> {
  const { name, match = 'exact', type } = query
  const asked: [string, string][] = [
    ['name', name],
    ['match', match],
    ...(type === undefined ? [] : ([['type', type]] satisfies [string, string][])),
  ]
  const answer = await asker.ask(`ledger/v1/names?${pageParams(asked, query)}`, namesAnswer, options)
  expectSame('name', name, answer.question.name)
  expectSame('match', match, answer.question.match)
  expectSame('type', type, answer.question.type)
  expectMoment(query, answer.asOf)
  const checked = asker.check(answer)
  for (const row of answer.items) standing(checked, row.entry)
  return answer
}
