/** `attestree server doctor`: looks at an installation, also while it runs, and says what to do (interface.md 4.4). */
import type { CliContext } from './context.ts'
import { diagnose, type Diagnosis } from './doctor-rules.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import { inspectLedger, ledgerFolders } from './ledger-folder.ts'
import type { OutputFlags } from './output-flag.ts'
import type { FolderFlags } from './server-flags.ts'
import { systemClock } from './system-clock.ts'
import { plural, wrap } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

export async function examineServer(context: CliContext, flags: FolderFlags & OutputFlags): Promise<void> {
  const { terminal } = context
  const found = inspectLedger(ledgerFolders(flags.data, flags.signerDir))
  const diagnoses = diagnose({ ...found, node: process.version, now: systemClock.now() })
  const wrong = diagnoses.filter((one) => one.state === 'wrong').length
  const warnings = diagnoses.filter((one) => one.state === 'warning').length
  if (flags.output === 'json') terminal.print(answerJson('Doctor', { wrong, warnings, checks: diagnoses }))
  else {
    for (const one of diagnoses) printDiagnosis(terminal, one)
    terminal.print('')
    terminal.print(`${plural(diagnoses.length, 'check')}: ${wrong} wrong, ${plural(warnings, 'warning')}.`)
    terminal.print(
      'Not looked at: signatures, tiles and entries (attestree server check), and how clients reach it.',
    )
  }
  if (wrong > 0) context.setExitCode(EXIT.unwell)
}

function printDiagnosis(terminal: Terminal, { check, state, found, todo }: Diagnosis): void {
  const { color } = terminal
  const mark = { ok: color.green('✓'), warning: color.yellow('!'), wrong: color.red('✕') }[state]
  terminal.print(`${mark} ${check.padEnd(9)}  ${visible(found)}`)
  if (todo !== undefined)
    for (const line of wrap('             Do  ', visible(todo), terminal.columns)) terminal.print(line)
}
