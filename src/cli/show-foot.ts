/** How every answer of `attestree show` is printed, and what it ends with. */
import type { ImageAnswer } from '../verify/answer.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

export function present<T extends object>(
  terminal: Terminal,
  flags: OutputFlags,
  kind: string,
  answer: T,
  print: (terminal: Terminal, answer: T) => void,
): void {
  if (flags.output === 'json') terminal.print(answerJson(kind, answer))
  else print(terminal, answer)
}

export function printFoot(terminal: Terminal, { asOf }: Pick<ImageAnswer, 'asOf'>): void {
  terminal.print(`As of ${plural(asOf.treeSize, 'entry', 'entries')} of ${visible(asOf.origin)}.`)
  const behind = asOf.treeSize - asOf.indexedThrough
  if (behind > 0) {
    const text = `The server has not looked at the newest ${plural(behind, 'entry', 'entries')} yet: a revocation there is not in this answer.`
    printWrapped(terminal, `${terminal.color.yellow('!')} `, text)
  }
  terminal.print('✓ Every entry named is proven to be in the log.')
}
