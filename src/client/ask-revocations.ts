/** Asks for the revocations of a target, and sees that the answer is about it and rests on entries that it proves. */
import type { RevocationsAnswer } from '../verify/answer.ts'
import { checkAssurance } from '../verify/evidence.ts'
import { seeOutputLog } from './ask-maps.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectMoment, momentParams, type Moment } from './moment.ts'
import { revocationsAnswer } from './read-answer.ts'
import { expectSame, standing } from './standing.ts'
import type { ProofWanted } from './proof-wanted.ts'

export interface RevocationsAsked extends Moment {
  /** With the proof that no revocation is missing, as of the newest status map. */
  readonly proof?: ProofWanted
}

/** @throws Fault `bad-proof`; `log-rolled-back` also if the status map is older than one that was seen before */
export async function askRevocations(
  asker: Asker,
  target: string,
  options: CallOptions & RevocationsAsked,
): Promise<RevocationsAnswer> {
  const params = momentParams(options, new URLSearchParams({ target }))
  if (options.proof !== undefined) params.set('proof', options.proof)
  const ask = () => asker.ask(`ledger/v1/revocations?${params}`, revocationsAnswer, options)
  const answer =
    options.proof === undefined
      ? await ask()
      : await seeOutputLog(asker, 'status', options, ask, ({ complete }) => complete?.status.map.checkpoint)
  expectSame('target', target, answer.target)
  expectMoment(options, answer.asOf)
  checkAssurance(answer)
  const checked = asker.check(answer)
  for (const row of [...answer.revocations, ...(answer.annulled ?? [])]) standing(checked, row.entry)
  for (const row of answer.verdicts) standing(checked, row.entry)
  return answer
}
