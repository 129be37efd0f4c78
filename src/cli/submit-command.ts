/** `attestree submit`: records an SBOM and provenance of an image, or envelopes that were signed elsewhere. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { formatSubmission, parseEnvelope, type Envelope } from '../attestation/envelope.ts'
import { isImageName, parseImageReference, type ImageReference } from '../attestation/image.ts'
import { signStatement } from '../attestation/sign-statement.ts'
import { parseStatement, spliceStatement } from '../attestation/statement.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { isObject, parseJson } from '../encoding/strict-json.ts'
import { isBundle, parseBundleEnvelope } from '../entry/bundle.ts'
import { Fault } from '../errors.ts'
import { manifestOf, readReportedSbom } from '../sbom/manifest.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { autoProvenance } from './auto-provenance.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { gitFacts } from './git-facts.ts'
import { answerJson } from './json-answer.ts'
import { readInput, readKeyFile, readPublicKeyFile } from './key-store.ts'
import { splitLines } from './lines.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { readProvenanceFile, readSbomFile, readVexFile, type PredicateFile } from './predicate-file.ts'
import { parseImageArgument } from './reference.ts'
import { printValidation } from './print-validation.ts'
import { plural, printWrapped, wrap } from './table.ts'
import { visible } from './terminal.ts'
import { UsageError } from './usage-error.ts'

interface SubmitFlags extends TrustFlags, OutputFlags {
  readonly sbom?: string
  readonly provenance?: string
  readonly vex?: string
  readonly key?: string
  readonly publicKey?: readonly string[]
}

/** A submission ready to be sent, and what to call it. */
interface Prepared {
  readonly title: string
  readonly body: Uint8Array
}

export function submitCommand(context: CliContext): Command {
  return new Command('submit')
    .description('record an SBOM and provenance of an image, or envelopes signed elsewhere')
    .argument(
      '<WHAT...>',
      'one image NAME@sha256:…, or files with DSSE envelopes or key-based Sigstore bundles',
    )
    .option('--sbom <FILE>', 'CycloneDX or SPDX JSON, signed byte for byte')
    .option(
      '--provenance <FILE>',
      'SLSA provenance predicate (v1 or v0.2), signed byte for byte; auto: made from what GitHub Actions, GitLab CI or git say here',
    )
    .option('--vex <FILE>', 'VEX of the image (OpenVEX, CycloneDX JSON), signed byte for byte')
    .option('--key <FILE>', 'the signing key (attestree key new, or cosign’s)')
    .option(
      '--public-key <PUB...>',
      'of envelopes: keys that may have signed them (needed of unregistered signers)',
    )
    .addOption(serverOption())
    .addOption(trustOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree submit registry.example/shop@sha256:… --sbom sbom.json --key builder.key\n  attestree submit registry.example/shop@sha256:… --sbom sbom.json --provenance auto --key builder.key\n  attestree submit registry.example/shop@sha256:… --vex vex.json --key security.key\n  attestree submit attestation.sigstore.json\n',
    )
    .action((what: readonly string[], flags: SubmitFlags) => submit(context, what, flags))
}

async function submit(context: CliContext, what: readonly string[], flags: SubmitFlags): Promise<void> {
  const prepared = await prepare(context, what, flags)
  const client = await connect(context, flags)
  const items: SubmitAnswer[] = []
  try {
    for (const { title, body } of prepared) {
      const answer = await client.submit(body)
      items.push(answer)
      if (flags.output === 'table') printRecorded(context, title, answer)
    }
  } finally {
    // Also if one is refused: those before it are recorded, and nobody could take that back.
    if (flags.output === 'json' && items.length > 0)
      context.terminal.print(answerJson('Submit', { complete: items.length === prepared.length, items }))
  }
}

function prepare(
  context: CliContext,
  what: readonly string[],
  flags: SubmitFlags,
): Promise<readonly Prepared[]> {
  const [first = '', ...others] = what
  if (!first.includes('@')) {
    if (isImageName(first) && !existsSync(first)) parseImageArgument(first)
    return prepareFiles(what, flags)
  }
  if (others.length > 0)
    throw new UsageError('submit: expected one image at a time', 'Run it once for each image.')
  return prepareImage(context, parseImageReference(first), flags)
}

async function prepareImage(
  context: CliContext,
  image: ImageReference,
  flags: SubmitFlags,
): Promise<readonly Prepared[]> {
  if ((flags.sbom ?? flags.provenance ?? flags.vex) === undefined) {
    throw new UsageError(
      'submit: there is nothing to record about the image',
      'Add --sbom FILE, --provenance FILE, --vex FILE or several of them.',
    )
  }
  if (flags.publicKey !== undefined)
    throw new UsageError(
      'submit: --public-key goes with envelopes',
      'The key that signs is known: --key FILE',
    )
  if (flags.key === undefined)
    throw new UsageError('submit: expected --key FILE to sign with', 'Make one: attestree key new builder')
  const files = [
    ...(flags.sbom === undefined ? [] : [await readSbomFile(flags.sbom)]),
    ...(flags.provenance === undefined ? [] : [await provenanceOf(context, flags.provenance)]),
  ]
  const vex = flags.vex === undefined ? [] : [await readVexFile(flags.vex)]
  const key = await readKeyFile(flags.key, context.settings)
  return [
    ...files.map((file) => prepareStatement(image, file, key)),
    ...vex.map((file) => ({ ...prepareStatement(image, file, key), title: 'VEX' })),
  ]
}

async function provenanceOf({ terminal }: CliContext, told: string): Promise<PredicateFile> {
  if (told !== 'auto') return readProvenanceFile(told)
  const made = await autoProvenance(process.env, () => gitFacts(process.cwd()))
  terminal.note(`Provenance made from ${made.from}.`)
  if (made.dirty)
    terminal.note(
      `${terminal.color.yellow('!')} The working tree has changes that are not in its commit; the provenance says so.`,
    )
  return made
}

function prepareStatement({ name, digest }: ImageReference, file: PredicateFile, key: SigningKey): Prepared {
  const subjects = [{ name, digest: { sha256: digest.slice('sha256:'.length) } }]
  const payload = spliceStatement({ subjects, predicateType: file.predicateType }, file.bytes)
  // Read as the ledger will: what it would refuse is refused here, with the place in the file.
  const statement = parseStatement(payload)
  manifestOf(statement, key.publicKey.id)
  const title = readReportedSbom(statement) === undefined ? 'Provenance' : 'SBOM'
  return { title, body: withKeys(parseEnvelope(signStatement(payload, key)), [key.publicKey]) }
}

async function prepareFiles(paths: readonly string[], flags: SubmitFlags): Promise<readonly Prepared[]> {
  if ((flags.sbom ?? flags.provenance ?? flags.vex ?? flags.key) !== undefined) {
    throw new UsageError(
      'submit: --sbom, --provenance, --vex and --key go with an image',
      'attestree submit NAME@sha256:… --sbom FILE --key FILE',
    )
  }
  const keys = await Promise.all((flags.publicKey ?? []).map(readPublicKeyFile))
  const all = await Promise.all(paths.map((path) => readEnvelopes(path, keys)))
  return all.flat()
}

/** A file holds one document, or one on each line (`.jsonl`). */
async function readEnvelopes(path: string, keys: readonly PublicKey[]): Promise<readonly Prepared[]> {
  const bytes = await readInput(path)
  const documents = path.endsWith('.jsonl') ? splitLines(bytes) : [bytes]
  return documents.map((document, at) => ({
    title: documents.length === 1 ? path : `${path}:${at + 1}`,
    body: withKeys(toEnvelope(document, path), keys),
  }))
}

function toEnvelope(document: Uint8Array, path: string): Envelope {
  const value = parseJson(document, { subject: path })
  if (isObject(value) && !('payload' in value) && !isBundle(value))
    throw new Fault('envelope-malformed', `${path}: expected a signed envelope or bundle, got neither`, {
      hint: 'To sign an SBOM, provenance or VEX: attestree submit NAME@sha256:… --sbom FILE --key FILE',
    })
  return isBundle(value) ? parseBundleEnvelope(value) : parseEnvelope(value)
}

/** An envelope names its keys and has none: a ledger that takes unregistered signers needs to be told theirs. */
function withKeys(envelope: Envelope, keys: readonly PublicKey[]): Uint8Array {
  return formatSubmission({ envelope, publicKeys: keys.map((key) => key.spki) })
}

function printRecorded({ terminal }: CliContext, title: string, answer: SubmitAnswer): void {
  const { color } = terminal
  for (const signature of answer.signatures) {
    if ('leftOut' in signature) {
      terminal.note(
        `${color.yellow('!')} Signature by ${visible(signature.keyid) || '(no key id)'} left out: ${signature.leftOut}`,
      )
    } else {
      const verb = signature.new ? 'recorded' : 'already recorded'
      terminal.print(
        `${color.green('✓')} ${visible(title)}  ${verb} #${signature.entry}  (proven in ${answer.asOf.origin} at size ${answer.asOf.treeSize})`,
      )
      if (signature.unregistered === true)
        terminal.note(
          `${color.yellow('!')} This key is not registered: an unregistered claim, which never counts.`,
        )
    }
  }
  terminal.print(`  ${answer.attestation}`)
  printIntake(terminal, answer.intake)
  printValidation(terminal, answer)
}

/** What the ledger read; what is poor is for whoever makes the document. */
function printIntake(terminal: CliContext['terminal'], intake: SubmitAnswer['intake']): void {
  if (intake.format !== null) {
    printWrapped(
      terminal,
      '  ',
      `${visible(intake.format)}: ${plural(intake.components, 'component')}, ${intake.withPurl} with a purl, ${intake.withoutPurl} without; ${intake.withoutVersion} without a version; ${plural(intake.duplicates, 'duplicate')}`,
    )
  }
  if (intake.format !== null && intake.withPurl === 0) {
    terminal.note(
      `${terminal.color.yellow('!')} Nothing of it can be searched for by package: no component has a purl.`,
    )
  }
  for (const { code, count, example, advice } of intake.findings) {
    const shown = example === undefined ? '' : `, first: ${visible(example)}`
    terminal.note(`${terminal.color.yellow('!')} ${code} (${count}${shown})`)
    if (advice === undefined) continue
    for (const line of wrap('  ', visible(advice), terminal.columns)) terminal.note(line)
  }
}
