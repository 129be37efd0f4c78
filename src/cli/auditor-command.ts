/**
 * `attestree auditor run`: replays the maps again and again, and cosigns the output logs' checkpoints. Its signature
 * says: I replayed this map up to the size in the last entry, and every root that was published is the one that the log
 * gives (index.md 6).
 *
 * The cosigned checkpoints are handed in at the ledger, which shows them to whoever asks, and kept as files.
 */
import { join } from 'node:path'
import { Command } from 'commander'
import type { IndexAuditReport } from '../client/audit-index.ts'
import type { Client } from '../client/client.ts'
import { mayPass } from '../client/follow.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import type { MapName } from '../map/output-log.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import { cosign, formatCosignerKey } from '../tlog/cosignature.ts'
import { formatNote, parseNote } from '../tlog/signed-note.ts'
import { stateFile, writeWhole, type StateFile } from './audit-state-file.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { auditShown, derivableSentence, printIndexAudit } from './index-audit.ts'
import { untilInterrupted } from './interrupt.ts'
import { readKeyFile } from './key-store.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { pause } from './pause.ts'
import { systemClock } from './system-clock.ts'
import { wrap } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { parseInterval } from './watch-command.ts'

interface AuditorFlags extends TrustFlags {
  readonly key: string
  readonly name: string
  readonly out: string
  readonly interval: number
  readonly once?: true
}

/** Whoever wants a cosigned answer waits five seconds for it (ledger/limits.ts). Nothing is replayed where nothing is new. */
const DEFAULT_INTERVAL_S = 2
/** A root that stays the newest is cosigned again: the time says that it still is. */
const AGAIN_AFTER_S = 60

const MAPS = ['components', 'status'] as const

const HELP = `
The signature on a checkpoint says: I replayed this map up to the size in its last entry. It is C2SP cosignature/v1, by
an Ed25519 key (attestree key new auditor --type ed25519). It is handed in at the ledger, whose operator has to name the
key (attestree server start --auditor KEY), and kept in DIR. At the first wrong root it stops with exit 15, and writes
DIR/fraud-proof.json if one key is enough to prove it.

Example:
  attestree auditor run --key auditor.key --name auditor.example --out cosigned
`

export function auditorCommand(context: CliContext): Command {
  const auditor = new Command('auditor').description(
    'replay the maps of a log for others, and vouch for them',
  )
  auditor
    .command('run')
    .description('keep replaying both maps, and cosign what was found right')
    .requiredOption('--key <FILE>', 'the auditor’s own Ed25519 key')
    .requiredOption('--name <NAME>', 'the auditor’s name in signatures, such as auditor.example')
    .requiredOption('--out <DIR>', 'where components.checkpoint and status.checkpoint are written')
    .option('--interval <SECONDS>', 'how often to look', parseInterval, DEFAULT_INTERVAL_S)
    .option('--once', 'audit what there is, and end')
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText('after', HELP)
    .action((flags: AuditorFlags) => run(context, flags))
  return auditor
}

interface Auditor {
  readonly terminal: Terminal
  readonly client: Client
  readonly key: SigningKey
  readonly flags: AuditorFlags
  readonly file: StateFile
  /** What was found right last, and when it was cosigned and taken, in unix seconds. */
  last?: { readonly report: IndexAuditReport; readonly at: number }
  /** Said once, not every two seconds. */
  lastTrouble?: string
}

async function run(context: CliContext, flags: AuditorFlags): Promise<void> {
  const { terminal, settings } = context
  const key = await readKeyFile(flags.key, settings)
  if (key.publicKey.kind !== 'ed25519')
    throw new UsageError(
      `${flags.key}: expected an Ed25519 key, as cosignatures are made with, got ${key.publicKey.kind}`,
      'Make one: attestree key new auditor --type ed25519',
    )
  const vkey = formatCosignerKey({ name: flags.name, key: key.publicKey })
  const client = await connect(context, flags)
  const file = stateFile(settings, client.trust.logKey, 'auditor')
  const auditor: Auditor = { terminal, client, key, flags, file }
  terminal.note(`Cosigns as ${visible(vkey)}`)
  for (;;) {
    const report = await orLater(auditor, () => round(auditor))
    if (report?.outcome === 'wrong') break
    if (flags.once === true) return
    await untilInterrupted((signal) => pause(flags.interval * 1000, signal))
  }
  context.setExitCode(EXIT.wrong)
}

async function round(auditor: Auditor): Promise<IndexAuditReport> {
  const { terminal, client, flags, file, last } = auditor
  const now = Math.floor(systemClock.now() / 1000)
  const isNew = last === undefined || (await hasNews(client, last.report))
  if (!isNew && now - last.at < AGAIN_AFTER_S) return last.report
  const report = isNew ? await auditShown(terminal, client, { file }) : last.report
  if (report.outcome === 'wrong') {
    printIndexAudit(terminal, report)
    await keepProof(flags.out, report)
    return report
  }
  if (isNew && report.derivable.length > 0) terminal.note(`! ${derivableSentence(report.derivable)}`)
  const isTaken = await cosignAll(auditor, report, now)
  // What was not taken is handed in again with the next look.
  auditor.last = { report, at: isTaken ? now : 0 }
  return report
}

async function hasNews(client: Client, { published }: IndexAuditReport): Promise<boolean> {
  for (const map of MAPS) {
    const { note } = await client.maps.checkpoint(map)
    if (parseNote(note).text !== parseNote(published[map]).text) return true
  }
  return false
}

/** @returns whether the ledger has taken it */
async function cosignAll(auditor: Auditor, report: IndexAuditReport, now: number): Promise<boolean> {
  const { terminal, key, flags } = auditor
  const notes = MAPS.map((map) => {
    return { map, note: cosign(signedByLog(report.published[map]), flags.name, key, now) }
  })
  for (const { map, note } of notes) await writeWhole(join(flags.out, `${map}.checkpoint`), note, true)
  const isTaken = await handIn(auditor, notes)
  const { components, status } = report.maps
  const what = isTaken ? 'replayed, cosigned and handed in' : 'replayed and cosigned'
  if (isTaken || auditor.last?.report !== report)
    terminal.print(
      `${new Date(now * 1000).toISOString()}  ${visible(report.checkpoint.origin)}  components up to ${components.size}, status up to ${status.size}: ${what}`,
    )
  return isTaken
}

/** Without what others have signed: whether the ledger takes this one's signature is not to be answered by theirs. */
function signedByLog(note: string): string {
  const { text, signatures } = parseNote(note)
  const { origin } = parseCheckpoint(text)
  return formatNote({ text, signatures: signatures.filter(({ name }) => name === origin) })
}

/** Whether the operator has named this auditor is not for the auditor to decide: what it cosigned is in the files too. */
async function handIn(
  auditor: Auditor,
  notes: readonly { readonly map: MapName; readonly note: string }[],
): Promise<boolean> {
  try {
    for (const { map, note } of notes) await auditor.client.maps.cosign(map, note)
    delete auditor.lastTrouble
    return true
  } catch (cause) {
    const isUnnamed =
      cause instanceof Fault && (cause.reason === 'unknown-cosigner' || cause.class === 'not-found')
    const mayGoOn = isUnnamed || (auditor.flags.once !== true && (cause instanceof Fault || mayPass(cause)))
    if (!mayGoOn) throw cause
    const hint = cause instanceof Fault && cause.hint !== undefined ? `. ${cause.hint}` : ''
    sayTrouble(auditor, `not handed in: ${cause.message}${hint}`)
    return false
  }
}

function sayTrouble(auditor: Auditor, what: string): void {
  if (auditor.lastTrouble !== what)
    for (const line of wrap('! ', visible(what), auditor.terminal.columns)) auditor.terminal.note(line)
  auditor.lastTrouble = what
}

/** A server that is away or busy is asked again. */
async function orLater<T>(auditor: Auditor, audit: () => Promise<T>): Promise<T | undefined> {
  try {
    return await audit()
  } catch (cause) {
    if (!mayPass(cause) || auditor.flags.once === true) throw cause
    sayTrouble(auditor, `${cause.message}; it is asked again`)
    return undefined
  }
}

async function keepProof(folder: string, { explained, note }: IndexAuditReport): Promise<void> {
  await writeWhole(join(folder, 'wrong.checkpoint'), note, true)
  const proof = explained.find((one) => one.proof !== undefined)?.proof
  if (proof !== undefined) await writeWhole(join(folder, 'fraud-proof.json'), proof, true)
}
