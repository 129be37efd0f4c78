/**
 * `attestree server init | start | check | backup | restore | doctor`: a ledger on this machine. What serves and stores
 * is loaded by the command that needs it, so that `verify` in a script starts in half the time.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CliContext } from './context.ts'
import { outputOption, type OutputFlags } from './output-flag.ts'
import type { FolderFlags, StartFlags } from './server-flags.ts'
import { DEFAULT_DATA_FOLDER, DEFAULT_HOST, DEFAULT_ORIGIN, DEFAULT_PORT } from './settings.ts'

export function serverCommand(context: CliContext): Command {
  const server = new Command('server').description('run a ledger on this machine')
  withFolders(server.command('init'))
    .description('create a ledger: log key, administrator key and trust root')
    .option('--origin <NAME>', 'the log’s name for ever, a bare host name', DEFAULT_ORIGIN)
    .addHelpText(
      'after',
      '\nExample:\n  attestree server init --origin ledger.example.com --signer-dir /var/lib/attestree-signer\n',
    )
    .action(async (flags: FolderFlags & { origin: string }) =>
      (await import('./server-init.ts')).initServer(context, flags),
    )
  withFolders(server.command('start'))
    .description('serve a ledger over HTTP until it is stopped')
    .option('--host <ADDRESS>', 'address to listen on', DEFAULT_HOST)
    .option('--port <NUMBER>', 'port to listen on; 0 takes a free one', parsePort, DEFAULT_PORT)
    .option('--create', 'create a ledger first if there is none')
    .option(
      '--origin <NAME>',
      `refuse to start any other log; with --create, the new log’s name (default: ${DEFAULT_ORIGIN})`,
    )
    .option('--submit-tokens <FILE>', 'take submissions only with one of the tokens in FILE, one a line')
    .option(
      '--auditor <KEY...>',
      'take and show cosignatures of the maps by these keys, as auditor run prints them',
    )
    .addOption(
      new Option('--rate-limit <MODE>', 'limit submissions by address; auto: while admission is open')
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .option('--trust-proxy <NUMBER>', 'proxies before it whose X-Forwarded-For is believed', parseProxies, 0)
    .option('--read-only', 'serve what was published, take no submission, sign nothing')
    .addHelpText('after', '\nExample:\n  attestree server start --data ./attestree-data --port 8700\n')
    .action(async (flags: StartFlags) => (await import('./server-start.ts')).runServer(context, flags))
  server
    .command('check')
    .description('verify everything a stopped ledger holds: signatures, tiles, entries, index')
    .argument('[DIR]', 'the data folder', DEFAULT_DATA_FOLDER)
    .option('--signer-dir <DIR>', 'where the log key and the signer state are (default: DIR/signer)')
    .option('-o, --output <FORMAT>', 'table or json', 'table')
    .addHelpText('after', '\nExample:\n  attestree server check ./attestree-data\n')
    .action(async (data: string, flags: { signerDir?: string; output: string }) =>
      (await import('./server-check.ts')).checkServer(context, { ...flags, data }),
    )
  server
    .command('backup')
    .description(
      'a verified copy of the data, also while it is served; log key and signer state are left out',
    )
    .argument('DIR', 'where to write it; must hold no backup yet')
    .option('--data <DIR>', 'the data folder', DEFAULT_DATA_FOLDER)
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExample:\n  attestree server backup "/backups/ledger-$(date +%F)" --data /var/lib/attestree\n',
    )
    .action(async (target: string, flags: OutputFlags & { data: string }) =>
      (await import('./server-backup.ts')).backupServer(context, target, flags),
    )
  withFolders(server.command('restore'))
    .description('put a backup in the place of lost data, if nothing that was signed is missing in it')
    .argument('BACKUP', 'the folder that backup wrote')
    .option(
      '--for-reading',
      'take one that is older than what was signed; it can only be served with --read-only',
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExample:\n  attestree server restore /backups/ledger-2026-11-24 --data /var/lib/attestree\n',
    )
    .action(async (backup: string, flags: FolderFlags & OutputFlags & { forReading?: true }) =>
      (await import('./server-backup.ts')).restoreServer(context, backup, flags),
    )
  withFolders(server.command('doctor'))
    .description(
      'look at an installation, also while it runs, and say what to do; exit 22 if anything is wrong',
    )
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  attestree server doctor --data /var/lib/attestree\n')
    .action(async (flags: FolderFlags & OutputFlags) =>
      (await import('./server-doctor.ts')).examineServer(context, flags),
    )
  return server
}

function withFolders(command: Command): Command {
  return command
    .option('--data <DIR>', 'the data folder', DEFAULT_DATA_FOLDER)
    .option('--signer-dir <DIR>', 'where the log key and the signer state are (default: DATA/signer)')
}

function parseProxies(text: string): number {
  if (!/^\d$/.test(text)) throw new InvalidArgumentError('expected a number from 0 to 9')
  return Number(text)
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('expected a number from 0 to 65535')
  return port
}
