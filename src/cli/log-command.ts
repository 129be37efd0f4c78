/** `attestree log …`: how the log stands, and replaying all of it. Checkpoints and entries have files of their own. */
import { Command } from 'commander'
import { auditLog, type AuditReport } from '../client/audit.ts'
import type { StatusAnswer } from '../verify/answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { describeCheckpoint, describeConsistency } from './log-checkpoint.ts'
import { describeTail } from './log-tail.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { plural } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** A log that does not hold is a failed proof. */
const EXIT_WRONG = 15

export function logCommand(context: CliContext): Command {
  const log = new Command('log').description(
    'how the log stands, what it has signed; replay and check all of it',
  )
  withFlags(log.command('status'))
    .description('size, trust root and coverage of the log')
    .action((flags: TrustFlags & OutputFlags) => status(context, flags))
  withFlags(log.command('audit'))
    .description('download every entry and tile, and make the tree again')
    .option('--deep', 'also fetch what was signed: signatures, grants, revocations, manifests')
    .addHelpText('after', '\nExample:\n  attestree log audit --deep\n')
    .action((flags: TrustFlags & OutputFlags & { deep?: true }) => audit(context, flags))
  describeCheckpoint(withFlags(log.command('checkpoint')), context)
  describeConsistency(withFlags(log.command('consistency')), context)
  describeTail(withFlags(log.command('tail')), context)
  return log
}

function withFlags(command: Command): Command {
  return command.addOption(outputOption()).addOption(serverOption()).addOption(trustOption())
}

async function status(context: CliContext, flags: TrustFlags & OutputFlags): Promise<void> {
  const answer = await (await connect(context, flags)).status()
  if (flags.output === 'json') context.terminal.print(answerJson('Status', answer))
  else printStatus(context.terminal, answer)
}

function printStatus(
  terminal: Terminal,
  { origin, logKey, trustRoot, readOnly, asOf, coverage, version }: StatusAnswer,
): void {
  const behind = asOf.treeSize - asOf.indexedThrough
  terminal.print(
    `${visible(origin)}  ${plural(asOf.treeSize, 'entry', 'entries')}, index ${behind === 0 ? 'up to date' : `${behind} behind`}`,
  )
  terminal.print(`  Log key     ${visible(logKey)}  (as in the trust file)`)
  terminal.print(`  Root hash   ${asOf.rootHash}  (signed)`)
  terminal.print(`  Trust root  ${trustRoot.id}  (version ${trustRoot.version}, entry #${trustRoot.entry})`)
  terminal.print(
    `  Images      ${coverage.images}, of which ${coverage.withSbom} with an SBOM, ${coverage.unknown} unknown`,
  )
  terminal.print(`  Newest      ${visible(asOf.recordedAt ?? '(empty)')}  (the server’s word)`)
  terminal.print(`  Server      attestree ${visible(version)}`)
  if (readOnly !== undefined) terminal.print(`${terminal.color.yellow('!')} Read-only: ${visible(readOnly)}`)
}

async function audit(
  context: CliContext,
  flags: TrustFlags & OutputFlags & { readonly deep?: true },
): Promise<void> {
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
  if (report.outcome === 'wrong') context.setExitCode(EXIT_WRONG)
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
    'Not looked at: the index (its maps come with a later version), and whether others are shown the same log.',
  )
}
