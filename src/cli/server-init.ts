/** `attestree server init`: a new ledger, and what to do next. */
import { formatVerifierKey } from '../tlog/signed-note.ts'
import type { CliContext } from './context.ts'
import {
  createLedger,
  ledgerFolders,
  sharesFolder,
  type CreatedLedger,
  type LedgerFolders,
} from './ledger-folder.ts'
import type { FolderFlags } from './server-flags.ts'
import { systemClock } from './system-clock.ts'
import { wrap } from './table.ts'

export async function initServer(
  context: CliContext,
  flags: FolderFlags & { readonly origin: string },
): Promise<void> {
  const folders = ledgerFolders(flags.data, flags.signerDir)
  const created = await createLedger(folders, flags.origin, context.settings, systemClock)
  printCreated(context, folders, flags.origin, created)
  warnOfSharedFolder(context, folders)
  context.terminal.print('')
  const signer = flags.signerDir === undefined ? '' : ` --signer-dir ${flags.signerDir}`
  context.terminal.print(`Next: attestree server start --data ${flags.data}${signer}`)
}

export function printCreated(
  { terminal, settings }: CliContext,
  folders: LedgerFolders,
  origin: string,
  created: CreatedLedger,
): void {
  terminal.print(`${terminal.color.green('✓')} Created the ledger ${origin} in ${folders.data}`)
  terminal.print(`  Log key            ${formatVerifierKey(created.logKey)}`)
  terminal.print(`  Trust root         ${created.trustRoot}  (entry 0)`)
  terminal.print(`  Administrator key  ${created.adminKeyFile}`)
  terminal.print('                     Back it up: it decides who may sign.')
  if (settings.passphrase === '')
    terminal.note(`${terminal.color.yellow('!')} It has no passphrase: whoever can read the file decides.`)
}

/** README 2.7: start-up warns while the signer state shares the data folder. */
export function warnOfSharedFolder({ terminal }: CliContext, folders: LedgerFolders): void {
  if (!sharesFolder(folders)) return
  const warning = `The signer state is inside the data folder (${folders.signer}). Restoring that folder from a backup would roll it back unseen: keep it elsewhere with --signer-dir, or leave it out of backups.`
  for (const line of wrap('! ', warning, terminal.columns)) terminal.note(line)
}
