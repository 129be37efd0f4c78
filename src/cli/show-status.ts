/** `attestree show REF --status`, and of a key, an attestation or a signature: whether it is revoked, and on whose word. */
import { writeFile } from 'node:fs/promises'
import { Option } from 'commander'
import type { Client } from '../client/client.ts'
import { verifiedStatus, type VerifiedStatus } from '../client/verified-status.ts'
import type { MaybeProven } from '../client/with-proof.ts'
import type { RevocationRow, RevocationsAnswer } from '../verify/answer.ts'
import { formatStatus } from '../verify/status-evidence.ts'
import { notRevokedSentence } from './answer-sentences.ts'
import type { CliContext } from './context.ts'
import type { OutputFlags, OutputFormat } from './output-flag.ts'
import { targetUri } from './reference.ts'
import { present, printFoot } from './show-foot.ts'
import { printSignedImages, signedImages } from './show-key.ts'
import { bytesText, formatTable, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { reasonsOf } from './verdict-text.ts'

/** `-o table`, `-o json`, `-o evidence=FILE`: the last beside the table. */
export interface StatusOutput extends OutputFlags {
  /** The file to write. */
  readonly evidence?: string
}

export interface GivenOutput {
  readonly output: StatusOutput
}

export function statusOutputOption(): Option {
  return new Option(
    '-o, --output <FORMAT>',
    'how to print the answer: table or json; with --status also evidence=FILE, beside the table',
  )
    .default({ output: 'table' }, 'table')
    .argParser(parseOutput)
}

/** @throws UsageError */
function parseOutput(text: string): StatusOutput {
  const file = /^evidence=(.+)$/.exec(text)?.[1]
  if (file !== undefined) return { output: 'table', evidence: file }
  const format = (['table', 'json'] as const satisfies readonly OutputFormat[]).find((one) => one === text)
  if (format !== undefined) return { output: format }
  throw new UsageError(`--output: expected table, json or evidence=FILE, got ${text.slice(0, 100)}`)
}

export function withOutput<T extends GivenOutput>({ output, ...flags }: T): Omit<T, 'output'> & StatusOutput {
  return { ...flags, ...output }
}

export async function showStatus(
  { terminal }: CliContext,
  client: Client,
  reference: string,
  flags: StatusOutput & { readonly status?: true },
): Promise<void> {
  const uri = await targetUri(client, reference)
  const found = await verifiedStatus(client, uri)
  const { answer } = found.value
  if (flags.evidence !== undefined) await writeEvidence(terminal, found, flags.evidence)
  if (flags.status === true || !uri.startsWith('key:'))
    return present(terminal, flags, 'Revocations', answer, (to) => printStatus(to, found))
  const signed = await signedImages(client, uri)
  present(terminal, flags, 'Key', { ...answer, signed }, (to) => {
    printStatus(to, found)
    printSignedImages(to, uri, signed)
  })
}

/** @throws Fault that says why there is no proof to write */
async function writeEvidence(
  terminal: Terminal,
  { value: { proven }, unproven }: MaybeProven<VerifiedStatus>,
  file: string,
): Promise<void> {
  if (proven === undefined) throw unproven ?? new Error('status: neither proof nor reason')
  const bytes = formatStatus(proven.evidence)
  await writeFile(file, bytes)
  terminal.note(`Wrote ${file} (${bytesText(bytes)}). Check it anywhere: attestree verify ${file}`)
}

function printStatus(
  terminal: Terminal,
  { value: { answer, proven }, unproven }: MaybeProven<VerifiedStatus>,
): void {
  printState(terminal, answer, proven !== undefined)
  printVerdicts(terminal, answer)
  terminal.print('')
  printFoot(terminal, answer)
  const [mark, sentence] = notRevokedSentence(answer.asOf, {
    ...(proven === undefined ? {} : { size: proven.report.through, cosigned: proven.report.status.cosigned }),
    ...(unproven === undefined ? {} : { unproven }),
  })
  printWrapped(terminal, mark, sentence)
}

function printState(terminal: Terminal, answer: RevocationsAnswer, isProven: boolean): void {
  const { color } = terminal
  const good = isProven ? color.green('✓') : '?'
  const mark = answer.state === 'not-revoked' ? good : color.red('⊘')
  terminal.print(
    `${mark} ${visible(answer.target)}: ${answer.state}${answer.known ? '' : ' (never seen here)'}`,
  )
  if (answer.state === 'not-revoked' && answer.verdicts.some((one) => one.verdict === 'revoked')) {
    terminal.print('  Nothing revokes exactly this; its key or its image is revoked, see below.')
  }
  for (const row of [...answer.revocations].sort(byReach)) {
    terminal.print(`  Revoked in entry #${row.entry}: ${row.reason}, ${reachOf(row)}`)
    terminal.print(`  Signed by ${row.signedBy.join(', ')}`)
  }
  for (const row of answer.annulled ?? [])
    terminal.print(
      `  Entry #${row.entry} (${row.reason}) was annulled by #${row.annulledBy}: it takes nothing back.`,
    )
}

function printVerdicts(terminal: Terminal, answer: RevocationsAnswer): void {
  if (answer.verdicts.length === 0) return
  terminal.print('')
  const rows = answer.verdicts.map((one) => [`#${one.entry}`, one.subject, one.verdict, reasonsOf(one)])
  for (const line of formatTable(['ENTRY', 'SUBJECT', 'VERDICT', 'WHY'], rows)) terminal.print(line)
}

/** What reaches furthest decides, so it comes first: everything, then the lowest cut-off. */
function byReach(a: RevocationRow, b: RevocationRow): number {
  return (a.cutoff?.treeSize ?? -1) - (b.cutoff?.treeSize ?? -1)
}

function reachOf({ mode, cutoff }: RevocationRow): string {
  if (mode === 'all' || cutoff === undefined) return 'whenever it was recorded'
  return `since size ${cutoff.treeSize}: what was recorded before entry #${cutoff.treeSize} stays good`
}
