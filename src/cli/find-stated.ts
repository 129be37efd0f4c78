/** `find` by what statements say beside components: a commit, a builder, a signer, a type, a base image, a licence. */
import type { Page } from '../client/ask-rows.ts'
import { verifiedFound, type VerifiedFound } from '../client/verified-images.ts'
import type { Reading } from '../client/fetch-signed.ts'
import { withProof, type MaybeProven } from '../client/with-proof.ts'
import type { TreeSize } from '../brand.ts'
import { utf8 } from '../encoding/utf8.ts'
import { createCsv } from '../http/csv.ts'
import { createNdjson } from '../http/ndjson.ts'
import type { RowFormat } from '../http/row-format.ts'
import type { FoundAnswer } from '../verify/answer.ts'
import { asOfSentence, eachRow, missingSentence } from './answer-sentences.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { deliver, type FindFormat, type Output, type Writer } from './find-output.ts'
import { formatImageRows } from './image-rows.ts'
import { answerJson } from './json-answer.ts'
import { predicateOf, statedOf, type StatedFlags } from './question.ts'
import { plural, printWrapped } from './table.ts'
import type { Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'
import { UsageError } from './usage-error.ts'

export interface FindStatedFlags extends TrustFlags, StatedFlags {
  readonly limit?: number
  readonly at?: TreeSize
  readonly output?: readonly Output[]
}

/** @throws UsageError if it is none of them, or two */
export async function findStated(
  context: CliContext,
  component: string | undefined,
  flags: FindStatedFlags,
): Promise<void> {
  const question = statedOf(component, flags)
  const { output: outputs = [], limit, at } = flags
  const wantsAll = outputs.some(({ format }) => format === 'csv' || format === 'ndjson')
  refuseOutputs(outputs, wantsAll && limit !== undefined)
  const client = await connect(context, flags)
  const ask = (
    page: Pick<Page, 'cursor' | 'proof' | 'whole'>,
    reading: Reading = {},
  ): Promise<VerifiedFound> => {
    const place = { ...(limit === undefined ? {} : { limit }), ...(at === undefined ? {} : { at }) }
    return verifiedFound(client, { ...question, ...place, ...page }, reading)
  }
  const { value, ...whether } = await withProof(client.trust, ask, { hasWhole: limit === undefined })
  const first = { ...value, ...whether }
  const pages = [first.answer]
  let next = wantsAll ? first.answer.next : undefined
  while (next !== undefined) {
    const { answer } = await ask({ cursor: next })
    pages.push(answer)
    next = answer.next
  }
  await deliver(context, outputs, (format) => writerOf(first, pages, format))
}

/** Both end with a record that says that all rows were written. */
function refuseOutputs(outputs: readonly Output[], isLimited: boolean): void {
  if (isLimited)
    throw new UsageError('--limit: expected none beside csv and ndjson, which have all rows', 'Leave it out.')
  const draft = outputs.find(({ format }) => format === 'openvex' || format === 'cyclonedx-vex')
  if (draft === undefined) return
  throw new UsageError(
    `--output ${draft.format}: expected an advisory, got another question`,
    'VEX speaks of vulnerabilities: give one with --osv.',
  )
}

/** The first page, and why it came without the proof that was asked for. */
type First = VerifiedFound & Pick<MaybeProven<unknown>, 'unproven'>

function writerOf(first: First, pages: readonly FoundAnswer[], format: FindFormat): Writer {
  switch (format) {
    case 'json':
      return (terminal) => terminal.print(answerJson('Find', first.answer))
    case 'csv':
      return (terminal) => writeRows(terminal, createCsv(), pages)
    case 'ndjson':
      return (terminal) => writeRows(terminal, createNdjson(), pages)
    case 'table':
    case 'cyclonedx-vex':
    case 'openvex':
      return (terminal) => printImages(terminal, first)
  }
}

function writeRows(terminal: Terminal, rows: RowFormat, pages: readonly FoundAnswer[]): void {
  for (const page of pages) terminal.write(utf8(rows.page(page)))
  const last = pages.at(-1)
  const count = pages.reduce((sum, page) => sum + page.items.length, 0)
  if (last !== undefined) terminal.write(utf8(rows.end(last, count)))
}

function printImages(terminal: Terminal, first: First): void {
  const { answer } = first
  if (answer.items.length > 0) {
    for (const line of formatImageRows(answer.items, terminal.columns)) terminal.print(line)
    terminal.print('')
  }
  for (const [mark, sentence] of sentencesOf(first)) printWrapped(terminal, mark, sentence)
  printClaims(terminal, answer.unregistered)
}

/** What was found, how far that reaches, and on whose word. */
function sentencesOf({
  answer,
  report,
  ...whether
}: First): readonly (readonly [mark: string, sentence: string])[] {
  const { coverage, items, next } = answer
  const unreadable = plural(coverage.unreadableEntries, 'entry', 'entries')
  return [
    ['', foundSummary(answer)],
    [
      '',
      `Of ${plural(coverage.images, 'image')}: ${coverage.withSbom} with an SBOM, ${coverage.unknown} unknown (no SBOM that counts).`,
    ],
    ...(coverage.unreadableEntries > 0 ? [['', `${unreadable} could not be read.`] as const] : []),
    ['', asOfSentence(answer)],
    ...(items.length > 0 ? [['✓ ', eachRow(report.complete)] as const] : []),
    missingSentence(answer.asOf, { ...report, ...whether }),
    ...(next === undefined ? [] : [['', 'More rows match: --limit 1000 shows up to a thousand.'] as const]),
  ]
}

/** How many there are in all, the server does not count. */
function foundSummary({ question, items, next }: FoundAnswer): string {
  const asked = predicateOf(question)
  if (items.length === 0) return `Images that ${asked}: none is known.`
  const taken = items.filter((row) => row.status === 'undetermined').length
  const revoked = taken === 0 ? '' : `, ${taken} of them only by statements that no longer hold`
  return `Images that ${asked}: ${next === undefined ? '' : 'at least '}${items.length}${revoked}.`
}
