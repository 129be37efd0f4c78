/** Reads what the CycloneDX library found in a document (`validation`), from JSON into the shape of verify/answer.ts. */
import type { Validation } from '../verify/answer.ts'
import { flag, listOf, membersOf, oneOf, text } from '../verify/shape.ts'
import type { Shape } from '../verify/shape.ts'

const finding: Shape<{ readonly pointer: string; readonly message: string }> = (value, place) => {
  const members = membersOf(value, place)
  const read = { pointer: members.required('pointer', text), message: members.required('message', text) }
  members.end()
  return read
}

export const validation: Shape<Validation> = (value, place) => {
  const members = membersOf(value, place)
  const read: Validation = members.required('checked', flag)
    ? { checked: true, findings: members.required('findings', listOf(finding)) }
    : { checked: false, why: members.required('why', oneOf('too-large', 'too-slow', 'busy', 'failed')) }
  members.end()
  return read
}
