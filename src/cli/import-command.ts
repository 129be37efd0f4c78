/** `attestree import dir`: a folder of documents, as envelopes or as the importer's own statements (issue 5). */
import { Command } from 'commander'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { filesUnder, readSubjects } from './import-files.ts'
import { runImport, type ImportResult, type ImportRun } from './import-run.ts'
import { Interrupted, untilInterrupted } from './interrupt.ts'
import { answerJson } from './json-answer.ts'
import { readKeyFile } from './key-store.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { createProgress } from './progress.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

interface ImportFlags extends TrustFlags, OutputFlags {
  readonly key: string
  readonly subjects?: string
}

export function importCommand(context: CliContext): Command {
  const command = new Command('import').description('record many documents at once')
  command
    .command('dir')
    .description('record every SBOM, provenance, statement and envelope in a folder; run it again to go on')
    .argument('DIR', 'the folder; those inside of it too, gzip is unpacked')
    .requiredOption('--key <FILE>', 'signs what nobody signed, as the importer’s own statement')
    .option('--subjects <FILE>', 'which image each file is about: lines of FILE NAME@sha256:…')
    .addOption(serverOption())
    .addOption(trustOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((folder: string, flags: ImportFlags) => importFolder(context, folder, flags))
  return command
}

const HELP = `
Envelopes are submitted as they are; unsigned documents are wrapped in a statement that says where they were
imported from. The image is taken from --subjects, the document or the file name; else it is refused.

Examples:
  attestree import dir sboms --key importer.key
  attestree import dir sboms --key importer.key --subjects images.txt -o json
`

async function importFolder(context: CliContext, folder: string, flags: ImportFlags): Promise<void> {
  const { terminal } = context
  const files = await filesUnder(folder)
  if (files.length === 0) throw new UsageError(`${folder}: expected files to import, found none`)
  const subjects =
    flags.subjects === undefined ? new Map<string, never>() : await readSubjects(flags.subjects)
  for (const file of subjects.keys())
    if (!files.includes(file))
      terminal.note(`! ${visible(file)} is in the mapping, but not in ${visible(folder)}`)
  const key = await readKeyFile(flags.key, context.settings)
  const client = await connect(context, flags)
  const progress = createProgress({ terminal, what: 'import' })
  const run = await untilInterrupted((signal) =>
    runImport({
      client,
      key,
      folder,
      files,
      subjects,
      signal,
      onProgress: (done, results) => progress.show(done, files.length, () => factsOf(countsOf(results))),
    }),
  )
  progress.end()
  if (flags.output === 'json') terminal.print(answerJson('Import', jsonOf(folder, run)))
  else printRun(terminal, run)
  if (run.stoppedBy instanceof Interrupted) return sayInterrupted(context)
  if (run.stoppedBy !== undefined) throw run.stoppedBy
  if (countsOf(run.results).refused > 0) context.setExitCode(EXIT.refused)
}

function sayInterrupted({ terminal, setExitCode }: CliContext): void {
  terminal.note('Interrupted. What is recorded stays; run the same command again to record the rest.')
  setExitCode(EXIT.interrupted)
}

interface Counts {
  readonly recorded: number
  readonly alreadyRecorded: number
  readonly refused: number
  /** Most frequent first. */
  readonly byReason: readonly (readonly [reason: string, count: number])[]
}

function countsOf(results: readonly ImportResult[]): Counts {
  const reasons = new Map<string, number>()
  for (const result of results)
    if (result.state === 'refused')
      reasons.set(result.fault.reason, (reasons.get(result.fault.reason) ?? 0) + 1)
  const count = (state: ImportResult['state']): number => results.filter((one) => one.state === state).length
  return {
    recorded: count('recorded'),
    alreadyRecorded: count('already-recorded'),
    refused: count('refused'),
    byReason: [...reasons].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
  }
}

function factsOf({ recorded, alreadyRecorded, refused }: Counts): string {
  return `${recorded} recorded, ${alreadyRecorded} recorded already, ${refused} refused`
}

function jsonOf(folder: string, { results, stoppedBy }: ImportRun): object {
  const { byReason, ...counts } = countsOf(results)
  return {
    folder,
    complete: stoppedBy === undefined,
    ...counts,
    refusedByReason: Object.fromEntries(byReason),
    items: results.map((one) =>
      one.state === 'refused'
        ? { source: one.source, state: one.state, reason: one.fault.reason, message: one.fault.message }
        : one,
    ),
  }
}

type Refused = Extract<ImportResult, { readonly state: 'refused' }>

/** Those that are refused for one reason, in the same words, together: of a folder they are often most of it. */
function refusedAlike(results: readonly ImportResult[]): readonly (readonly Refused[])[] {
  const alike = new Map<string, Refused[]>()
  for (const one of results) {
    if (one.state !== 'refused') continue
    const key = `${one.fault.reason} ${one.fault.message}`
    alike.set(key, [...(alike.get(key) ?? []), one])
  }
  return [...alike.values()]
}

/** The files, then why, and what to do about them; of a command, the one for the first. */
function printRefused(terminal: Terminal, refused: readonly Refused[]): void {
  for (const { source, fault } of refused)
    terminal.print(`${terminal.color.red('✕')} ${visible(source)}  ${fault.reason}`)
  const [first, ...others] = refused
  if (first === undefined) return
  const { message, hint } = first.fault
  printWrapped(terminal, '  ', visible(message))
  if (hint === undefined) return
  const goesOn = others.length > 0 && hint.includes(first.source) ? ', and so on' : ''
  printWrapped(terminal, '  Do  ', visible(`${hint}${goesOn}`))
}

function printRun(terminal: Terminal, { results, stoppedBy }: ImportRun): void {
  const { color } = terminal
  for (const alike of refusedAlike(results)) printRefused(terminal, alike)
  const counts = countsOf(results)
  const mark = stoppedBy === undefined && counts.refused === 0 ? color.green('✓') : color.yellow('!')
  terminal.print(`${mark} ${plural(results.length, 'document')}: ${factsOf(counts)}`)
  for (const [reason, count] of counts.byReason) terminal.print(`  ${String(count).padStart(5)}  ${reason}`)
  if (stoppedBy !== undefined) terminal.print('  Not all files were come to.')
}
