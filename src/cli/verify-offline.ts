/** `attestree verify WHAT --status-file FILE`: whether it is revoked, offline, from a status map that was kept. */
import { isControlType } from '../attestation/predicate-types.ts'
import { parseTarget, type Target } from '../attestation/revocation.ts'
import type { SearchReport } from '../client/search-evidence.ts'
import { Fault } from '../errors.ts'
import { targetsOf, verdictOf } from '../trust/status.ts'
import type { EvidenceReport, ReportedEntry } from '../verify/evidence-report.ts'
import type { LogTrust } from '../verify/evidence.ts'
import { restsOn } from '../verify/row-check.ts'
import type { KnownStatus, TargetStatus } from '../verify/status-evidence.ts'
import { checkStatusMapFile, isStatusMap, parseStatusMap } from '../verify/status-map.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import { readInput } from './key-store.ts'
import type { OutputFlags } from './output-flag.ts'
import { printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { targetJson } from './verify-status.ts'

/** @throws UsageError for another file; as `checkStatusMapFile` */
export async function readStatusFile(path: string, trust: LogTrust): Promise<KnownStatus> {
  const bytes = await readInput(path)
  if (isStatusMap(bytes)) return checkStatusMapFile(parseStatusMap(bytes), trust)
  throw new UsageError(
    `${path}: expected the whole status map, got another file`,
    'Make one: attestree status sync',
  )
}

/**
 * Ends with exit 14 if it is revoked, or if what its name says it depends on is. What else it depends on is not in the
 * file, so that a key alone can be said not to be revoked: exit 16 for all others.
 *
 * @param target a URI, as revocations have them
 */
export function verifyTarget(
  { terminal, setExitCode }: CliContext,
  known: KnownStatus,
  target: string,
  { output }: OutputFlags,
): void {
  const parsed = parseTarget(target)
  const all = [target, ...relatedTo(parsed)].map((one) => known.of(one))
  const isRevoked = all.some(({ state }) => state !== 'not-revoked')
  const notLookedAt = isRevoked ? undefined : NOT_LOOKED_AT[parsed.type]
  if (output === 'json')
    terminal.print(answerJson('TargetStatus', { ...statesJson(all), ...reachJson(known) }))
  else {
    for (const { target: uri, state } of all)
      terminal.print(`${markOf(terminal, state !== 'not-revoked')} ${visible(uri)}: ${state}`)
    printReach(terminal, { origin: known.checkpoint.origin, through: known.through })
    if (notLookedAt !== undefined) printWrapped(terminal, '? ', `Not looked at: ${notLookedAt}`)
  }
  if (isRevoked) setExitCode(EXIT.revoked)
  else if (notLookedAt !== undefined) setExitCode(EXIT.cannotTell)
}

/** The one that was asked about, and what it depends on. */
function statesJson([found, ...related]: readonly TargetStatus[]): object {
  return {
    ...(found && targetJson(found)),
    ...(related.length === 0 ? {} : { related: related.map(targetJson) }),
  }
}

/** What falls with each. A signature names its key and what was signed; of others, only the log knows what they depend on. */
function relatedTo(target: Target): readonly string[] {
  if (target.type !== 'signature') return []
  return targetsOf(target).filter((uri) => uri !== target.uri)
}

const NOT_LOOKED_AT: Readonly<Record<Target['type'], string | undefined>> = {
  key: undefined,
  image: 'who vouches for this image, and what that rests on. Leave out --status-file.',
  attestation: 'the keys that signed it, and the images that it is about: attestree show REF --status',
  signature: 'the images that it is about: attestree show REF --status',
}

/** Of a report, what decides. */
type RestingRows = Pick<EvidenceReport | SearchReport, 'rows' | 'entries' | 'complete'>

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
export function judgeRows(known: KnownStatus, report: RestingRows): JudgedRows {
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

function revokedEntries(known: KnownStatus, report: RestingRows): readonly string[] {
  const judged = judgedIn(report)
  const resting = [...new Set(report.rows.flatMap(restsOn))].sort((a, b) => a - b)
  return resting
    .filter((index) => {
      const entry = judged.get(index)
      if (entry === undefined || index >= known.through) throw beyond(index, known)
      if (isControlType(entry.predicateType)) return false
      return verdictOf(known.trust, known.through, entry).verdict === 'revoked'
    })
    .map((index) => `entry #${index}`)
}

/** Entries that came with what was signed, and those that are known by lines of their manifests. */
function judgedIn({
  entries,
  complete,
}: RestingRows): ReadonlyMap<number, Pick<ReportedEntry, 'index' | 'attestation' | 'key' | 'predicateType'>> {
  const byManifest = complete?.stated.map(({ facts }) => facts) ?? []
  return new Map([...byManifest, ...entries].map((one) => [one.index, one]))
}

function revokedImages(known: KnownStatus, { rows }: RestingRows): readonly string[] {
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
