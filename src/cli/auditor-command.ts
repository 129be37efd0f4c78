/**
 * `attestree auditor run`: replays the maps again and again, and cosigns the output logs' checkpoints. Its signature says: I replayed this
 * map up to the size in the last entry, and every root that was published is the one that the log gives (index.md 6).
 *
 * The cosigned checkpoints are files; ledgers take no cosignatures yet, so somebody has to publish them.
 */
import { join } from 'node:path'
import { Command } from 'commander'
import type { IndexAuditReport } from '../client/audit-index.ts'
import type { Client } from '../client/client.ts'
import { mayPass } from '../client/follow.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { cosign, formatCosignerKey } from '../tlog/cosignature.ts'
import { stateFile, writeWhole, type StateFile } from './audit-state-file.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { auditShown, derivableSentence, EXIT_WRONG, printIndexAudit } from './index-audit.ts'
import { untilInterrupted } from './interrupt.ts'
import { readKeyFile } from './key-store.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { pause } from './pause.ts'
import { systemClock } from './system-clock.ts'
import { visible, type Terminal } from './terminal.ts'
import { parseInterval } from './watch-command.ts'

interface AuditorFlags extends TrustFlags {
  readonly key: string
  readonly name: string
  readonly out: string
  readonly interval: number
  readonly once?: true
}

/** A root of the component map is published every ten seconds at most. */
const DEFAULT_INTERVAL_S = 60

const HELP = `
The signature on a checkpoint says: I replayed this map up to the size in its last entry. It is C2SP cosignature/v1, by
an Ed25519 key (attestree key new auditor --type ed25519). Ledgers take no cosignatures yet: publish the files in DIR.
At the first wrong root it stops with exit 15, and writes DIR/fraud-proof.json if one key is enough to prove it.

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
}

async function run(context: CliContext, flags: AuditorFlags): Promise<void> {
  const { terminal, settings } = context
  const key = await readKeyFile(flags.key, settings)
  const vkey = formatCosignerKey({ name: flags.name, key: key.publicKey })
  const client = await connect(context, flags)
  const auditor = { terminal, client, key, flags, file: stateFile(settings, client.trust.logKey, 'auditor') }
  terminal.note(`Cosigns as ${visible(vkey)}`)
  while (await round(auditor)) {
    if (flags.once === true) return
    await untilInterrupted((signal) => pause(flags.interval * 1000, signal))
  }
  context.setExitCode(EXIT_WRONG)
}

/** @returns false at the first that is wrong */
async function round({ terminal, client, key, flags, file }: Auditor): Promise<boolean> {
  const report = await orLater(terminal, flags, () => auditShown(terminal, client, { file }))
  if (report === undefined) return true
  if (report.outcome === 'wrong') {
    printIndexAudit(terminal, report)
    await keepProof(flags.out, report)
    return false
  }
  const now = Math.floor(systemClock.now() / 1000)
  for (const map of ['components', 'status'] as const) {
    const cosigned = cosign(report.published[map], flags.name, key, now)
    await writeWhole(join(flags.out, `${map}.checkpoint`), cosigned, true)
  }
  if (report.derivable.length > 0) terminal.note(`! ${derivableSentence(report.derivable)}`)
  const { components, status } = report.maps
  terminal.print(
    `${new Date(now * 1000).toISOString()}  ${visible(report.checkpoint.origin)}  components up to ${components.size}, status up to ${status.size}: replayed and cosigned`,
  )
  return true
}

/** A server that is away or busy is asked again. */
async function orLater<T>(
  terminal: Terminal,
  { once }: AuditorFlags,
  audit: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await audit()
  } catch (cause) {
    if (!mayPass(cause) || once === true) throw cause
    terminal.note(`! ${visible(cause.message)}; it is asked again`)
    return undefined
  }
}

async function keepProof(folder: string, { explained, note }: IndexAuditReport): Promise<void> {
  await writeWhole(join(folder, 'wrong.checkpoint'), note, true)
  const proof = explained.find((one) => one.proof !== undefined)?.proof
  if (proof !== undefined) await writeWhole(join(folder, 'fraud-proof.json'), proof, true)
}
