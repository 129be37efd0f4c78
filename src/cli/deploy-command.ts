/** `attestree deploy record | list`: what runs where, as signed statements that anybody can look up afterwards. */
import { Command } from 'commander'
import { deploymentStatement, parseDeployment, type Deployment } from '../attestation/deployment.ts'
import { formatSubmission, parseEnvelope } from '../attestation/envelope.ts'
import { parseImageReference, type ImageReference } from '../attestation/image.ts'
import { signStatement } from '../attestation/sign-statement.ts'
import { parseStatement } from '../attestation/statement.ts'
import type { KeyId } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { verifiedDeployments } from '../client/verified-deployments.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { deployListCommand } from './deploy-list.ts'
import { answerJson } from './json-answer.ts'
import { readKeyFile } from './key-store.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { parseTime } from './parse-time.ts'
import { systemClock } from './system-clock.ts'
import { visible } from './terminal.ts'
import { UsageError } from './usage-error.ts'

interface RecordFlags extends TrustFlags, OutputFlags {
  readonly environment: string
  readonly cluster?: string
  readonly from?: string
  readonly until?: string
  readonly note?: string
  readonly key: string
}

export function deployCommand(context: CliContext): Command {
  return new Command('deploy')
    .description('record what runs where, and look up what ran')
    .addCommand(recordCommand(context))
    .addCommand(deployListCommand(context))
}

function recordCommand(context: CliContext): Command {
  return new Command('record')
    .description('record that an image runs in an environment, or until when it did')
    .argument('IMAGE', 'NAME@sha256:…')
    .requiredOption('--environment <NAME>', 'where, for example prod; compared as written')
    .option('--cluster <NAME>', 'which part of the environment')
    .option('--from <TIME>', 'since when, with an offset: 2026-11-17T08:00Z (default: now)')
    .option('--until <TIME>', 'until when; without --from it ends what this key recorded before')
    .option('--note <TEXT>', 'for people')
    .requiredOption('--key <FILE>', 'the signing key, granted https://attestree.dev/deployment/v1')
    .addOption(outputOption())
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree deploy record registry.example/shop@sha256:… --environment prod --key deployer.key\n  attestree deploy record registry.example/shop@sha256:… --environment prod --until now --key deployer.key\n',
    )
    .action((image: string, flags: RecordFlags) => record(context, image, flags))
}

async function record(context: CliContext, reference: string, flags: RecordFlags): Promise<void> {
  const image = parseImageReference(reference)
  const key = await readKeyFile(flags.key, context.settings)
  const client = await connect(context, flags)
  const deployment = await makeDeployment(client, image, key.publicKey.id, flags)
  const payload = deploymentStatement(image, deployment)
  // Read as the ledger will: what it would refuse is refused here.
  parseDeployment(parseStatement(payload))
  const envelope = parseEnvelope(signStatement(payload, key))
  const answer = await client.submit(formatSubmission({ envelope, publicKeys: [key.publicKey.spki] }))
  if (flags.output === 'json') context.terminal.print(answerJson('Submit', answer))
  else printRecorded(context, image, deployment, answer)
}

async function makeDeployment(
  client: Client,
  image: ImageReference,
  key: KeyId,
  flags: RecordFlags,
): Promise<Deployment> {
  const { environment, cluster, note } = flags
  const now = systemClock.now()
  const until = flags.until === undefined ? undefined : parseTime('--until', flags.until, now)
  const from = flags.from === undefined ? undefined : parseTime('--from', flags.from, now)
  const place = { environment, ...(cluster === undefined ? {} : { cluster }) }
  return {
    ...place,
    from:
      from ??
      (until === undefined ? parseTime('--from', 'now', now) : await openSince(client, image, key, place)),
    ...(until === undefined ? {} : { until }),
    ...(note === undefined ? {} : { note }),
  }
}

/**
 * The beginning of what this key said runs there. Of several without an end the latest: a statement ends all those that
 * begin no later.
 *
 * @throws UsageError if there is none
 */
export async function openSince(
  client: Client,
  image: ImageReference,
  key: KeyId,
  { environment, cluster = null }: { readonly environment: string; readonly cluster?: string | null },
): Promise<string> {
  const query = { environment, image: image.digest, limit: 1000 }
  const { items } = await verifiedDeployments(client, query)
  const open = items.filter((row) => row.key === key && row.cluster === cluster && row.until === null)
  const latest = open.reduce<string | undefined>(
    (a, { from }) => (a === undefined || Date.parse(from) > Date.parse(a) ? from : a),
    undefined,
  )
  if (latest !== undefined) return latest
  throw new UsageError(
    `--until: this key has recorded no deployment of it in ${environment}${cluster === null ? '' : `, cluster ${cluster}`} that goes on`,
    'Say since when it ran as well: --from TIME',
  )
}

function printRecorded(
  { terminal }: CliContext,
  { name }: ImageReference,
  { environment, cluster, from, until }: Deployment,
  answer: SubmitAnswer,
): void {
  const { color } = terminal
  const where = `${environment}${cluster === undefined ? '' : ` (${cluster})`}`
  for (const signature of answer.signatures) {
    if ('leftOut' in signature) {
      terminal.note(`${color.yellow('!')} Signature left out: ${signature.leftOut}`)
      continue
    }
    const verb = signature.new ? 'recorded' : 'already recorded'
    const proven = `(proven in ${answer.asOf.origin} at size ${answer.asOf.treeSize})`
    terminal.print(`${color.green('✓')} Deployment  ${verb} #${signature.entry}  ${proven}`)
    if (signature.unregistered === true)
      terminal.note(
        `${color.yellow('!')} This key is not registered: an unregistered claim, which never counts.`,
      )
  }
  const period = until === undefined ? `since ${from}` : `from ${from} until ${until}`
  terminal.print(`  ${visible(`${name} in ${where}, ${period}`)}: by your word`)
}
