/** `find` with an advisory, a list, a CPE, or a scope: many packages in one question, all pages of its answer. */
import { randomUUID } from 'node:crypto'
import type { TreeSize } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { namedParts } from '../client/named-parts.ts'
import { verifiedSearch } from '../client/verified-search.ts'
import { utf8 } from '../encoding/utf8.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import { connector, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import {
  deliver,
  writeFiles,
  type FindFormat,
  type Output,
  type Writer,
  type WriterOf,
} from './find-output.ts'
import { answerJson } from './json-answer.ts'
import { createProgress } from './progress.ts'
import { askedOf, isPurl, withScope, type Asked, type SearchFlags } from './search-asked.ts'
import { searchCsv, searchNdjson } from './search-files.ts'
import type { WatchFormat } from './find-changes.ts'
import { watchSearch } from './find-watch.ts'
import { groupRows, type Grouping } from './search-groups.ts'
import { originsJson, READ_FROM } from './search-origins.ts'
import { scopeNow } from './search-scope.ts'
import { searchPages, withoutLifted, type SearchPages } from './search-pages.ts'
import { printSearch } from './search-summary.ts'
import { systemClock } from './system-clock.ts'
import { wrap } from './table.ts'
import { formatJson, visible, type Terminal } from './terminal.ts'
import { unknownBeside } from './unknown-images.ts'
import { UsageError } from './usage-error.ts'
import { cycloneDxVex } from './vex-cyclonedx.ts'
import { isAboutAdvisories, type VexContext } from './vex-findings.ts'
import { openVex } from './vex-openvex.ts'

/** A log of builds grows by the minute; a new build is not worth more than that. */
const DEFAULT_INTERVAL_S = 60

export interface FindSearchFlags extends SearchFlags, TrustFlags {
  readonly groupBy?: Grouping
  readonly at?: TreeSize
  readonly limit?: number
  readonly hideLifted?: boolean
  readonly output?: readonly Output[]
  readonly unknown?: true
  readonly watch?: true
  readonly interval?: number
}

export async function findSearch(
  context: CliContext,
  component: string | undefined,
  flags: FindSearchFlags,
): Promise<void> {
  const { terminal } = context
  const connected = connector(context, flags)
  const moment = flags.at === undefined ? {} : { at: flags.at }
  const read = await askedOf(component, flags, async (name) =>
    namedParts(await connected(), { ...name, ...moment }),
  )
  const outputs = flags.output ?? []
  refuseVexWithoutAdvisory(read, outputs)
  const watched = flags.watch === true ? watchFormat(flags) : undefined
  if (flags.hideLifted === true && read.aliases.size === 0)
    throw new UsageError('--hide-lifted goes with --osv: VEX speaks of vulnerabilities')
  const client = await connected()
  for (const note of read.notes)
    for (const line of wrap('', visible(note), terminal.columns)) terminal.note(line)
  if (watched !== undefined && component !== undefined && !isPurl(component))
    terminal.note('These are watched, not what gets the name later.')
  const asked = await withScope(read, client, flags, terminal)
  if (watched !== undefined) return watch(context, client, { asked, format: watched, flags })
  const all = await searchPages(
    (page, reading) => verifiedSearch(client, asked.question, { ...page, ...moment }, reading),
    { trust: client.trust, progress: createProgress({ terminal, what: 'find' }), limit: flags.limit },
  )
  const rows = flags.hideLifted === true ? withoutLifted(all) : all
  const found = flags.unknown === true ? { ...rows, unknown: await unknownBeside(client, all) } : rows
  await deliver(context, outputs, (format) => writerOf(context, found, asked, flags.groupBy, format))
  // Whoever reads the exit code alone must not take a part of the answer for the whole.
  if (asked.notLookedFor.length > 0) {
    terminal.note(`Not looked for: ${asked.notLookedFor.length} of the packages named.`)
    context.setExitCode(EXIT.cannotTell)
  }
}

/** Files hold the newest answer, written anew with each. Drafts do not: a person works on those. */
function watchFormat(flags: FindSearchFlags): WatchFormat {
  const other = WHOLES.find((name) => flags[name] !== undefined)
  if (other !== undefined)
    throw new UsageError(`--watch: expected no --${inWords(other)}`, 'Ask for it by itself.')
  const outputs = flags.output ?? []
  const draft = outputs.find(({ format }) => format === 'openvex' || format === 'cyclonedx-vex')
  if (draft !== undefined)
    throw new UsageError(
      `--watch: expected no --output ${draft.format}: a draft is for a person to work on, and would be written over`,
      'Ask for it by itself once something was found.',
    )
  const { format = 'table' } = outputs.find((one) => one.file === undefined) ?? {}
  if (format === 'table' || format === 'ndjson') return format
  throw new UsageError(
    `--watch: expected --output table or ndjson on the screen, got ${format}`,
    `For a file that always has the whole answer: -o ${format}=FILE`,
  )
}

/** What goes on has no limit and no past; and what was lifted meanwhile has not disappeared. */
const WHOLES = ['at', 'limit', 'hideLifted'] as const

function inWords(flag: (typeof WHOLES)[number]): string {
  return flag === 'hideLifted' ? 'hide-lifted' : flag
}

interface Watched {
  readonly asked: Asked
  readonly format: WatchFormat
  readonly flags: FindSearchFlags
}

function watch(context: CliContext, client: Client, { asked, format, flags }: Watched): Promise<void> {
  const { groupBy: grouping, interval: intervalSeconds = DEFAULT_INTERVAL_S, output = [] } = flags
  const files = output.filter((one) => one.file !== undefined)
  return watchSearch(context, client, {
    asked,
    now: () => ({ ...asked.question, scope: scopeNow(asked.question.scope, flags) }),
    isTimed: flags.environment !== undefined && flags.deployedAt === undefined,
    format,
    grouping,
    intervalSeconds,
    withUnknown: flags.unknown === true,
    keep: keeper(context, files, (found, one) => writerOf(context, found, asked, grouping, one)),
  })
}

/** Says which files it writes once, not with each answer. */
function keeper(
  { terminal }: CliContext,
  files: readonly Output[],
  make: (found: SearchPages, format: FindFormat) => ReturnType<WriterOf>,
): (found: SearchPages) => Promise<void> {
  let told: Terminal = terminal
  return async (found) => {
    await writeFiles(told, files, (format) => make(found, format))
    told = { ...terminal, note: () => undefined }
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
function jsonOf(
  { answer, origins, unknown, hiddenLifted }: SearchPages,
  asked: Asked,
  grouping: Grouping | undefined,
): object {
  const groups = (by: Grouping): readonly object[] =>
    groupRows(answer.items, by, origins).map(({ title, rows }) => ({
      title,
      images: rows.map((row) => row.image),
    }))
  return {
    ...answer,
    question: formatSearchQuestion(answer.question),
    notEstablished: [...answer.notEstablished, ...(asked.isByName ? ['names'] : [])],
    paths: { ...READ_FROM, entries: originsJson(origins) },
    ...(unknown === undefined ? {} : { unknown: { toldBy: 'server', items: unknown } }),
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
