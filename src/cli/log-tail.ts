/** `attestree log tail`: the newest entries, each with its proof checked. */
import type { Command } from 'commander'
import { logIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { formatTable } from './table.ts'
import { UsageError } from './usage-error.ts'

/** Each is a question of its own. */
const MAX_ENTRIES = 1000
const DEFAULT_ENTRIES = 10

interface TailFlags extends TrustFlags, OutputFlags {
  readonly lines: number
}

interface TailEntry {
  readonly entry: number
  readonly attestation: string
  readonly key: string
  readonly predicateType: string
  readonly recordedAt: string
}

export function describeTail(command: Command, context: CliContext): Command {
  return command
    .description('the newest entries, oldest of them first')
    .option('-n, --lines <NUMBER>', `how many, 1 to ${MAX_ENTRIES}`, parseLines, DEFAULT_ENTRIES)
    .addHelpText('after', '\nExample:\n  attestree log tail -n 50\n')
    .action((flags: TailFlags) => tail(context, flags))
}

function parseLines(text: string): number {
  const lines = Number(text)
  if (/^\d{1,4}$/.test(text) && lines >= 1 && lines <= MAX_ENTRIES) return lines
  throw new UsageError(`--lines: expected a number from 1 to ${MAX_ENTRIES}, got ${text}`)
}

async function tail(context: CliContext, flags: TailFlags): Promise<void> {
  const { terminal } = context
  const client = await connect(context, flags)
  const { size, origin } = (await client.checkpoint()).checkpoint
  const entries: TailEntry[] = []
  for (let index = Math.max(0, size - flags.lines); index < size; index++)
    entries.push(await readEntry(client, index))
  if (flags.output === 'json') {
    terminal.print(answerJson('Tail', { origin, treeSize: size, entries }))
    return
  }
  const rows = entries.map((one) => [`#${one.entry}`, one.recordedAt, one.predicateType, one.attestation])
  for (const line of formatTable(['ENTRY', 'RECORDED', 'TYPE', 'ATTESTATION'], rows)) terminal.print(line)
  terminal.print('✓ Each is proven to be in the log. ? Times and types are the server’s word.')
}

async function readEntry(client: Client, index: number): Promise<TailEntry> {
  const { entries } = await client.entry(logIndex(index))
  const found = entries[String(index)]
  if (found === undefined) throw new Error(`entry ${index} is not in the answer about it`)
  const { attestation, key, predicateType, recordedAt } = found
  return { entry: index, attestation, key, predicateType, recordedAt }
}
