/** `attestree show log4j-core`: what there is of a name, packages above all. */
import type { Client, NamesQuery } from '../client/client.ts'
import type { NameRow, NamesAnswer } from '../verify/names-answer.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { formatTable, plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** As many as one answer has; whoever gets more types more of the name. */
const MAX_NAMES = 1_000

/** As `showPackage`. */
export async function showNames(
  { terminal, setExitCode }: CliContext,
  client: Client,
  query: NamesQuery,
  flags: OutputFlags,
): Promise<void> {
  const answer = await client.names({ ...query, limit: MAX_NAMES })
  if (flags.output === 'json') terminal.print(answerJson('Names', answer))
  else printNames(terminal, answer)
  if (answer.items.length === 0) setExitCode(EXIT.notRecorded)
}

export function printNames(terminal: Terminal, answer: NamesAnswer): void {
  const { items, question, asOf, next } = answer
  if (items.length > 0) {
    const header = ['NAME', 'VERSIONS', 'SBOMS', 'FOR EXAMPLE']
    for (const line of formatTable(header, items.map(cellsOf))) terminal.print(line)
    terminal.print('')
  }
  const found = items.length === 0 ? 'nothing is known' : plural(items.length, 'name')
  const how = { exact: '', prefix: ' at the beginning', substring: ' somewhere' }[question.match]
  printWrapped(
    terminal,
    '',
    `${visible(question.name)}${how}: ${found}${next === undefined ? '' : ', and there is more'}.`,
  )
  terminal.print(`As of ${plural(asOf.treeSize, 'entry', 'entries')} of ${visible(asOf.origin)}.`)
  if (items.length > 0) terminal.print('✓ Every entry named is proven to be in the log.')
  const hint =
    items.length > 0 ? '' : ' --match substring looks for a part of a name; an image is named NAME@sha256:….'
  printWrapped(terminal, '? ', `That there is no more, and the counts, are the server’s word.${hint}`)
}

function cellsOf({ kind, name, versions, entries, entry }: NameRow): readonly string[] {
  const shown = { purl: name, cpe: `cpe:${name}`, name: `${name} (no package URL)` }[kind]
  return [shown, String(versions), String(entries), `#${entry}`]
}
