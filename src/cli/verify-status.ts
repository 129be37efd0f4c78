/** `attestree verify FILE`, of a status file: what it proves about revocations, offline. */
import { requireEstablished } from '../verify/evidence-report.ts'
import type { TargetStatus } from '../verify/status-evidence.ts'
import type { StatusReport } from '../verify/status-report.ts'
import { cosignedJson } from './answer-sentences.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** Ends with exit 14 if anything that it is about is revoked, for everything or since a size. */
export function printStatusReport(
  context: CliContext,
  path: string,
  report: StatusReport,
  { output, require }: OutputFlags & { readonly require?: string },
): void {
  const { terminal } = context
  if (output === 'json') terminal.print(answerJson('StatusReport', statusJson(report)))
  else printReport(terminal, path, report)
  if (report.targets.some(({ state }) => state !== 'not-revoked')) return context.setExitCode(EXIT.revoked)
  requireEstablished(report, require?.split(',') ?? [])
}

function statusJson({
  targets,
  checkpoint,
  status,
  through,
  established,
  notEstablished,
}: StatusReport): object {
  return {
    targets: targets.map(targetJson),
    origin: checkpoint.origin,
    treeSize: checkpoint.size,
    through,
    established,
    notEstablished,
    ...cosignedJson(status),
    statusMap: { origin: status.published.origin, entry: status.published.size - 1, size: status.size },
  }
}

export function targetJson({ target, state, revocations, annulled }: TargetStatus): object {
  return {
    target,
    state,
    revocations: revocations.map(({ index, revocation: { mode, reason, cutoff } }) => ({
      entry: index,
      mode,
      reason,
      ...(cutoff === undefined ? {} : { cutoff }),
    })),
    annulled: annulled.map(({ index, annulledBy }) => ({ entry: index, annulledBy })),
  }
}

function printReport(
  terminal: Terminal,
  path: string,
  { targets, established, notEstablished }: StatusReport,
): void {
  const { color } = terminal
  terminal.print(`${color.green('✓')} ${visible(path)} verifies, offline.`)
  terminal.print('')
  for (const { target, state } of targets)
    terminal.print(
      `${state === 'not-revoked' ? color.green('✓') : color.red('⊘')} ${visible(target)}: ${state}`,
    )
  if (targets.length === 0)
    terminal.print('It has the whole status map: attestree verify WHAT --status-file FILE')
  terminal.print('')
  terminal.print('Established:')
  for (const sentence of established) printWrapped(terminal, '  ✓ ', visible(sentence))
  terminal.print('Not established:')
  for (const { id, text } of notEstablished) printWrapped(terminal, '  ? ', visible(`${id}: ${text}`))
}
