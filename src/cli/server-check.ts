/** `attestree server check`: verifies everything that a stopped ledger holds. */
import { checkLedger, type LedgerCheck } from '../ledger/check.ts'
import { verifierKeyOf } from '../tlog/signed-note.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import { ledgerFolders, openLedgerFolder, openScratchIndex } from './ledger-folder.ts'
import type { FolderFlags } from './server-flags.ts'
import { plural } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** A failed check is a failed proof (exit 15). */
export async function checkServer(
  context: CliContext,
  flags: FolderFlags & { readonly output: string },
): Promise<void> {
  if (flags.output !== 'table' && flags.output !== 'json') {
    throw new UsageError(`--output: expected table or json, got ${flags.output}`)
  }
  const folders = ledgerFolders(flags.data, flags.signerDir)
  const { storage, logKey, origin } = await openLedgerFolder(folders, context.settings)
  await using _closing = storage
  const report = await checkLedger(storage, {
    key: verifierKeyOf(origin, logKey.publicKey),
    scratch: openScratchIndex(),
    onProgress: (done, total) => showProgress(context.terminal, done, total),
  })
  if (flags.output === 'json') context.terminal.print(answerJson('LedgerCheck', report))
  else printReport(context.terminal, report)
  if (report.problems.length > 0) context.setExitCode(EXIT.wrong)
}

function showProgress(terminal: Terminal, done: number, total: number): void {
  const tenth = Math.max(1, Math.floor(total / 10))
  if (total > 1000 && (done % tenth < 256 || done === total))
    terminal.note(`check: ${Math.floor((100 * done) / total)}%  ${done} entries`)
}

function printReport(terminal: Terminal, report: LedgerCheck): void {
  const { color } = terminal
  for (const { where, what } of report.problems)
    terminal.print(`${color.red('✕')} ${visible(where)}: ${visible(what)}`)
  const counts = `${plural(report.entries, 'entry', 'entries')}, ${plural(report.tiles, 'tile')}, ${plural(report.keys, 'index key')}`
  const sizes = `signed ${report.signed}, published ${report.published}, indexed ${report.indexedThrough}`
  const verdict =
    report.problems.length === 0
      ? `${color.green('✓')} OK`
      : `${color.red('✕')} ${plural(report.problems.length, 'problem')}`
  terminal.print(`${verdict} · ${counts} · ${sizes}`)
}
