/** `attestree show`: everything recorded about an image, an entry, a key or an attestation; the versions of a package; names. */
import { Command, Option } from 'commander'
import { predicateKind } from '../attestation/predicate-types.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { NAME_MATCHES, type NameMatch } from '../verify/names-answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { parseEntryReference, parseImageArgument } from './reference.ts'
import { showComponents } from './show-components.ts'
import { showEntry } from './show-entry.ts'
import { present, printFoot } from './show-foot.ts'
import { showNames } from './show-names.ts'
import { showPackage } from './show-package.ts'
import {
  showStatus,
  statusOutputOption,
  withOutput,
  type GivenOutput,
  type StatusOutput,
} from './show-status.ts'
import { formatTable, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'
import { UsageError } from './usage-error.ts'
import { reasonsOf } from './verdict-text.ts'

interface ShowFlags extends TrustFlags, StatusOutput {
  readonly status?: true
  readonly components?: true
  readonly name?: string
  readonly match?: NameMatch
}

export function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('everything recorded about an image, an entry, a key or an attestation')
    .argument(
      'REF',
      'NAME@sha256:…, an entry number, pkg:type/name, a name such as log4j-core, key:sha256:…, attestation:sha256:… or signature:…',
    )
    .option('--components', 'of an image: what is inside, by its SBOMs that count')
    .option(
      '--status',
      'whether it is revoked, and nothing else; with -o evidence=FILE a file that proves it',
    )
    .option('--name <GLOB>', "with --components: those of this name only, e.g. 'openssl*'")
    .addOption(new Option('--match <HOW>', 'how a name is meant (default: exact)').choices(NAME_MATCHES))
    .addOption(statusOutputOption())
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree show registry.example/shop@sha256:…\n  attestree show 17\n  attestree show pkg:npm/lodash      which versions are there?\n  attestree show log4j --match prefix which packages are there?\n  attestree show registry.example/shop@sha256:… --components --name "openssl*"\n  attestree show key:sha256:…        is this key revoked?\n  attestree show key:sha256:… --status -o evidence=key.status.json\n',
    )
    .action((reference: string, given: GivenFlags) => show(context, reference, withOutput(given)))
}

type GivenFlags = Omit<ShowFlags, keyof StatusOutput> & GivenOutput

async function show(context: CliContext, reference: string, flags: ShowFlags): Promise<void> {
  if (flags.name !== undefined && flags.components !== true)
    throw new UsageError('--name goes with --components')
  const isName = flags.status !== true && isNameOf(reference)
  if (flags.evidence !== undefined && flags.status !== true)
    throw new UsageError('-o evidence=FILE goes with --status')
  if (flags.match !== undefined && !isName) throw new UsageError('--match goes with a name')
  const client = await connect(context, flags)
  const { terminal } = context
  if (flags.components === true) return showComponents(context, client, parseImageArgument(reference), flags)
  if (/^pkg:/i.test(reference)) return showPackage(context, client, reference, flags)
  if (isName) {
    const { match = 'exact' } = flags
    return showNames(context, client, { name: reference, match }, flags)
  }
  const index = flags.status === true ? undefined : parseEntryReference(reference)
  if (index !== undefined) return showEntry(context, client, index, flags)
  if (flags.status === true || /^(key|attestation|signature):/.test(reference))
    return showStatus(context, client, reference, flags)
  const image = await client.image(parseImageArgument(reference))
  return present(terminal, flags, 'Image', image, (to, answer) => printImage(to, answer, 'served'))
}

/** Nothing else has this form; `registry.example/shop:1.4` is an image, which has to be named by its digest. */
function isNameOf(reference: string): boolean {
  const isOther = /^(pkg|key|attestation|signature|image|sha256):/i.test(reference)
  const isImage = /.@/.test(reference) || /\/.*:/.test(reference)
  return !isOther && !isImage && parseEntryReference(reference) === undefined
}

/** @param rows whether they were made again here, or are taken from the server */
export function printImage(terminal: Terminal, answer: ImageAnswer, rows: 'made here' | 'served'): void {
  terminal.print(visible(answer.names.join(', ')) || '(no name)')
  terminal.print(answer.image)
  if (answer.revoked) terminal.print(`${terminal.color.red('⊘')} This image is revoked. Do not deploy it.`)
  terminal.print('')
  const cells = answer.attestations.map((one) => [
    `#${one.entry}`,
    kindName(one.predicateType),
    one.signer ?? '(not registered)',
    one.verdict.verdict,
    reasonsOf(one.verdict),
    toTheMinute(one.recordedAt),
  ])
  for (const line of formatTable(['ENTRY', 'STATES', 'SIGNER', 'VERDICT', 'WHY', 'RECORDED (UTC)'], cells))
    terminal.print(line)
  printLineage(terminal, answer)
  printSboms(terminal, answer)
  printProvenance(terminal, answer)
  printClaims(terminal, answer.unregistered)
  terminal.print('')
  printFoot(terminal, answer)
  if (rows === 'made here')
    terminal.print('✓ All of it but the times was made again here from what was signed.')
  const taken =
    rows === 'made here'
      ? 'The times'
      : 'The verdicts (attestree verify makes them again), all else that is said'
  printWrapped(terminal, '? ', `${taken}, and that there is nothing more, are the server’s word.`)
}

/** What people call it; the predicate type itself where there is no word for it. */
function kindName(predicateType: string): string {
  const names = {
    cyclonedx: 'CycloneDX SBOM',
    spdx: 'SPDX SBOM',
    provenance: 'SLSA provenance',
    deployment: 'Deployment',
  } as const
  const kind = predicateKind(predicateType)
  return kind === 'cyclonedx' || kind === 'spdx' || kind === 'provenance' || kind === 'deployment'
    ? names[kind]
    : predicateType
}

/** `2026-11-24 13:15` of an ISO time; anything else as it is. */
function toTheMinute(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):[\d.]+Z$/, '$1 $2')
}

/** Whoever has found a platform image wants the tags of its index, and the other way round. */
function printLineage(terminal: Terminal, { lineage = [] }: ImageAnswer): void {
  if (lineage.length === 0) return
  terminal.print('')
  const rows = lineage.map(({ is, image, platform, names, entries }) => [
    is === 'index' ? 'its index' : 'platform image',
    platform || '(not said)',
    image,
    names.join(' ') || '(no name)',
    entries.map((entry) => `#${entry}`).join(' '),
  ])
  for (const line of formatTable(['RELATED', 'PLATFORM', 'IMAGE', 'NAMES', 'SAYS'], rows))
    terminal.print(line)
}

function printSboms(terminal: Terminal, { sboms, lineage = [] }: ImageAnswer): void {
  if (sboms.length === 0) {
    const isIndex = lineage.some((one) => one.is === 'platform-image')
    terminal.print('')
    terminal.print(
      isIndex
        ? 'No SBOM is recorded of the index itself: show its platform images for what is inside.'
        : 'No SBOM is recorded: what is inside is unknown.',
    )
    return
  }
  terminal.print('')
  const rows = sboms.map((sbom) => [
    `#${sbom.entry}`,
    `${sbom.tool} ${sbom.toolVersion}`.trim() || '(no tool named)',
    String(sbom.components),
    sbom.counts ? 'yes' : 'no',
  ])
  for (const line of formatTable(['SBOM', 'MADE BY', 'COMPONENTS', 'COUNTS'], rows)) terminal.print(line)
}

function printProvenance(terminal: Terminal, { provenance }: ImageAnswer): void {
  if (provenance.length === 0) return
  terminal.print('')
  const rows = provenance.map((one) => [
    `#${one.entry}`,
    one.builder || '(none named)',
    one.commits.join(' ') || '(none named)',
  ])
  for (const line of formatTable(['PROVENANCE', 'BUILDER', 'SOURCE COMMITS'], rows)) terminal.print(line)
}
