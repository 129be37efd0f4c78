/** `attestree watch`: new entries as they are recorded, each proven, none left out; goes on where it ended (`--after`). */
import { Command, Option } from 'commander'
import { logIndex, type LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import type { LogEvent } from '../client/events.ts'
import { followLog } from '../client/follow.ts'
import type { EventsAnswer } from '../verify/records-answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { Interrupted, untilInterrupted } from './interrupt.ts'
import { JSON_API_VERSION } from './json-answer.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { pause } from './pause.ts'
import { requireEntryReference } from './reference.ts'
import { plural } from './table.ts'
import { formatJsonLine, visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

interface WatchFlags extends TrustFlags {
  readonly after?: LogIndex
  readonly once?: true
  readonly interval: number
  readonly output: 'table' | 'ndjson'
}

/** A statement may be about a thousand things; in NDJSON all of them stand. */
const SUBJECTS_SHOWN = 3
const DEFAULT_INTERVAL_S = 2
const MAX_INTERVAL_S = 3600

export function watchCommand(context: CliContext): Command {
  return new Command('watch')
    .description('print new entries as they are recorded, each with its proof checked')
    .option(
      '--after <ENTRY>',
      'the last entry you have (default: what is recorded from now on)',
      requireEntryReference,
    )
    .option('--once', 'print what there is, and end')
    .option('--interval <SECONDS>', 'how often to ask', parseInterval, DEFAULT_INTERVAL_S)
    .addOption(
      new Option('-o, --output <FORMAT>', 'how to print the entries')
        .choices(['table', 'ndjson'])
        .default('table'),
    )
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree watch\n  attestree watch --after 4711 --once -o ndjson    what came since, for a program\n',
    )
    .action((flags: WatchFlags) => watch(context, flags))
}

export function parseInterval(text: string): number {
  const seconds = Number(text)
  if (/^\d{1,4}$/.test(text) && seconds >= 1 && seconds <= MAX_INTERVAL_S) return seconds
  throw new UsageError(`--interval: expected 1 to ${MAX_INTERVAL_S} seconds, got ${text.slice(0, 100)}`)
}

async function watch(context: CliContext, flags: WatchFlags): Promise<void> {
  const { terminal } = context
  const client = await connect(context, flags)
  const progress = { after: flags.after ?? (await newest(client)), count: 0, isWhole: true }
  try {
    await untilInterrupted(async (signal) => {
      const answers = followLog(client, {
        signal,
        wait: () => pause(flags.interval * 1000, signal),
        onTrouble: (cause) => terminal.note(`! ${visible(cause.message)}; it is asked again`),
        ...(flags.once === undefined ? {} : { once: flags.once }),
        ...(progress.after === undefined ? {} : { after: progress.after }),
      })
      for await (const answer of answers) {
        for (const line of linesOf(answer, flags)) terminal.print(line)
        progress.after = answer.next
        progress.count += answer.items.length
      }
    })
  } catch (cause) {
    if (!(cause instanceof Interrupted)) throw cause
    progress.isWhole = false
    context.setExitCode(EXIT.interrupted)
  }
  printEnd(terminal, flags, progress)
}

/** The newest entry now; undefined in an empty log. */
async function newest(client: Client): Promise<LogIndex | undefined> {
  const { size } = (await client.checkpoint()).checkpoint
  return size === 0 ? undefined : logIndex(size - 1)
}

/** Whose it is and what it is worth changes with every revocation: it is the server's word, and marked so. */
export function linesOf(
  { items, entries }: Pick<EventsAnswer, 'items' | 'entries'>,
  { output }: Pick<WatchFlags, 'output'>,
): readonly string[] {
  return items.map(({ entry, subjects, signer, verdict }) => {
    const proven = entries[String(entry)]
    if (proven === undefined) throw new Error(`entry ${entry} was checked, but is not in the answer`)
    const { attestation, key, predicateType, recordedAt } = proven
    if (output === 'ndjson') {
      const facts = {
        entry,
        attestation,
        key,
        predicateType,
        recordedAt,
        subjects,
        served: { signer, verdict },
      }
      return formatJsonLine({ apiVersion: JSON_API_VERSION, kind: 'Entry', ...facts })
    }
    return visible(
      `#${entry}  ${recordedAt}  ${predicateType}  ${attestation}  ${aboutOf(subjects)}${doubtOf(signer, verdict)}`,
    )
  })
}

/** Nothing of what is as it should be. */
function doubtOf(signer: string | null, verdict: LogEvent['verdict']): string {
  if (verdict === 'valid' && signer !== null) return ''
  const said = signer === null ? 'not registered, counts for nothing' : verdict
  return `  ! ${said} (the server’s word)`
}

function aboutOf(subjects: LogEvent['subjects']): string {
  const shown = subjects
    .slice(0, SUBJECTS_SHOWN)
    .map(({ name, digest }) => (name === '' ? digest : `${name}@${digest}`))
  const more = subjects.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(' ') || '(no subject)'
}

interface Progress {
  readonly after: LogIndex | undefined
  readonly count: number
  /** Whether it ended by itself. */
  readonly isWhole: boolean
}

/** A stream that was interrupted has no end record: it must not look whole. */
export function printEnd(
  terminal: Pick<Terminal, 'print' | 'note'>,
  { output, once }: Pick<WatchFlags, 'output' | 'once'>,
  { after, count, isWhole }: Progress,
): void {
  if (output === 'ndjson' && once === true && isWhole)
    terminal.print(
      formatJsonLine({ apiVersion: JSON_API_VERSION, kind: 'End', count, complete: true, after }),
    )
  const next = after === undefined ? '' : ` Go on after it: attestree watch --after ${after}`
  terminal.note(`${plural(count, 'entry', 'entries')}.${next}`)
}
