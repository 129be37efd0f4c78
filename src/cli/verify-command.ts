/** `attestree verify`: an evidence file, offline; or an image, by the verdicts of its attestations. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { isImageName, repositoryOf } from '../attestation/image.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import { isOpenVex } from '../attestation/vex.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { checkRequirable, requireEstablished, type EvidenceReport } from '../verify/evidence-report.ts'
import { FRAUD_PROOF_TYPE, verifyFraudProof, type FraudReport } from '../verify/fraud-proof.ts'
import { verifyEvidence } from '../verify/evidence.ts'
import { STATUS_TYPE } from '../verify/status-evidence.ts'
import { isStatusMap } from '../verify/status-map.ts'
import { verifyStatus, verifyStatusMap } from '../verify/status-report.ts'
import { verifySearchEvidence, type SearchReport } from '../client/search-evidence.ts'
import { verifyImage, type VerifiedImage } from '../client/verified-image.ts'
import { cosignedJson, notRevokedSentence } from './answer-sentences.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import { connect, trustedHere, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { formatImageRows } from './image-rows.ts'
import { fraudJson, fraudSentence } from './index-audit.ts'
import { answerJson } from './json-answer.ts'
import { readInput } from './key-store.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { predicateOf } from './question.ts'
import { parseImageArgument } from './reference.ts'
import { printImage } from './show-command.ts'
import { originsJson, READ_FROM } from './search-origins.ts'
import { partLines } from './search-part-text.ts'
import { scopeText } from './search-scope.ts'
import { formatSearchRows } from './search-rows.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'
import { UsageError } from './usage-error.ts'
import { judgeRows, printJudged, readStatusFile, verifyTarget, type JudgedRows } from './verify-offline.ts'
import { printStatusReport } from './verify-status.ts'

interface VerifyFlags extends TrustFlags, OutputFlags {
  readonly require?: string
  readonly statusFile?: string
}

const EXIT = { nothingRecorded: 10, untrusted: 12, revoked: 14, cannotTell: 16 } as const

export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description('check an evidence file offline, or what is recorded about an image')
    .argument(
      'WHAT',
      'an evidence file, or an image NAME@sha256:…; with --status-file also key:…, attestation:…, signature:…',
    )
    .option(
      '--require <LIST>',
      'evidence: what must be established, e.g. complete,not-revoked (else exit 16)',
    )
    .option(
      '--status-file <FILE>',
      'whether it is revoked by a status map that was kept (status sync), offline',
    )
    .addOption(outputOption())
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree verify lodash.evidence.json\n  attestree verify key.status.json\n  attestree verify key:sha256:… --status-file attestree-status.ndjson\n  attestree verify registry.example/shop@sha256:… && kubectl set image …\n',
    )
    .action((what: string, flags: VerifyFlags) => verify(context, what, flags))
}

async function verify(context: CliContext, what: string, flags: VerifyFlags): Promise<void> {
  if (/^(key|attestation|signature):/.test(what)) return verifyKept(context, what, flags)
  // A name with a tag is one of an image too: it is refused with the reason, not looked for as a file.
  const named = !/^\.{0,2}\//.test(what) && (/^(image:)?sha256:|@sha256:/.test(what) || isImageName(what))
  // With a tag or a digest it is nothing else: no file of that name, in a checkout say, may stand in for the image.
  if (!named || (existsSync(what) && !/[:@]/.test(what))) return verifyFile(context, what, flags)
  if (flags.require !== undefined) throw new UsageError('verify: --require goes with an evidence file')
  if (flags.statusFile !== undefined) return verifyKept(context, `image:${parseImageArgument(what)}`, flags)
  return verifyImageOnline(context, what, flags)
}

/** @param target a URI, as revocations have them */
async function verifyKept(context: CliContext, target: string, flags: VerifyFlags): Promise<void> {
  if (flags.statusFile === undefined)
    throw new UsageError(
      `verify: expected --status-file for ${target.slice(0, 100)}`,
      `attestree show ${target} --status`,
    )
  const known = await readStatusFile(flags.statusFile, await trustedHere(context, flags))
  verifyTarget(context, known, target, flags)
}

async function verifyFile(context: CliContext, path: string, flags: VerifyFlags): Promise<void> {
  const required = flags.require?.split(',') ?? []
  checkRequirable(required)
  const [trust, bytes] = [await trustedHere(context, flags), await readInput(path)]
  const { terminal } = context
  if (isStatusMap(bytes)) return printStatusReport(context, path, verifyStatusMap(bytes, trust), flags)
  if (isOfType(bytes, STATUS_TYPE)) return printStatusReport(context, path, verifyStatus(bytes, trust), flags)
  if (isOfType(bytes, FRAUD_PROOF_TYPE))
    return printFraud(terminal, path, verifyFraudProof(bytes, trust), flags)
  const report = isOfSearch(bytes) ? verifySearchEvidence(bytes, trust) : verifyEvidence(bytes, trust)
  const known = flags.statusFile === undefined ? undefined : await readStatusFile(flags.statusFile, trust)
  const judged = known && judgeRows(known, report)
  const status = judged === undefined ? {} : { status: judged }
  if (flags.output === 'json') terminal.print(answerJson('EvidenceReport', { ...jsonOf(report), ...status }))
  else printReport(terminal, path, report, judged)
  if (judged !== undefined && judged.revoked.length > 0) return context.setExitCode(EXIT.revoked)
  requireEstablished(report, required)
}

type Report = EvidenceReport | SearchReport

/** As `isOfSearch`. */
function isOfType(bytes: Uint8Array, type: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(`"type":"${type}"`)
}

function printFraud(
  terminal: Terminal,
  path: string,
  report: FraudReport,
  { output, require }: VerifyFlags,
): void {
  if (require !== undefined) throw new UsageError('verify: --require goes with an evidence file')
  if (output === 'json') return terminal.print(answerJson('FraudReport', fraudJson(report)))
  terminal.print(`${terminal.color.green('✓')} ${visible(path)} proves fraud, offline.`)
  const { published, size } = report
  printWrapped(terminal, '  ', `${visible(fraudSentence(report))}.`)
  printWrapped(
    terminal,
    '  ',
    `Signed by the log’s key: the root of size ${size}, in ${visible(published.origin)} at size ${published.size}.`,
  )
}

/** Nothing else in canonical JSON begins so; whichever is tried then refuses what it cannot read. */
function isOfSearch(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('"question":{"parts":[')
}

function isSearchReport(report: Report): report is SearchReport {
  return 'parts' in report.question
}

function jsonOf(report: Report): object {
  const { checkpoint, complete } = report
  const about = { origin: checkpoint.origin, treeSize: checkpoint.size, ...completeJson(complete) }
  if (!isSearchReport(report)) {
    const { checkpoint: _, complete: __, ...rest } = report
    return { ...rest, ...about }
  }
  const { checkpoint: _, complete: __, origins, ...rest } = report
  const paths = { ...READ_FROM, entries: originsJson(origins) }
  return { ...rest, question: formatSearchQuestion(report.question), paths, ...about }
}

/** As of which sizes nothing is missing: the smaller of a map's and `through`. */
function completeJson(complete: Report['complete']): object {
  if (complete === undefined) return {}
  const { components, status, through, unreadable, byManifest } = complete
  return {
    complete: { components: components.size, status: status.size, through, unreadable, byManifest },
    ...cosignedJson(components, status),
  }
}

function printReport(terminal: Terminal, path: string, report: Report, judged?: JudgedRows): void {
  const { rows, established, notEstablished } = report
  terminal.print(`${terminal.color.green('✓')} ${visible(path)} verifies, offline.`)
  terminal.print('')
  for (const line of askedIn(report)) terminal.print(line)
  for (const line of rows.length > 0
    ? tableOf(report, terminal.columns)
    : [report.complete === undefined ? 'None that the server knew of.' : 'None.'])
    terminal.print(line)
  printClaims(terminal, report.unregistered)
  terminal.print('')
  terminal.print('Established:')
  for (const sentence of established) printWrapped(terminal, '  ✓ ', visible(sentence))
  terminal.print('Not established:')
  for (const { id, text } of notEstablished) printWrapped(terminal, '  ? ', visible(`${id}: ${text}`))
  if (judged !== undefined) printJudged(terminal, judged)
}

function askedIn(report: Report): readonly string[] {
  if (!isSearchReport(report)) return [`Question: which images ${predicateOf(report.question)}?`]
  const { parts, scope } = report.question
  const what = parts.length === 1 ? 'this' : `one of these ${parts.length}`
  return [`Question: which images${scopeText(scope)} have ${what}?`, ...partLines(parts)]
}

function tableOf(report: Report, columns: number | undefined): readonly string[] {
  if (!isSearchReport(report)) return formatImageRows(report.rows, columns)
  const { header, blocks } = formatSearchRows(report.rows, report.question, columns, report.origins)
  return [header, ...blocks.flat()]
}

async function verifyImageOnline(context: CliContext, what: string, flags: VerifyFlags): Promise<void> {
  const image = parseImageArgument(what)
  const repository = repositoryOf(what)
  const answer = await verifyImage(await connect(context, flags), image, { repository })
  const exit = exitOfImage(answer)
  const verdict = { scope: scopeChecked(repository), result: resultOf(exit), verified: exit === 0 }
  if (flags.output === 'json') context.terminal.print(answerJson('Verify', { ...answer, ...verdict }))
  else printVerdict(context.terminal, answer, exit, { what, repository })
  context.setExitCode(exit)
}

/**
 * Good only if something valid is recorded and nothing about the image is revoked (contracts.md 9), by a server that has
 * looked at its whole log: behind the end of the index there may be a revocation.
 */
export function exitOfImage({ attestations, asOf }: Pick<ImageAnswer, 'attestations' | 'asOf'>): number {
  if (attestations.length === 0) return EXIT.nothingRecorded
  if (attestations.some(isAgainst)) return EXIT.revoked
  if (vouching(attestations) === 0) return EXIT.untrusted
  return asOf.indexedThrough < asOf.treeSize ? EXIT.cannotTell : 0
}

type Attestation = ImageAnswer['attestations'][number]

/** How many count: one out of its signer's scope vouches for nothing, nor does what stands beside the image. */
export function vouching(attestations: readonly Attestation[]): number {
  return attestations.filter(
    ({ predicateType, verdict: { verdict } }) =>
      !isBeside(predicateType) && (verdict === 'valid' || verdict === 'valid-before-compromise'),
  ).length
}

/** What stands beside the image and was recorded in error, or by a key that leaked since, says nothing against it. */
function isAgainst({ predicateType, verdict: { verdict, reasons } }: Attestation): boolean {
  if (verdict !== 'revoked') return false
  const ofImage = reasons.some((one) => one.target?.startsWith('image:') && one.annulledBy === undefined)
  return ofImage || !isBeside(predicateType)
}

/** That an image was deployed, or is not hit by a vulnerability, says nothing of what it is and where it came from. */
function isBeside(predicateType: string): boolean {
  return predicateKind(predicateType) === 'deployment' || isOpenVex(predicateType)
}

/** In JSON, one word that follows the exit code. */
function resultOf(exit: number): string {
  if (exit === 0) return 'vouched-for'
  if (exit === EXIT.revoked) return 'revoked'
  if (exit === EXIT.cannotTell) return 'cannot-tell'
  return exit === EXIT.nothingRecorded ? 'not-recorded' : 'untrusted'
}

/** As README 2.7 says it: scopes are judged against the reference asked about, and only then. */
export function scopeChecked(repository: string | undefined): string {
  return repository === undefined ? 'not checked' : `checked against ${repository}`
}

interface Asked {
  readonly what: string
  readonly repository: string | undefined
}

function printVerdict(
  terminal: Terminal,
  answer: VerifiedImage,
  exit: number,
  { what: asked, repository }: Asked,
): void {
  printImage(terminal, answer, 'made here')
  const [mark, sentence] = notRevokedSentence(answer.asOf, sizeOf(answer))
  printWrapped(terminal, mark, sentence)
  terminal.print(visible(`Scope: ${scopeChecked(repository)}`))
  terminal.print('')
  const { color } = terminal
  warnOfOtherName(terminal, answer, asked)
  if (exit === 0) {
    terminal.print(
      `${color.green('✓')} Vouched for: ${plural(vouching(answer.attestations), 'attestation')}, none revoked${answer.statusSize === undefined ? ' as far as this server shows' : ''}.`,
    )
    const unwitnessed = answer.statusCosigned === undefined ? '; not witnessed' : ''
    printWrapped(terminal, '? ', `Not established: that nothing else was left out${unwitnessed}.`)
  } else if (exit === EXIT.revoked) terminal.print(`${color.red('⊘')} ${revokedSentence(answer)}`)
  else if (exit === EXIT.cannotTell)
    terminal.print(
      `${color.yellow('?')} Not verified: the newest entries were not looked at, and a revocation may be among them. Ask again.`,
    )
  else terminal.print(`${color.red('✕')} Not verified: nobody whose word counts vouches for this image.`)
}

function sizeOf({
  statusSize: size,
  statusCosigned: cosigned,
}: VerifiedImage): Parameters<typeof notRevokedSentence>[1] {
  return size === undefined ? {} : { size, cosigned }
}

/** Which of the two it is decides what somebody does next. */
function revokedSentence({ revoked, attestations }: ImageAnswer): string {
  if (revoked) return 'REVOKED. Do not deploy this image.'
  const taken = attestations.filter(isAgainst).map((one) => `#${one.entry}`)
  return `REVOKED: ${taken.length} of ${plural(attestations.length, 'attestation')} (${taken.join(' ')}). Do not deploy before somebody has looked at it.`
}

/** Everything is bound to the digest: a name that nobody signed for says nothing about where it was pulled from. */
function warnOfOtherName(terminal: Terminal, { names }: ImageAnswer, asked: string): void {
  const name = asked.includes('@') ? asked.slice(0, asked.indexOf('@')) : undefined
  const plain = (text: string): string => text.replace(/^image:/, '').replace(/:[^/:]+$/, '')
  if (name === undefined || names.some((one) => plain(one) === plain(name))) return
  const text = `Nobody signed for the name ${visible(name)}: the attestations name ${visible(names.join(', ')) || 'none'}. Only the digest was checked.`
  printWrapped(terminal, `${terminal.color.yellow('!')} `, text)
}
