/** `attestree server backup | restore`: copies of what is stored. What may be signed on is decided by the signer state. */
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { backupLedger, ledgerFolders, restoreLedger, type RestoredLedger } from './ledger-folder.ts'
import type { OutputFlags } from './output-flag.ts'
import type { FolderFlags } from './server-flags.ts'
import { plural } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

export async function backupServer(
  { terminal }: CliContext,
  target: string,
  flags: OutputFlags & { readonly data: string },
): Promise<void> {
  const { data } = ledgerFolders(flags.data)
  const { data: folder } = ledgerFolders(target)
  const { entries, published } = await backupLedger(data, folder)
  if (flags.output === 'json') {
    terminal.print(answerJson('Backup', { folder, entries, checkpoint: published.note }))
    return
  }
  terminal.print(
    `${terminal.color.green('✓')} Copied ${plural(entries, 'entry', 'entries')} to ${visible(folder)}, published through size ${published.size}`,
  )
  terminal.print('  Every entry and the tree of the copy were checked against its checkpoint.')
  terminal.print(
    '  Left out: the log key and the signer state, which must never be restored; the index, which is derived.',
  )
}

export async function restoreServer(
  { terminal }: CliContext,
  backup: string,
  flags: FolderFlags & OutputFlags & { readonly forReading?: true },
): Promise<void> {
  const folders = ledgerFolders(flags.data, flags.signerDir)
  const facts = await restoreLedger(ledgerFolders(backup).data, folders, flags.forReading === true)
  const { entries, signed, missingRoots } = facts
  const isBehind = entries < signed
  if (flags.output === 'json') {
    terminal.print(
      answerJson('Restore', { folder: folders.data, entries, signed, missingRoots, readOnly: isBehind }),
    )
    return
  }
  terminal.print(
    `${terminal.color.green('✓')} Restored ${plural(entries, 'entry', 'entries')} to ${visible(folders.data)}; ${signed} were signed`,
  )
  if (!isBehind) noteMissingRoots(terminal, missingRoots)
  const signer = flags.signerDir === undefined ? '' : ` --signer-dir ${flags.signerDir}`
  const only = isBehind ? ' --read-only' : ''
  if (isBehind)
    terminal.note(
      `${terminal.color.yellow('!')} ${signed - entries} that were signed are missing: it must never be signed on.`,
    )
  terminal.print(`Next: attestree server start --data ${flags.data}${signer}${only}`)
}

/** Of a backup that has every entry, but was made before the maps of the last ones were published. */
function noteMissingRoots(terminal: Terminal, missing: RestoredLedger['missingRoots']): void {
  for (const map of ['components', 'status'] as const) {
    if (missing[map] === 0) continue
    const roots = plural(missing[map], 'root')
    terminal.note(`${terminal.color.yellow('!')} ${map} map: missing in it: ${roots} that had been signed.`)
    terminal.note(
      '  The start makes them again from the log. If that cannot be done, /readyz says so, and the log goes on.',
    )
  }
}
