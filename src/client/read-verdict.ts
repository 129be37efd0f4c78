/** Reads verdicts and the words that they and revocations are made of; as read-answer.ts. */
import { Fault } from '../errors.ts'
import { VERDICT_KINDS } from '../trust/status.ts'
import type { Verdict, VerdictReason } from '../verify/answer.ts'
import { aSize } from '../verify/read-answer.ts'
import { anIndex, listOf, membersOf, oneOf, parsed, text, type Shape } from '../verify/shape.ts'

export const mode = oneOf('all', 'since')

/** Reasons and the like are words of ours, those of later versions too: nothing else may reach a terminal as one. */
export const word = parsed((found) => {
  if (/^[a-z0-9-]{1,64}$/.test(found)) return found
  throw new Fault('answer-malformed', 'word: expected small letters, digits and hyphens')
}, 'a word')

export const cutoff: Shape<NonNullable<VerdictReason['cutoff']>> = (value, place) => {
  const members = membersOf(value, place)
  const read = { treeSize: members.required('treeSize', aSize) }
  members.end()
  return read
}

const verdictReason: Shape<VerdictReason> = (value, place) => {
  const members = membersOf(value, place)
  const [entry, how] = [members.optional('entry', anIndex), members.optional('mode', mode)]
  const [until, target] = [members.optional('cutoff', cutoff), members.optional('target', text)]
  const annulledBy = members.optional('annulledBy', anIndex)
  const read: VerdictReason = {
    code: members.required('code', word),
    ...(entry === undefined ? {} : { entry }),
    ...(how === undefined ? {} : { mode: how }),
    ...(until === undefined ? {} : { cutoff: until }),
    ...(target === undefined ? {} : { target }),
    ...(annulledBy === undefined ? {} : { annulledBy }),
  }
  members.end()
  return read
}

export const verdict: Shape<Verdict> = (value, place) => {
  const members = membersOf(value, place)
  const read: Verdict = {
    entry: members.required('entry', anIndex),
    subject: members.required('subject', text),
    verdict: members.required('verdict', oneOf(...VERDICT_KINDS)),
    reasons: members.required('reasons', listOf(verdictReason)),
  }
  members.end()
  return read
}
