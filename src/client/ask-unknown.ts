/** Which images have no SBOM that counts. Each row's entry is proven to be in the log; the rest is the server's word. */
import { anImageDigest, answerWith, coverage, provenanceRow } from '../verify/read-answer.ts'
import type { UnknownScope } from '../verify/search-scope.ts'
import { anIndex, flag, listOf, membersOf, text, type Shape } from '../verify/shape.ts'
import type { UnknownImageRow, UnknownImagesAnswer } from '../verify/unknown-answer.ts'
import { pageParams, type Page } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectMoment } from './moment.ts'
import { pickScope, unknownScope } from './read-scope.ts'
import { expectSame, standing } from './standing.ts'

export type UnknownQuery = Page & UnknownScope

const row: Shape<UnknownImageRow> = (value, place) => {
  const members = membersOf(value, place)
  const read: UnknownImageRow = {
    image: members.required('image', anImageDigest),
    names: members.required('names', listOf(text)),
    revoked: members.required('revoked', flag),
    entry: members.required('entry', anIndex),
    sboms: members.required('sboms', listOf(anIndex)),
    provenance: members.required('provenance', listOf(provenanceRow)),
  }
  members.end()
  return read
}

const unknownAnswer: Shape<UnknownImagesAnswer> = answerWith(unknownScope, row, coverage)

/** @throws Fault `bad-proof` if an entry does not hold, or the answer is of another scope or moment */
export async function askUnknown(
  asker: Asker,
  query: UnknownQuery,
  options: CallOptions,
): Promise<UnknownImagesAnswer> {
  const scope = pickScope(query)
  const asked = Object.entries(scope).map(([name, value]): [string, string] => [
    parameterOf(name),
    String(value),
  ])
  const params = pageParams(asked, query).toString()
  const path = `ledger/v1/images/unknown${params === '' ? '' : `?${params}`}`
  const answer = await asker.ask(path, unknownAnswer, options)
  expectSame('question', JSON.stringify(scope), JSON.stringify(answer.question))
  expectMoment(query, answer.asOf)
  const checked = asker.check(answer)
  for (const one of answer.items)
    for (const index of [one.entry, ...one.provenance.map(({ entry }) => entry)]) standing(checked, index)
  return answer
}

/** `recordedAfter` is `recorded_after` in a query. */
function parameterOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
