/** What was recorded after an entry, without a gap: the log is followed by asking on and on (interface.md, "Follow"). */
import type { LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { VERDICT_KINDS } from '../trust/status.ts'
import type { EventsAnswer } from '../verify/records-answer.ts'
import { asOf, provenEntries } from '../verify/read-answer.ts'
import { anIndex, listOf, membersOf, oneOf, orNull, text, type Shape } from '../verify/shape.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectSame, standing } from './standing.ts'

export interface EventsPage {
  /** The last entry that the caller has; from the first on if left out. */
  readonly after?: LogIndex
  /** 1 to 1,000. @default the server's, 100 */
  readonly limit?: number
}

export type LogEvent = EventsAnswer['items'][number]

const subject: Shape<LogEvent['subjects'][number]> = (value, place) => {
  const members = membersOf(value, place)
  const read = { digest: members.required('digest', text), name: members.required('name', text) }
  members.end()
  return read
}

const item: Shape<LogEvent> = (value, place) => {
  const members = membersOf(value, place)
  const read: LogEvent = {
    entry: members.required('entry', anIndex),
    subjects: members.required('subjects', listOf(subject)),
    signer: members.required('signer', orNull(text)),
    verdict: members.required('verdict', oneOf(...VERDICT_KINDS)),
  }
  members.end()
  return read
}

const eventsAnswer: Shape<EventsAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const next = members.optional('next', anIndex)
  const read: EventsAnswer = {
    items: members.required('items', listOf(item)),
    ...(next === undefined ? {} : { next }),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
  }
  members.end()
  return read
}

/**
 * The very next entries, each proven, and `next` the last of them: so nothing was left out.
 *
 * @throws Fault `bad-proof` (`entry-mismatch`); as `Asker.ask`
 */
export async function askEvents(
  asker: Asker,
  { after, limit }: EventsPage,
  options: CallOptions,
): Promise<EventsAnswer> {
  const params = new URLSearchParams()
  if (after !== undefined) params.set('after', String(after))
  if (limit !== undefined) params.set('limit', String(limit))
  const answer = await asker.ask(`ledger/v1/events?${params}`, eventsAnswer, options)
  const checked = asker.check(answer)
  const from = after === undefined ? 0 : after + 1
  for (const [at, { entry }] of answer.items.entries()) {
    if (entry !== from + at)
      throw new Fault('entry-mismatch', `events: expected entry ${from + at}, got entry ${entry}`)
    standing(checked, entry)
  }
  expectSame('events: where to go on', answer.items.at(-1)?.entry ?? after, answer.next)
  return answer
}
