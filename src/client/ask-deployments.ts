/** What ran where. Each entry that a row names is proven to be in the log; verified-deployments.ts makes the rows again. */
import {
  entriesOfDeployment,
  type DeploymentsAnswer,
  type DeploymentsQuestion,
} from '../verify/deployments.ts'
import { anImageDigest, answerWith, coverage } from '../verify/read-answer.ts'
import { membersOf, text, type Shape } from '../verify/shape.ts'
import type { Page } from './ask-rows.ts'
import { pageParams } from './ask-rows.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectMoment } from './moment.ts'
import { deploymentRow } from './read-scope.ts'
import { expectSame, standing } from './standing.ts'

/** All of `environment`, `image` and `time` together; none asks for every period that is known. */
export type DeploymentsQuery = Page & DeploymentsQuestion

const question: Shape<DeploymentsQuestion> = (value, place) => {
  const members = membersOf(value, place)
  const read = askedOf({
    environment: members.optional('environment', text),
    image: members.optional('image', anImageDigest),
    time: members.optional('time', text),
  })
  members.end()
  return read
}

const deploymentsAnswer: Shape<DeploymentsAnswer> = answerWith(question, deploymentRow, coverage)

/** What was asked alone, in one order. */
function askedOf(query: {
  readonly [Name in keyof DeploymentsQuestion]?: DeploymentsQuestion[Name] | undefined
}): DeploymentsQuestion {
  const { environment, image, time } = query
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(image === undefined ? {} : { image }),
    ...(time === undefined ? {} : { time }),
  }
}

/** @throws Fault `malformed` from the server; `bad-proof` if the answer does not hold */
export async function askDeployments(
  asker: Asker,
  query: DeploymentsQuery,
  options: CallOptions,
): Promise<DeploymentsAnswer> {
  const asked = askedOf(query)
  const params = pageParams(Object.entries(asked), query).toString()
  const path = `ledger/v1/deployments${params === '' ? '' : `?${params}`}`
  const answer = await asker.ask(path, deploymentsAnswer, options)
  expectSame('question', JSON.stringify(asked), JSON.stringify(answer.question))
  expectMoment(query, answer.asOf)
  const checked = asker.check(answer)
  for (const one of answer.items) for (const index of entriesOfDeployment(one)) standing(checked, index)
  return answer
}
