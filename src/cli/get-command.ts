/** `attestree get evidence | sbom | provenance | bundle | proof`: files to keep. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { collectBundle, collectProofFile } from '../client/collect-proof.ts'
import { collectEvidence } from '../client/evidence.ts'
import { namedParts } from '../client/named-parts.ts'
import { collectSearchEvidence } from '../client/search-evidence.ts'
import { utf8 } from '../encoding/utf8.ts'
import { connect, connector, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { isSearch, refuseStated, withQuestion, withSearchFlags, type QuestionFlags } from './find-command.ts'
import {
  provenanceDocument,
  sbomDocument,
  signedDocument,
  type DocumentKind,
  type GotDocument,
} from './get-document.ts'
import { EXIT } from './exit-codes.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { bytesText } from './table.ts'
import { oneSpelling, questionOf } from './question.ts'
import { requireEntryReference } from './reference.ts'
import { askedOf, isPurl, withScope, type SearchFlags } from './search-asked.ts'
import { visible } from './terminal.ts'

interface OutFlag {
  readonly out?: string
}

type EvidenceFlags = QuestionFlags & SearchFlags & OutFlag

export function getCommand(context: CliContext): Command {
  const get = new Command('get').description('download evidence, an SBOM, provenance, a bundle or a proof')
  withSearchFlags(withQuestion(get.command('evidence')))
    .description('one file that proves the rows of an answer, to be verified offline')
    .option('--out <FILE>', 'where to write it (default: stdout)')
    .addHelpText(
      'after',
      "\nExample:\n  attestree get evidence pkg:npm/lodash --range '<4.17.21' --out lodash.evidence.json\n  attestree get evidence --osv GHSA-jfh8-c2jp-5v3q.json --out log4shell.evidence.json\n",
    )
    .action((component: string | undefined, flags: EvidenceFlags) => getEvidence(context, component, flags))
  withConnection(get.command('sbom'))
    .description('an SBOM as it was signed')
    .argument('REF', 'an image NAME@sha256:… (its newest SBOM that counts), or an entry number')
    .addHelpText('after', '\nExample:\n  attestree get sbom registry.example/shop@sha256:… --out sbom.json\n')
    .action((reference: string, flags: TrustFlags & OutFlag) =>
      getDocument(context, reference, flags, sbomDocument),
    )
  withConnection(get.command('provenance'))
    .description('provenance as it was signed')
    .argument('REF', 'an image NAME@sha256:… (its newest that is not revoked), or an entry number')
    .addHelpText(
      'after',
      '\nExample:\n  attestree get provenance registry.example/shop@sha256:… --out provenance.json\n',
    )
    .action((reference: string, flags: TrustFlags & OutFlag) =>
      getDocument(context, reference, flags, provenanceDocument),
    )
  withConnection(get.command('proof'))
    .description('that an entry is in the log, as a C2SP tlog-proof file')
    .argument('ENTRY', 'an entry number')
    .addHelpText('after', '\nExample:\n  attestree get proof 17 --out entry-17.tlog-proof\n')
    .action((reference: string, flags: TrustFlags & OutFlag) => getProof(context, reference, flags))
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
  flags: EvidenceFlags,
): Promise<void> {
  const isName = component !== undefined && !isPurl(component)
  if (isSearch(flags) || isName) return getSearchEvidence(context, component, flags)
  const question = questionOf(component, flags)
  const client = await connect(context, flags)
  await hand(context, flags, await collectEvidence(client, question))
}

async function getSearchEvidence(
  context: CliContext,
  component: string | undefined,
  flags: EvidenceFlags,
): Promise<void> {
  refuseStated(oneSpelling(flags))
  const connected = connector(context, flags)
  const asked = await askedOf(component, flags, async (name) => namedParts(await connected(), name))
  const { notes, notLookedFor } = asked
  const client = await connected()
  for (const note of notes) context.terminal.note(visible(note))
  const { question } = await withScope(asked, client, flags, context.terminal)
  await hand(context, flags, await collectSearchEvidence(client, question))
  if (notLookedFor.length === 0) return
  context.terminal.note(visible(`Not looked for: ${notLookedFor.join(', ')}`))
  context.setExitCode(EXIT.cannotTell)
}

async function getDocument(
  context: CliContext,
  reference: string,
  flags: TrustFlags & OutFlag,
  kind: DocumentKind,
): Promise<void> {
  const got = await signedDocument(await connect(context, flags), reference, kind)
  sayScope(context, got)
  await hand(context, flags, got.document)
}

/** Beside the document, which is written as it was signed. */
function sayScope({ terminal }: CliContext, { scope, passedOver }: GotDocument): void {
  if (passedOver.length > 0) {
    const entries = passedOver.map((index) => `#${index}`).join(', ')
    terminal.note(
      `${terminal.color.yellow('!')} Passed over: ${entries}, by a signer whose scope does not cover that name.`,
    )
  }
  if (scope !== undefined) terminal.note(visible(`Scope: ${scope}`))
}

async function getProof(context: CliContext, reference: string, flags: TrustFlags & OutFlag): Promise<void> {
  const index = requireEntryReference(reference)
  await hand(context, flags, utf8(await collectProofFile(await connect(context, flags), index)))
}

async function getBundle(context: CliContext, reference: string, flags: TrustFlags & OutFlag): Promise<void> {
  const index = requireEntryReference(reference)
  const bundle = await collectBundle(await connect(context, flags), index)
  await hand(context, flags, utf8(`${JSON.stringify(bundle)}\n`))
}

/** To the file that was named, or to stdout byte for byte. */
async function hand({ terminal }: CliContext, flags: OutFlag, bytes: Uint8Array): Promise<void> {
  if (flags.out === undefined || flags.out === '-') return terminal.write(bytes)
  // As other tools do, but said: evidence is kept.
  const wrote = existsSync(flags.out) ? 'Replaced' : 'Wrote'
  await writeFile(flags.out, bytes)
  terminal.note(`${terminal.color.green('✓')} ${wrote} ${visible(flags.out)} (${bytesText(bytes)})`)
}
