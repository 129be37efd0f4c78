/** `attestree log audit`: replays the log, and with `--index` the maps of it (index-audit.ts). */
import type { Command } from 'commander'
import { auditLog, type AuditReport } from '../client/audit.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { parseSample, runIndexAudit, type IndexAuditFlags } from './index-audit.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { plural } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

interface AuditFlags extends TrustFlags, OutputFlags, IndexAuditFlags {
  readonly deep?: true
  readonly index?: true
}

const HELP = `
With --index, every root that the maps were ever published with is made again from the log. What each entry states
is derived from what was signed and compared with its manifest, of all entries or of a sample.

Examples:
  attestree log audit --deep
  attestree log audit --index
  attestree log audit --index --sample 5%      look into 5% of what was signed, still compare every root
`

export function describeAudit(command: Command, context: CliContext): void {
  command
    .description('download every entry and tile, and make the tree again')
    .option('--deep', 'also fetch what was signed: signatures, grants, revocations, manifests')
    .option('--index', 'also replay both maps, and compare every published root; includes --deep')
    .option('--sample <N>', 'with --index: of what was signed, look into about N entries, or N%', parseSample)
    .option('--seed <TEXT>', 'with --sample: draws the same entries again (default: random, and printed)')
    .option('--fraud-proof <FILE>', 'with --index: where to write what proves a wrong root to others')
    .addHelpText('after', HELP)
    .action((flags: AuditFlags) => audit(context, flags))
}

async function audit(context: CliContext, flags: AuditFlags): Promise<void> {
  if (flags.index === true) return runIndexAudit(context, flags)
  for (const name of ['sample', 'seed', 'fraudProof'] as const)
    if (flags[name] !== undefined)
      throw new UsageError('log audit: --sample, --seed and --fraud-proof go with --index')
  const { terminal } = context
  const report = await auditLog(await connect(context, flags), {
    deep: flags.deep === true,
    onProgress: (done, total) =>
      terminal.note(
        `audit: ${Math.floor((100 * done) / total)}%  ${done} of ${plural(total, 'entry', 'entries')}`,
      ),
  })
  if (flags.output === 'json') terminal.print(answerJson('Audit', jsonOf(report)))
  else printAudit(terminal, report)
  if (report.outcome === 'wrong') context.setExitCode(EXIT.wrong)
}

function jsonOf({ checkpoint, ...report }: AuditReport): object {
  return { ...report, origin: checkpoint.origin, treeSize: checkpoint.size }
}

function printAudit(terminal: Terminal, report: AuditReport): void {
  const { color } = terminal
  for (const { where, what, reason } of report.problems)
    terminal.print(`${color.red('✕')} ${visible(where)}: ${visible(what)} (${reason})`)
  const counts = `${plural(report.entries, 'entry', 'entries')}, ${plural(report.tiles, 'tile')}`
  if (report.outcome === 'wrong') {
    terminal.print(
      `${color.red('✕')} WRONG · ${plural(report.problems.length, 'problem')} · ${counts}. Keep this checkpoint as evidence:`,
    )
    terminal.print(report.note)
    return
  }
  const looked = report.deep ? 'tree root, signatures, grants and manifests hold' : 'tree root holds'
  terminal.print(
    `${color.green('✓')} OK · ${counts} · ${looked} · ${visible(report.checkpoint.origin)} at size ${report.checkpoint.size}`,
  )
  terminal.print(
    'Not looked at: the maps (attestree log audit --index), and whether others are shown the same log.',
  )
}
