/** `attestree log audit --index`: both maps replayed from the log, and the verdict. */
import { writeFile } from 'node:fs/promises'
import { auditIndex, type IndexAuditReport } from '../client/audit-index.ts'
import type { Client } from '../client/client.ts'
import type { Explained } from '../client/explain-root.ts'
import type { Sample } from '../client/sample.ts'
import type { LogIndex } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { stateFile, type StateFile } from './audit-state-file.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { fraudJson, fraudSentence } from './fraud-text.ts'
import { untilInterrupted } from './interrupt.ts'
import { answerJson } from './json-answer.ts'
import { random } from './key-store.ts'
import type { OutputFlags } from './output-flag.ts'
import { createProgress } from './progress.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** So many entries, or a share of all. */
type SampleAsked = { readonly entries: number } | { readonly share: number }

export interface IndexAuditFlags {
  readonly sample?: SampleAsked
  readonly seed?: string
  readonly fraudProof?: string
}

export function parseSample(text: string): SampleAsked {
  const [, digits = '', percent] = /^(\d{1,15}(?:\.\d{1,6})?)(%?)$/.exec(text) ?? []
  const number = Number(digits)
  if (digits !== '' && percent === '%' && number <= 100) return { share: number / 100 }
  if (/^\d+$/.test(digits) && percent === '') return { entries: number }
  throw new UsageError(`--sample: expected a number of entries, or 0% to 100%, got ${text.slice(0, 100)}`)
}

export async function runIndexAudit(
  context: CliContext,
  flags: TrustFlags & OutputFlags & IndexAuditFlags,
): Promise<void> {
  const { terminal } = context
  if (flags.seed !== undefined && flags.sample === undefined)
    throw new UsageError('log audit: --seed goes with --sample')
  const client = await connect(context, flags)
  const sample = await sampleOf(client, flags)
  // A seed that was drawn just now will not come again.
  const isRepeated = sample === undefined || flags.seed !== undefined
  const what = `audit ${sample === undefined ? 'all' : `${sample.share} ${sample.seed}`}`
  const file = isRepeated ? stateFile(context.settings, client.trust.logKey, what) : undefined
  const report = await auditShown(terminal, client, { ...(sample && { sample }), ...(file && { file }) })
  await file?.remove()
  if (flags.output === 'json') terminal.print(answerJson('IndexAudit', indexAuditJson(report)))
  else printIndexAudit(terminal, report)
  await writeFraudProof(terminal, report, flags.fraudProof)
  if (report.outcome === 'wrong') context.setExitCode(EXIT.wrong)
}

/** One that was interrupted goes on where it was. */
export async function auditShown(
  terminal: Terminal,
  client: Client,
  { sample, file }: { readonly sample?: Sample; readonly file?: StateFile },
): Promise<IndexAuditReport> {
  const state = await file?.read()
  const progress = createProgress({ terminal, what: 'audit' })
  try {
    return await untilInterrupted((signal) =>
      auditIndex(client, {
        signal,
        ...(sample && { sample }),
        ...(state && { state }),
        ...(file && { keep: file.keep }),
        onProgress: (done, total) => progress.show(done, total, () => 'entries'),
      }),
    )
  } finally {
    progress.end()
  }
}

/** A seed that nobody can know before: an operator would lie about what is not drawn. */
async function sampleOf(client: Client, { sample, seed }: IndexAuditFlags): Promise<Sample | undefined> {
  if (sample === undefined) return undefined
  const drawn = { seed: seed ?? formatHex(random(8)) }
  if ('share' in sample) return { ...drawn, share: sample.share }
  const { size } = (await client.checkpoint()).checkpoint
  return { ...drawn, share: size === 0 ? 1 : Math.min(1, sample.entries / size) }
}

async function writeFraudProof(
  terminal: Terminal,
  { explained }: IndexAuditReport,
  file: string | undefined,
): Promise<void> {
  const proof = explained.find((one) => one.proof !== undefined)?.proof
  if (proof === undefined) return
  if (file === undefined)
    return terminal.note('! --fraud-proof FILE writes what proves this to others, offline')
  await writeFile(file, proof)
  terminal.note(`${file}: proves it to others: attestree verify ${file}`)
}

function indexAuditJson({ checkpoint, explained, ...report }: IndexAuditReport): object {
  return {
    ...report,
    wrongRoots: explained.map(({ map, size, after, report: found, unexplained }) => ({
      map,
      size,
      after,
      ...(found && { shows: fraudJson(found) }),
      ...(unexplained !== undefined && { unexplained }),
    })),
    origin: checkpoint.origin,
    treeSize: checkpoint.size,
  }
}

export function printIndexAudit(terminal: Terminal, report: IndexAuditReport): void {
  const { color } = terminal
  for (const { where, what, reason } of report.problems)
    terminal.print(`${color.red('✕')} ${visible(where)}: ${visible(what)} (${reason})`)
  for (const one of report.explained) printWrapped(terminal, '  ', visible(sentenceOf(one)))
  const { entries, tiles, checkpoint, problems, outcome } = report
  const counts = `${plural(entries, 'entry', 'entries')}, ${plural(tiles, 'tile')} of three logs`
  if (outcome === 'wrong') {
    terminal.print(
      `${color.red('✕')} WRONG · ${plural(problems.length, 'problem')} · ${counts}. Keep this checkpoint as evidence:`,
    )
    terminal.print(report.note)
    for (const fork of report.forks) {
      terminal.print(
        `${color.red('✕')} The log signed this one too, which is of another history. Together they prove it:`,
      )
      terminal.print(fork.split('\n').map(visible).join('\n'))
    }
  } else {
    terminal.print(
      `${color.green('✓')} OK · ${counts} · ${visible(checkpoint.origin)} at size ${checkpoint.size}`,
    )
    for (const map of ['components', 'status'] as const) printMap(terminal, map, report.maps[map])
  }
  printLimits(terminal, report)
}

function printMap(
  terminal: Terminal,
  map: string,
  { roots, size, keys }: IndexAuditReport['maps']['status'],
): void {
  terminal.print(
    `  ${map.padEnd(10)}  ${plural(roots, 'published root')} made again, up to size ${size}; ${plural(keys, 'key')}`,
  )
}

/** What the verdict rests on. */
function printLimits(
  terminal: Terminal,
  { derived, entries, sample, unreadable, derivable, checkpoint, maps }: IndexAuditReport,
): void {
  const drawn =
    sample === undefined
      ? 'all signatures, grants and manifests'
      : `a sample of ${Number((sample.share * 100).toFixed(4))}% (seed ${sample.seed}), and all that say they are control statements. A manifest that hides a line, and agrees with the map, is found only where it was drawn`
  printWrapped(
    terminal,
    '  ',
    `What was signed was looked at of ${derived} of ${plural(entries, 'entry', 'entries')}: ${visible(drawn)}.`,
  )
  printWrapped(
    terminal,
    '  ',
    `Taken from the server: which entries could not be read (${unreadable.length === 0 ? 'none' : `${unreadable.length}: ${listOf(unreadable)}`}). It is fixed when an entry is recorded, and follows from nothing.`,
  )
  if (derivable.length > 0) printWrapped(terminal, '! ', derivableSentence(derivable))
  const tail = checkpoint.size - maps.components.size
  if (tail > 0)
    printWrapped(
      terminal,
      '  ',
      `Not in the component map yet: the last ${plural(tail, 'entry', 'entries')}.`,
    )
  terminal.print('  Not looked at: whether others are shown the same logs.')
}

/** Nobody can prove it a lie: which entries could be read was fixed when they were recorded. */
export function derivableSentence(derivable: readonly LogIndex[]): string {
  return `Of the entries that could not be read, ${listOf(derivable)} can be read now: what was signed is served, and states something. It came after the entry was recorded, or the ledger hides it: ask the operator.`
}

/** The first ten. */
function listOf(entries: readonly LogIndex[]): string {
  const more = entries.length > 10 ? ` and ${entries.length - 10} more` : ''
  return (
    entries
      .slice(0, 10)
      .map((index) => `#${index}`)
      .join(' ') + more
  )
}

function sentenceOf({ map, size, after, report, unexplained }: Explained): string {
  const between = `The root of size ${after} was right, that of size ${size} is not`
  if (unexplained !== undefined) return `${between}; the server could not be asked why: ${unexplained}`
  if (report === undefined)
    return `${between}; no key of the entries ${after} to ${size - 1} shows it now, and what the ${map} map had instead is not known`
  return `${between}: ${fraudSentence(report)}`
}
