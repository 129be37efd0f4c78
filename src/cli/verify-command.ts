/** `attestree verify`: a file with evidence, offline; or an image, by the verdicts of its attestations. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { isImageName } from '../attestation/image.ts'
import { checkRequirable, requireEstablished, type EvidenceReport } from '../verify/evidence-report.ts'
import { FRAUD_PROOF_TYPE, verifyFraudProof, type FraudReport } from '../verify/fraud-proof.ts'
import { verifyEvidence } from '../verify/evidence.ts'
import { STATUS_TYPE } from '../verify/status-evidence.ts'
import { isStatusMap } from '../verify/status-map.ts'
import { verifyStatus, verifyStatusMap } from '../verify/status-report.ts'
import { verifySearchEvidence, type SearchReport } from '../client/search-evidence.ts'
import { cosignedJson } from './answer-sentences.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import { trustedHere, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { formatImageRows } from './image-rows.ts'
import { fraudJson, fraudSentence } from './fraud-text.ts'
import { answerJson } from './json-answer.ts'
import { readInput } from './key-store.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { predicateOf } from './question.ts'
import { parseImageArgument } from './reference.ts'
import { originsJson, READ_FROM } from './search-origins.ts'
import { partLines } from './search-part-text.ts'
import { scopeText } from './search-scope.ts'
import { formatSearchRows } from './search-rows.ts'
import { printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'
import { UsageError } from './usage-error.ts'
import { verifyImageOnline } from './verify-image.ts'
import { judgeRows, printJudged, readStatusFile, verifyTarget, type JudgedRows } from './verify-offline.ts'
import { printStatusReport } from './verify-status.ts'

interface VerifyFlags extends TrustFlags, OutputFlags {
  readonly require?: string
  readonly statusFile?: string
}

export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description('check a file that proves something, offline, or what is recorded about an image')
    .argument(
      'WHAT',
      'an evidence file, a status file, a fraud proof, or an image NAME@sha256:…; with --status-file also key:…, attestation:…, signature:…',
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
      '\nExamples:\n  attestree verify lodash.evidence.json\n  attestree verify key.status.json\n  attestree verify fraud-proof.json\n  attestree verify key:sha256:… --status-file attestree-status.ndjson\n  attestree verify registry.example/shop@sha256:… && kubectl set image …\n',
    )
    .action((what: string, flags: VerifyFlags) => verify(context, what, flags))
}

async function verify(context: CliContext, what: string, flags: VerifyFlags): Promise<void> {
  if (/^(key|attestation|signature):/.test(what)) return verifyKept(context, what, flags)
  // A name with a tag is one of an image too: it is refused with the reason, not looked for as a file.
  const named = !/^\.{0,2}\//.test(what) && (/^(image:)?sha256:|@sha256:/.test(what) || isImageName(what))
  // With a tag or a digest it is nothing else: no file of that name, in a checkout say, may stand in for the image.
  if (!named || (existsSync(what) && !/[:@]/.test(what))) return verifyFile(context, what, flags)
  refuseRequire(flags)
  if (flags.statusFile !== undefined) return verifyKept(context, `image:${parseImageArgument(what)}`, flags)
  return verifyImageOnline(context, what, flags)
}

/** @param target a URI, as revocations have them */
async function verifyKept(context: CliContext, target: string, flags: VerifyFlags): Promise<void> {
  refuseRequire(flags)
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
  if (!isEvidence(bytes)) refuseStatusFile(path, flags)
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

function isEvidence(bytes: Uint8Array): boolean {
  return !isStatusMap(bytes) && ![STATUS_TYPE, FRAUD_PROOF_TYPE].some((type) => isOfType(bytes, type))
}

/** What is not looked at must not look as if it were. */
function refuseStatusFile(path: string, { statusFile }: VerifyFlags): void {
  if (statusFile === undefined) return
  throw new UsageError(
    `${path}: expected an evidence file beside --status-file, got another`,
    `attestree verify ${path}, or attestree verify key:… --status-file FILE`,
  )
}

/** As `refuseStatusFile`. */
function refuseRequire({ require }: VerifyFlags): void {
  if (require !== undefined) throw new UsageError('verify: --require goes with an evidence file')
}

type Report = EvidenceReport | SearchReport

/** As `isOfSearch`. */
function isOfType(bytes: Uint8Array, type: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(`"type":"${type}"`)
}

function printFraud(terminal: Terminal, path: string, report: FraudReport, flags: VerifyFlags): void {
  refuseRequire(flags)
  if (flags.output === 'json') return terminal.print(answerJson('FraudReport', fraudJson(report)))
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
