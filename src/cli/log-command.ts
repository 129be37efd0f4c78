/** `attestree log …`: how the log stands. Audits, checkpoints and entries have files of their own. */
import { Command } from 'commander'
import type { StatusAnswer } from '../verify/answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { describeAudit } from './log-audit.ts'
import { describeCheckpoint, describeConsistency } from './log-checkpoint.ts'
import { describeTail } from './log-tail.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { plural } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

export function logCommand(context: CliContext): Command {
  const log = new Command('log').description(
    'how the log stands, what it has signed; replay and check all of it',
  )
  withFlags(log.command('status'))
    .description('size, trust root and coverage of the log')
    .action((flags: TrustFlags & OutputFlags) => status(context, flags))
  describeAudit(withFlags(log.command('audit')), context)
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
