/** What the ledger's schema check found in a document (`validation`): the server's word, and said to be. */
import type { SubmitAnswer } from '../verify/answer.ts'
import type { CliContext } from './context.ts'
import { plural } from './table.ts'
import { visible } from './terminal.ts'

/** Those that a person reads; all of them are in the answer. */
const SHOWN = 5

export function printValidation({ color, note }: CliContext['terminal'], { validation }: SubmitAnswer): void {
  if (validation === undefined) return
  if (!validation.checked) {
    note(`${color.yellow('?')} Not checked against the CycloneDX schema: ${validation.why}`)
    return
  }
  const { findings } = validation
  if (findings.length === 0) return
  note(
    `${color.yellow('!')} ${plural(findings.length, 'finding')} of the CycloneDX schema, on the server’s word; it was recorded as it is:`,
  )
  for (const { pointer, message } of findings.slice(0, SHOWN))
    note(`    ${visible(pointer) || '/'}  ${visible(message)}`)
  if (findings.length > SHOWN) note(`    and ${findings.length - SHOWN} more`)
}
