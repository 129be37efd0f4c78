/** What there is of a name. Each row's entry is proven to be in the log; the counts, and that there is no more, are the server's word. */
import type { NameRow, NamesAnswer, NamesQuestion } from '../verify/names-answer.ts'
import { NAME_MATCHES } from '../verify/names-answer.ts'
import { answerMembers, coverage } from '../verify/read-answer.ts'
import { anIndex, count, membersOf, oneOf, text, type Shape } from '../verify/shape.ts'
import { pageParams, type Page } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectMoment } from './moment.ts'
import { expectSame, standing } from './standing.ts'

/** @default match exact, of every type */
export type NamesQuery = Page & Pick<NamesQuestion, 'name'> & Partial<NamesQuestion>

const nameRow: Shape<NameRow> = (value, place) => {
  const members = membersOf(value, place)
  const read = {
    kind: members.required('kind', oneOf('purl', 'cpe', 'name')),
    name: members.required('name', text),
    versions: members.required('versions', count),
    entries: members.required('entries', count),
    entry: members.required('entry', anIndex),
  }
  members.end()
  return read
}

const question: Shape<NamesQuestion> = (value, place) => {
  const members = membersOf(value, place)
  const type = members.optional('type', text)
  const read = {
    name: members.required('name', text),
    match: members.required('match', oneOf(...NAME_MATCHES)),
    ...(type === undefined ? {} : { type }),
  }
  members.end()
  return read
}

const namesAnswer: Shape<NamesAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const read: NamesAnswer = answerMembers(members, question, nameRow, coverage)
  members.end()
  return read
}

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
