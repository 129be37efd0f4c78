/** `find --unknown` by itself: the images of which nobody knows what is inside. Beside a search, see find-search.ts. */
import { utf8 } from '../encoding/utf8.ts'
import { asOfSentence, UNKNOWN_IS_SERVERS_WORD } from './answer-sentences.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { deliver, type FindFormat, type Writer } from './find-output.ts'
import type { FindSearchFlags } from './find-search.ts'
import { answerJson } from './json-answer.ts'
import { unknownCsv, unknownNdjson } from './search-files.ts'
import { askedScope, scopeOf, scopeText } from './search-scope.ts'
import { plural, printWrapped } from './table.ts'
import type { Terminal } from './terminal.ts'
import { allUnknown, formatUnknown, type UnknownImages } from './unknown-images.ts'
import { UsageError } from './usage-error.ts'

export async function findUnknown(context: CliContext, flags: FindSearchFlags): Promise<void> {
  const outputs = flags.output ?? []
  const vex = outputs.find((one) => one.format === 'openvex' || one.format === 'cyclonedx-vex')
  if (vex !== undefined)
    throw new UsageError(`--output ${vex.format}: expected advisories, got --unknown alone`)
  scopeOf(flags)
  const client = await connect(context, flags)
  const scope = await askedScope(client, flags, context.terminal)
  const moment = flags.at === undefined ? {} : { at: flags.at }
  const found = await allUnknown(client, { ...scope, ...moment }, flags.limit)
  await deliver(context, outputs, (format) => writerOf(found, format))
}

function writerOf(found: UnknownImages, format: FindFormat): Writer {
  switch (format) {
    case 'json':
      return (terminal) => terminal.print(answerJson('UnknownImages', found.answer))
    case 'csv':
      return (terminal) => terminal.write(utf8(unknownCsv(found)))
    case 'ndjson':
      return (terminal) => terminal.write(utf8(unknownNdjson(found)))
    case 'table':
    case 'openvex':
    case 'cyclonedx-vex':
      return (terminal) => printUnknown(terminal, found)
  }
}

export function printUnknown(terminal: Terminal, { answer, isWhole }: UnknownImages): void {
  const { items, coverage, question } = answer
  if (items.length > 0) {
    for (const line of formatUnknown(items, terminal.columns)) terminal.print(line)
    terminal.print('')
  }
  const scope = scopeText(question)
  const none = items.length === 0 ? 'No image' : plural(items.length, 'image')
  printWrapped(terminal, '', `${none}${scope} ${items.length > 1 ? 'have' : 'has'} no SBOM that counts.`)
  printWrapped(
    terminal,
    '',
    `Of all ${plural(coverage.images, 'image')}: ${coverage.withSbom} with an SBOM, ${coverage.unknown} unknown.`,
  )
  if (isWhole && scope === '' && items.length !== coverage.unknown)
    printWrapped(terminal, '! ', `The server counts ${coverage.unknown} and lists ${items.length}.`)
  if (items.some(({ sboms }) => sboms.length > 0))
    printWrapped(terminal, '', 'attestree show IMAGE tells what an SBOM that does not count has against it.')
  if (!isWhole) printWrapped(terminal, '', `Not all rows are shown: --limit ${items.length}.`)
  printWrapped(terminal, '', asOfSentence(answer))
  printWrapped(terminal, '? ', UNKNOWN_IS_SERVERS_WORD)
}
