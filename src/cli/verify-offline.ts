/** `attestree verify WHAT --status-file FILE`: whether it is revoked, offline, from a status map that was kept. */
import { isControlType } from '../attestation/predicate-types.ts'
import type { SearchReport } from '../client/search-evidence.ts'
import { Fault } from '../errors.ts'
import { verdictOf } from '../trust/status.ts'
import type { EvidenceReport } from '../verify/evidence-report.ts'
import type { LogTrust } from '../verify/evidence.ts'
import { restsOn } from '../verify/row-check.ts'
import { checkStatusEvidence, parseStatus, type KnownStatus } from '../verify/status-evidence.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import { readInput } from './key-store.ts'
import type { OutputFlags } from './output-flag.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { targetJson } from './verify-status.ts'

/** @throws UsageError for a file about some targets; as `checkStatusEvidence` */
export async function readStatusFile(path: string, trust: LogTrust): Promise<KnownStatus> {
  const evidence = parseStatus(await readInput(path))
  if (evidence.targets.length > 0)
    throw new UsageError(
      `${path}: expected the whole status map, got ${plural(evidence.targets.length, 'target')}`,
      'Make one: attestree status sync',
    )
  return checkStatusEvidence(evidence, trust)
}

/**
 * Ends with exit 14 if it is revoked. An image that is not is still not vouched for, which nobody looked at: exit 16.
 *
 * @param target a URI, as revocations have them
 */
export function verifyTarget(
  { terminal, setExitCode }: CliContext,
  known: KnownStatus,
  target: string,
  { output }: OutputFlags,
): void {
  const found = known.of(target)
  const isRevoked = found.state !== 'not-revoked'
  const isImage = target.startsWith('image:')
  if (output === 'json')
    terminal.print(answerJson('TargetStatus', { ...targetJson(found), ...reachJson(known) }))
  else {
    terminal.print(`${markOf(terminal, isRevoked)} ${visible(target)}: ${found.state}`)
    printReach(terminal, { origin: known.checkpoint.origin, through: known.through })
    if (isImage && !isRevoked)
      printWrapped(
        terminal,
        '? ',
        'Not looked at: who vouches for this image, and what that rests on. Leave out --status-file.',
      )
  }
  if (isRevoked) setExitCode(EXIT.revoked)
  else if (isImage) setExitCode(EXIT.cannotTell)
}

/** What rows rest on, and as of when it was looked at. */
export interface JudgedRows {
  readonly origin: string
  readonly through: number
  /** What is revoked, by its entry or its image. */
  readonly revoked: readonly string[]
}

/**
 * What a verified evidence file rests on, judged by the newer status.
 *
 * @throws Fault `unproven` if the file has entries that the status file does not reach
 */
export function judgeRows(known: KnownStatus, report: EvidenceReport | SearchReport): JudgedRows {
  const revoked = [...revokedEntries(known, report), ...revokedImages(known, report)]
  return { origin: known.checkpoint.origin, through: known.through, revoked }
}

export function printJudged(terminal: Terminal, { origin, through, revoked }: JudgedRows): void {
  terminal.print('')
  for (const one of revoked) terminal.print(`${markOf(terminal, true)} ${visible(one)} is revoked.`)
  if (revoked.length === 0)
    terminal.print(`${markOf(terminal, false)} Nothing that the rows rest on is revoked.`)
  printReach(terminal, { origin, through })
}

function revokedEntries(
  known: KnownStatus,
  { rows, entries }: EvidenceReport | SearchReport,
): readonly string[] {
  const resting = new Set(rows.flatMap(restsOn))
  return entries
    .filter(({ index, predicateType }) => resting.has(index) && !isControlType(predicateType))
    .filter((entry) => {
      if (entry.index >= known.through) throw beyond(entry.index, known)
      return verdictOf(known.trust, known.through, entry).verdict === 'revoked'
    })
    .map(({ index }) => `entry #${index}`)
}

function revokedImages(known: KnownStatus, { rows }: EvidenceReport | SearchReport): readonly string[] {
  return rows.map(({ image }) => `image:${image}`).filter((uri) => known.of(uri).state !== 'not-revoked')
}

function beyond(index: number, { through }: KnownStatus): Fault {
  return new Fault(
    'unproven',
    `status file: expected one that reaches entry ${index}, got one of size ${through}`,
    {
      hint: 'Make a new one: attestree status sync',
    },
  )
}

function reachJson({ checkpoint, through }: KnownStatus): object {
  return { origin: checkpoint.origin, treeSize: checkpoint.size, through }
}

function printReach(terminal: Terminal, { origin, through }: Pick<JudgedRows, 'origin' | 'through'>): void {
  const text = `As of size ${through} of ${visible(origin)}, by the whole status map. What was revoked since is not in it.`
  printWrapped(terminal, '  ', text)
}

function markOf({ color }: Terminal, isRevoked: boolean): string {
  return isRevoked ? color.red('⊘') : color.green('✓')
}
