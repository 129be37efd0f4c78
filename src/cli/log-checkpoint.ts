/** `attestree log checkpoint | consistency`: a signed checkpoint to keep, and whether the log still continues it. */
import type { Command } from 'commander'
import { compareCheckpoint } from '../client/compare-checkpoint.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { readInput } from './key-store.ts'
import type { OutputFlags } from './output-flag.ts'
import { plural } from './table.ts'
import { visible } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** A checkpoint is three lines, and each witness adds one. */
const MAX_CHECKPOINT_BYTES = 1024 * 1024

type Flags = TrustFlags & OutputFlags

export function describeCheckpoint(command: Command, context: CliContext): Command {
  return command
    .description('print the newest signed checkpoint, compared with those that were seen before')
    .addHelpText('after', '\nExample:\n  attestree log checkpoint > kept.checkpoint\n')
    .action((flags: Flags) => printCheckpoint(context, flags))
}

export function describeConsistency(command: Command, context: CliContext): Command {
  return command
    .description('prove that the log continues a checkpoint that you or others kept')
    .argument('FILE', 'the signed checkpoint')
    .addHelpText('after', '\nExample:\n  attestree log consistency kept.checkpoint\n')
    .action((file: string, flags: Flags) => printConsistency(context, file, flags))
}

async function printCheckpoint(context: CliContext, flags: Flags): Promise<void> {
  const { checkpoint, note } = await (await connect(context, flags)).checkpoint()
  if (flags.output === 'json')
    context.terminal.print(answerJson('Checkpoint', { ...jsonOf(checkpoint), checkpoint: note }))
  // As it is, for the file: one line shown in another way, and no signature verifies.
  else context.terminal.write(new TextEncoder().encode(note))
}

async function printConsistency(context: CliContext, file: string, flags: Flags): Promise<void> {
  const { terminal } = context
  const bytes = await readInput(file)
  if (bytes.length > MAX_CHECKPOINT_BYTES)
    throw new UsageError(`${file}: expected a checkpoint, got ${bytes.length} bytes`)
  const { kept, shown } = await compareCheckpoint(await connect(context, flags), parseUtf8(bytes, file))
  if (flags.output === 'json') {
    terminal.print(answerJson('Consistency', { consistent: true, from: jsonOf(kept), to: jsonOf(shown) }))
    return
  }
  const entries = plural(kept.size, 'entry', 'entries')
  terminal.print(
    `${terminal.color.green('✓')} ${visible(shown.origin)} at size ${shown.size} begins with the ${entries} of ${visible(file)}, unchanged.`,
  )
}

function jsonOf({ origin, size, root }: Checkpoint): object {
  return { origin, treeSize: size, rootHash: formatBase64(root) }
}
