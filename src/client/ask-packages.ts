/** Which versions of a package there are. Each row's entry is proven to be in the log; the counts are the server's word. */
import { parseRange } from '../sbom/range.ts'
import type { PackagesAnswer, VersionRow } from '../verify/packages-answer.ts'
import { answerMembers, coverage } from '../verify/read-answer.ts'
import { parseQuestion } from '../verify/rows.ts'
import { anIndex, count, flag, membersOf, orNull, text, type Shape } from '../verify/shape.ts'
import type { Page } from './ask-rows.ts'
import { pageParams } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectMoment } from './moment.ts'
import { expectSame, standing } from './standing.ts'

export interface PackagesQuery extends Page {
  /** A purl without version. */
  readonly component: string
}

const versionRow: Shape<VersionRow> = (value, place) => {
  const members = membersOf(value, place)
  const read = {
    version: members.required('version', orNull(text)),
    ordered: members.required('ordered', flag),
    images: members.required('images', count),
    statements: members.required('statements', count),
    entry: members.required('entry', anIndex),
  }
  members.end()
  return read
}

const question: Shape<PackagesAnswer['question']> = (value, place) => {
  const members = membersOf(value, place)
  const read = { component: members.required('component', text) }
  members.end()
  return read
}

const packagesAnswer: Shape<PackagesAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const read: PackagesAnswer = {
    ...answerMembers(members, question, versionRow, coverage),
    versions: members.required('versions', count),
    images: members.required('images', count),
  }
  members.end()
  return read
}

/** @throws Fault `malformed`, `unsupported` for a bad purl; `bad-proof` if the answer does not hold */
export async function askPackages(
  asker: Asker,
  query: PackagesQuery,
  options: CallOptions,
): Promise<PackagesAnswer> {
  const { asked } = parseQuestion(query.component, undefined, parseRange)
  const params = pageParams([['component', asked.component]], query)
  const answer = await asker.ask(`ledger/v1/packages?${params}`, packagesAnswer, options)
  expectSame('component', asked.component, answer.question.component)
  expectMoment(query, answer.asOf)
  const checked = asker.check(answer)
  for (const row of answer.items) standing(checked, row.entry)
  return answer
}
