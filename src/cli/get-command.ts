/** `attestree get evidence | sbom | bundle`: files to keep. */
import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { predicateKind } from '../attestation/predicate-types.ts'
import { spliceStatement, type Statement } from '../attestation/statement.ts'
import type { ImageDigest, LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { collectEvidence } from '../client/evidence.ts'
import { signedEntry } from '../client/signed-entry.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { rawMember } from '../encoding/raw-member.ts'
import { utf8 } from '../encoding/utf8.ts'
import { formatBundle } from '../entry/bundle.ts'
import { Fault } from '../errors.ts'
import { logId } from '../tlog/signed-note.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { withQuestion, type QuestionFlags } from './find-command.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { questionOf } from './question.ts'
import { parseEntryReference, parseImageArgument, requireEntryReference } from './reference.ts'

interface OutFlag {
  readonly out?: string
}

export function getCommand(context: CliContext): Command {
  const get = new Command('get').description('download evidence, an SBOM or a bundle')
  withQuestion(get.command('evidence'))
    .description('one file that proves the rows of an answer, to be verified offline')
    .option('--out <FILE>', 'where to write it (default: stdout)')
    .addHelpText(
      'after',
      "\nExample:\n  attestree get evidence pkg:npm/lodash --range '<4.17.21' --out lodash.evidence.json\n",
    )
    .action((component: string | undefined, flags: QuestionFlags & OutFlag) =>
      getEvidence(context, component, flags),
    )
  withConnection(get.command('sbom'))
    .description('an SBOM as it was signed')
    .argument('REF', 'an image NAME@sha256:… (its newest SBOM that counts), or an entry number')
    .addHelpText('after', '\nExample:\n  attestree get sbom registry.example/shop@sha256:… --out sbom.json\n')
    .action((reference: string, flags: TrustFlags & OutFlag) => getSbom(context, reference, flags))
  withConnection(get.command('bundle'))
    .description('an entry as a Sigstore bundle, with its proof')
    .argument('ENTRY', 'an entry number')
    .addHelpText('after', '\nExample:\n  attestree get bundle 17 --out entry-17.sigstore.json\n')
    .action((reference: string, flags: TrustFlags & OutFlag) => getBundle(context, reference, flags))
  return get
}

function withConnection(command: Command): Command {
  return command
    .option('--out <FILE>', 'where to write it (default: stdout)')
    .addOption(serverOption())
    .addOption(trustOption())
}

async function getEvidence(
  context: CliContext,
  component: string | undefined,
  flags: QuestionFlags & OutFlag,
): Promise<void> {
  const question = questionOf(component, flags)
  const client = await connect(context, flags)
  await hand(context, flags, await collectEvidence(client, question))
}

async function getSbom(context: CliContext, reference: string, flags: TrustFlags & OutFlag): Promise<void> {
  const client = await connect(context, flags)
  const image = parseEntryReference(reference) === undefined ? parseImageArgument(reference) : undefined
  const index = image === undefined ? requireEntryReference(reference) : await newestSbom(client, image)
  const { statement, payload, entry } = await signedEntry(client, index)
  if (
    image !== undefined &&
    !statement.subjects.some(({ digest }) => `sha256:${digest['sha256']}` === image)
  ) {
    throw new Fault(
      'entry-mismatch',
      `entry ${entry.index}: expected an SBOM of ${image}, got one of something else`,
    )
  }
  const document = isSbom(statement.predicateType) ? documentOf(statement, payload) : undefined
  if (document === undefined)
    throw new Fault(
      'not-found',
      `entry ${entry.index}: expected an SBOM, got ${statement.predicateType.slice(0, 100)}`,
    )
  await hand(context, flags, document)
}

/** The file that `submit` was given, to the last line break; of a statement made elsewhere, its predicate as it was written. */
function documentOf(statement: Statement, payload: Uint8Array): Uint8Array | undefined {
  const frame = spliceStatement(statement, new Uint8Array(0)).length
  const file = payload.subarray(frame - 1, payload.length - 1)
  return equalBytes(spliceStatement(statement, file), payload) ? file : rawMember(payload, 'predicate')
}

function isSbom(predicateType: string): boolean {
  const kind = predicateKind(predicateType)
  return kind === 'cyclonedx' || kind === 'spdx'
}

/** Which one it is, is the server's word; that it is one of the image is not. */
async function newestSbom(client: Client, image: ImageDigest): Promise<LogIndex> {
  const { sboms } = await client.image(image)
  const newest = sboms.filter((sbom) => sbom.counts).at(-1)
  if (newest === undefined)
    throw new Fault('not-recorded', `image: no SBOM that counts is recorded for ${image}`)
  return newest.entry
}

async function getBundle(context: CliContext, reference: string, flags: TrustFlags & OutFlag): Promise<void> {
  const index = requireEntryReference(reference)
  const client = await connect(context, flags)
  const { answer, entry, payloadType, payload } = await signedEntry(client, index)
  const proven = answer.entries[String(index)]
  if (proven === undefined) throw new Error(`entry ${index} was checked, but is not in the answer`)
  const bundle = formatBundle(
    { payloadType, payload, signatures: [{ keyid: '', signature: entry.body.signature }] },
    entry.key,
    {
      index,
      logId: logId(client.trust.logKey),
      entry: parseBase64(proven.body),
      inclusion: proven.inclusion.map((hash) => parseBase64(hash)),
      size: answer.asOf.treeSize,
      root: parseBase64(answer.asOf.rootHash),
      checkpoint: answer.asOf.checkpoint,
    },
  )
  await hand(context, flags, utf8(`${JSON.stringify(bundle)}\n`))
}

/** To the file that was named, or to stdout byte for byte. */
async function hand({ terminal }: CliContext, flags: OutFlag, bytes: Uint8Array): Promise<void> {
  if (flags.out === undefined || flags.out === '-') return terminal.write(bytes)
  await writeFile(flags.out, bytes)
  terminal.note(
    `${terminal.color.green('✓')} Wrote ${flags.out} (${bytes.length.toLocaleString('en')} bytes)`,
  )
}
