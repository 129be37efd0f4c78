/** `attestree index rebuild`: the derived part of a ledger on this machine. */
import { Command } from 'commander'
import type { CliContext } from './context.ts'
import type { FolderFlags } from './server-flags.ts'
import { DEFAULT_DATA_FOLDER } from './settings.ts'

export function indexCommand(context: CliContext): Command {
  const index = new Command('index').description('the index of a ledger on this machine')
  index
    .command('rebuild')
    .description(
      'make the index again, also while the old one answers, and compare it with what was published',
    )
    .option('--data <DIR>', 'the data folder', DEFAULT_DATA_FOLDER)
    .option('--signer-dir <DIR>', 'where the log key and the signer state are (default: DATA/signer)')
    .addHelpText('after', '\nExample:\n  attestree index rebuild --data /var/lib/attestree\n')
    .action(async (flags: FolderFlags) => (await import('./index-rebuild.ts')).rebuildIndexOf(context, flags))
  return index
}
