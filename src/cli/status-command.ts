/** `attestree status sync`: the whole status map in a file, to be asked offline. */
import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { syncStatus } from '../client/sync-status.ts'
import { formatStatus } from '../verify/status-evidence.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { bytesText, plural } from './table.ts'
import { visible } from './terminal.ts'

const DEFAULT_FILE = 'attestree-status.json'

interface SyncFlags extends TrustFlags {
  readonly out: string
}

export function statusCommand(context: CliContext): Command {
  const status = new Command('status').description('what is revoked, kept for offline use')
  status
    .command('sync')
    .description('download the whole status map, verify it and keep it')
    .option('--out <FILE>', 'where to write it', DEFAULT_FILE)
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      `\nExamples:\n  attestree status sync --out status.json\n  attestree verify key:sha256:… --status-file status.json\n`,
    )
    .action((flags: SyncFlags) => sync(context, flags))
  return status
}

async function sync(context: CliContext, flags: SyncFlags): Promise<void> {
  const client = await connect(context, flags)
  const { evidence, known } = await syncStatus(client)
  const bytes = formatStatus(evidence)
  await writeFile(flags.out, bytes)
  const { terminal } = context
  const entries = plural(Object.keys(evidence.entries).length, 'entry', 'entries')
  terminal.print(`${terminal.color.green('✓')} Wrote ${visible(flags.out)} (${bytesText(bytes)})`)
  terminal.print(
    `  All that is revoked in ${visible(known.checkpoint.origin)} as of size ${known.through}: ${entries}, each checked`,
  )
}
