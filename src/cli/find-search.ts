/** `find` with an advisory, a list, a CPE, or a scope: many packages in one question, all pages of its answer. */
import { randomUUID } from 'node:crypto'
import type { TreeSize } from '../brand.ts'
import { verifiedSearch } from '../client/verified-search.ts'
import { utf8 } from '../encoding/utf8.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { deliver, type FindFormat, type Output, type Writer } from './find-output.ts'
import { answerJson } from './json-answer.ts'
import { createProgress } from './progress.ts'
import { askedOf, type Asked, type SearchFlags } from './search-asked.ts'
import { searchCsv, searchNdjson } from './search-files.ts'
import { groupRows, type Grouping } from './search-groups.ts'
import { searchPages, withoutLifted, type SearchPages } from './search-pages.ts'
import { printSearch } from './search-summary.ts'
import { systemClock } from './system-clock.ts'
import { formatJson } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { cycloneDxVex } from './vex-cyclonedx.ts'
import { isAboutAdvisories, type VexContext } from './vex-findings.ts'
import { openVex } from './vex-openvex.ts'

export interface FindSearchFlags extends SearchFlags, TrustFlags {
  readonly groupBy?: Grouping
  readonly at?: TreeSize
  readonly limit?: number
  readonly hideLifted?: boolean
  readonly output?: readonly Output[]
}

export async function findSearch(
  context: CliContext,
  component: string | undefined,
  flags: FindSearchFlags,
): Promise<void> {
  const { terminal } = context
  const asked = await askedOf(component, flags)
  const outputs = flags.output ?? []
  refuseVexWithoutAdvisory(asked, outputs)
  if (flags.hideLifted === true && asked.aliases.size === 0)
    throw new UsageError('--hide-lifted goes with --osv: VEX speaks of vulnerabilities')
  const client = await connect(context, flags)
  for (const note of asked.notes) terminal.note(note)
  const moment = flags.at === undefined ? {} : { at: flags.at }
  const all = await searchPages(
    (page) => verifiedSearch(client, asked.question, { ...page, ...moment }),
    createProgress({ terminal, what: 'find' }),
    flags.limit,
  )
  const found = flags.hideLifted === true ? withoutLifted(all) : all
  await deliver(context, outputs, (format) => writerOf(context, found, asked, flags.groupBy, format))
  // Whoever reads the exit code alone must not take a part of the answer for the whole.
  if (asked.notLookedFor.length > 0) {
    terminal.note(`Not looked for: ${asked.notLookedFor.length} of the packages named.`)
    context.setExitCode(EXIT.cannotTell)
  }
}

function writerOf(
  { version }: CliContext,
  found: SearchPages,
  asked: Asked,
  grouping: Grouping | undefined,
  format: FindFormat,
): Writer | { readonly nothing: string } {
  const { answer } = found
  switch (format) {
    case 'table':
      return (terminal) => printSearch(terminal, found, asked, grouping)
    case 'json':
      return (terminal) => terminal.print(answerJson('Search', jsonOf(found, asked, grouping)))
    case 'ndjson':
      return (terminal) => terminal.write(utf8(searchNdjson(found, asked.notLookedFor)))
    case 'csv':
      return (terminal) => terminal.write(utf8(searchCsv(found, asked.notLookedFor.length)))
    case 'cyclonedx-vex':
    case 'openvex': {
      if (answer.items.length === 0)
        return { nothing: 'no image was found, so there is nothing to draft; no file was written.' }
      if (answer.items.every((row) => row.lifted === true))
        return { nothing: 'VEX statements lift all that was found; no file was written.' }
      const make = format === 'openvex' ? openVex : cycloneDxVex
      const draft = make(vexContext(version, found, asked))
      return (terminal) => terminal.print(formatJson(draft))
    }
  }
}

function vexContext(version: string, { answer }: SearchPages, { aliases }: Asked): VexContext {
  const now = new Date(systemClock.now()).toISOString()
  return { answer, aliases, now, version, serial: `urn:uuid:${randomUUID()}` }
}

/** Groups name images by digest; their rows stand in `items`. */
function jsonOf({ answer, hiddenLifted }: SearchPages, asked: Asked, grouping: Grouping | undefined): object {
  const groups = (by: Grouping): readonly object[] =>
    groupRows(answer.items, by).map(({ title, rows }) => ({ title, images: rows.map((row) => row.image) }))
  return {
    ...answer,
    question: formatSearchQuestion(answer.question),
    ...(asked.notLookedFor.length === 0 ? {} : { notLookedFor: asked.notLookedFor }),
    ...(hiddenLifted === undefined ? {} : { hiddenLifted }),
    ...(grouping === undefined ? {} : { groupedBy: grouping, groups: groups(grouping) }),
  }
}

function refuseVexWithoutAdvisory({ question, aliases }: Asked, outputs: readonly Output[]): void {
  const format = outputs.find((one) => one.format === 'openvex' || one.format === 'cyclonedx-vex')?.format
  if (format === undefined || isAboutAdvisories(question, aliases)) return
  throw new UsageError(
    `--output ${format}: expected advisories alone, got other packages to look for too`,
    'VEX speaks of vulnerabilities: give them with --osv, and ask for the rest by itself.',
  )
}
