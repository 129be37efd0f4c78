/** `attestree status sync`: the whole status map in a file, to be asked offline. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { syncStatus } from '../client/sync-status.ts'
import { isStatusMap } from '../verify/status-map.ts'
import { writeWhole } from './audit-state-file.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { readInput } from './key-store.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { createProgress } from './progress.ts'
import { bytesText, plural } from './table.ts'
import { visible } from './terminal.ts'

const DEFAULT_FILE = 'attestree-status.ndjson'

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
      `\nExamples:\n  attestree status sync --out status.ndjson\n  attestree verify key:sha256:… --status-file status.ndjson\n`,
    )
    .action((flags: SyncFlags) => sync(context, flags))
  return status
}

async function sync(context: CliContext, flags: SyncFlags): Promise<void> {
  const client = await connect(context, flags)
  const { terminal } = context
  const progress = createProgress({ terminal, what: 'status map' })
  const kept = await keptIn(flags.out)
  const show = (checked: number, total: number): void =>
    progress.show(checked, total, () => 'entries checked')
  const synced = syncStatus(client, { kept, progress: show })
  const { file, known, entries, fetched } = await synced.finally(() => progress.end())
  await writeWhole(flags.out, file, true)
  const all = plural(entries, 'entry', 'entries')
  terminal.print(`${terminal.color.green('✓')} Wrote ${visible(flags.out)} (${bytesText(file)})`)
  terminal.print(
    `  All that is revoked in ${visible(known.checkpoint.origin)} as of size ${known.through}: ${all}, each checked; ${fetched} fetched`,
  )
}

/** What a file of before has is not fetched again. */
async function keptIn(path: string): Promise<Uint8Array | undefined> {
  if (!existsSync(path)) return undefined
  const bytes = await readInput(path)
  return isStatusMap(bytes) ? bytes : undefined
}
