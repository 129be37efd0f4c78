/** `attestree revoke`: one more signed statement that takes trust back. Nothing is ever removed. */
import { Command, Option } from 'commander'
import {
  allowedReasons,
  parseTarget,
  revocationStatement,
  type Revocation,
  type RevocationReason,
} from '../attestation/revocation.ts'
import { signStatement } from '../attestation/sign-statement.ts'
import { treeSize, type TreeSize } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { formatHex } from '../encoding/hex.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { random, readKeyFile } from './key-store.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { parseEntryReference, requireEntryReference, targetUri } from './reference.ts'
import { systemClock } from './system-clock.ts'
import { sizeAtTime } from './size-at-time.ts'
import { visible } from './terminal.ts'
import { defaultAdminKey } from './trust-update.ts'
import { UsageError } from './usage-error.ts'

interface RevokeFlags extends TrustFlags, OutputFlags {
  readonly reason: RevocationReason
  readonly since?: string
  readonly key?: string
  readonly basis?: string
  readonly detail?: string
  readonly incident?: string
  readonly dryRun?: true
}

const NONCE_BYTES = 16

export function revokeCommand(context: CliContext): Command {
  return new Command('revoke')
    .description('record that a key, attestation, signature or image is no longer good')
    .argument(
      'TARGET',
      'key:sha256:…, attestation:sha256:…, signature:…, image:sha256:…, or an entry number (that signature)',
    )
    .addOption(
      new Option('--reason <REASON>', 'why').choices(Object.keys(allowedReasons)).makeOptionMandatory(),
    )
    .option(
      '--since <SIZE>',
      'a tree size or entry:N: what was recorded before stays good; without it, nothing does',
    )
    .option(
      '--key <FILE>',
      'key of a revoker or administrator (default: the administrator’s, where server init put it)',
    )
    .option('--detail <TEXT>', 'for people')
    .option(
      '--basis <ENTRY>',
      'of an image: an entry by somebody else that names it; needed where your right has an image scope',
    )
    .option('--incident <URL>', 'where to read more')
    .option('--dry-run', 'show the statement; record nothing')
    .addOption(outputOption())
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree revoke key:sha256:… --reason key-compromise --since 48211 --key admin.key\n  attestree revoke image:sha256:… --reason malicious-artifact --key admin.key\n',
    )
    .action((target: string, flags: RevokeFlags) => revoke(context, target, flags))
}

async function revoke(context: CliContext, target: string, flags: RevokeFlags): Promise<void> {
  const client = await connect(context, flags)
  const revocation = await makeRevocation(client, target, flags)
  await noteWhatIsKnown(context, client, revocation)
  const payload = revocationStatement(revocation)
  if (flags.dryRun === true) {
    context.terminal.print(new TextDecoder().decode(payload))
    context.terminal.note('Nothing was recorded. Run it again without --dry-run.')
    return
  }
  const keyFile = flags.key ?? defaultAdminKey(context, client, '--key')
  const key = await readKeyFile(keyFile, context.settings)
  const answer = await client.submit(signStatement(payload, key))
  if (flags.output === 'json') context.terminal.print(answerJson('Submit', answer))
  else
    printRevoked(
      context,
      revocation,
      answer.signatures.flatMap((one) => ('entry' in one ? [one.entry] : [])),
    )
}

/** A revocation cannot be taken back, so what might be a slip is said before it is signed. */
async function noteWhatIsKnown(
  { terminal }: CliContext,
  client: Client,
  { target, mode }: Revocation,
): Promise<void> {
  const { known, revocations } = await client.revocations(target.uri)
  const mark = terminal.color.yellow('!')
  if (!known) terminal.note(`${mark} This ledger has never seen ${target.uri}.`)
  for (const row of revocations)
    terminal.note(`${mark} Already revoked by entry #${row.entry} (${row.reason}, mode ${row.mode}).`)
  if (mode === 'all' && target.type === 'key') {
    terminal.note(`${mark} Without --since nothing that this key ever signed counts any more.`)
  }
}

async function makeRevocation(client: Client, target: string, flags: RevokeFlags): Promise<Revocation> {
  const cutoff = flags.since === undefined ? undefined : await cutoffSize(client, flags.since)
  return {
    target: parseTarget(await targetUri(client, target)),
    mode: cutoff === undefined ? 'all' : 'since',
    ...(cutoff === undefined ? {} : { cutoff: { treeSize: cutoff } }),
    reason: flags.reason,
    log: client.trust.logKey.name,
    issuedAt: new Date(systemClock.now()).toISOString(),
    nonce: formatHex(random(NONCE_BYTES)),
    ...(flags.basis === undefined ? {} : { basis: { entry: requireEntryReference(flags.basis) } }),
    ...(flags.detail === undefined ? {} : { detail: flags.detail }),
    ...(flags.incident === undefined ? {} : { incident: flags.incident }),
  }
}

/** A size, or an entry: everything before it stays good. A time is never signed: it shows which size that would be. */
async function cutoffSize(client: Client, since: string): Promise<TreeSize> {
  const index = parseEntryReference(since)
  if (index !== undefined) return treeSize(index)
  const time = Date.parse(since)
  if (Number.isNaN(time))
    throw new UsageError(`--since: expected a tree size, entry:N or a time, got ${since.slice(0, 100)}`)
  const size = await sizeAtTime(client, time)
  throw new UsageError(
    `--since: a cut-off is a tree size, never a time. By the server’s word, the log had ${size} entries at ${new Date(time).toISOString()}`,
    `Check which entries those are, then: --since ${size}`,
  )
}

function printRevoked(
  { terminal }: CliContext,
  { target, reason, cutoff }: Revocation,
  entries: readonly number[],
): void {
  const cut = cutoff === undefined ? '' : `, for everything from entry #${cutoff.treeSize} on`
  terminal.print(`${terminal.color.green('✓')} Revoked ${visible(target.uri)}`)
  terminal.print(`  ${reason}${cut}  recorded ${entries.map((entry) => `#${entry}`).join(' ')}`)
  terminal.print('  A revocation cannot be deleted. attestree show tells what it amounts to.')
}
