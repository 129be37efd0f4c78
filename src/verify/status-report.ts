/** What a status file establishes and what it does not, in sentences. */
import type { TreeSize } from '../brand.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import type { RecordedRevocation } from '../trust/trust-state.ts'
import { areCosigned, AUDITED, cosignedBy, published } from './complete-report.ts'
import { NOT_WITNESSED, signedSentence } from './evidence-report.ts'
import type { LogTrust } from './evidence.ts'
import type { CheckedMapRoot } from './map-root.ts'
import type { NotEstablished } from './open-question.ts'
import {
  checkStatusEvidence,
  parseStatus,
  type KnownStatus,
  type StatusEvidence,
  type TargetStatus,
} from './status-evidence.ts'
import { checkStatusMapFile, parseStatusMap } from './status-map.ts'

export interface StatusReport {
  /** In the order of the file; empty if it has the whole map. */
  readonly targets: readonly TargetStatus[]
  readonly checkpoint: Checkpoint
  readonly status: CheckedMapRoot
  /** Whatever came from here on is not looked at. */
  readonly through: TreeSize
  readonly established: readonly string[]
  readonly notEstablished: readonly NotEstablished[]
}

/**
 * Verifies a file: checkpoint, published root, keys, entries, what was signed, and the trust state from leaf 0 on.
 *
 * @throws Fault `untrusted` (`wrong-log-key`, `wrong-trust-root`) if it is about another log than the trusted one
 * @throws Fault `bad-proof` with the reason if it does not verify; `too-large` (`payload-too-large`)
 */
export function verifyStatus(bytes: Uint8Array, trust: LogTrust): StatusReport {
  const evidence = parseStatus(bytes)
  return statusReport(evidence, checkStatusEvidence(evidence, trust))
}

/** As `verifyStatus`, of a file that has the whole map. @throws as `verifyStatus` */
export function verifyStatusMap(bytes: Uint8Array, trust: LogTrust): StatusReport {
  const file = parseStatusMap(bytes)
  return statusReport({ targets: [], asOf: file.answer.asOf }, checkStatusMapFile(file, trust))
}

/** @param known what `evidence` was checked to say; without targets, of the whole map */
export function statusReport(
  { targets, asOf }: Pick<StatusEvidence, 'targets' | 'asOf'>,
  known: KnownStatus,
): StatusReport {
  const { checkpoint, status, through } = known
  const found = targets.map((target) => known.of(target))
  return {
    targets: found,
    checkpoint,
    status,
    through,
    established: [
      signedSentence(checkpoint),
      ...found.map((one) => sentenceOf(one, known)),
      `No revocation, annulment or trust root ${targets.length === 0 ? '' : 'that touches this '}is missing as of size ${through} (${published(status)}).`,
      ...cosignedBy(status),
    ],
    notEstablished: openIn(targets.length > 1, known, asOf.servedAt),
  }
}

function sentenceOf(
  { target, revocations, annulled }: TargetStatus,
  { status: { cosigned }, through }: KnownStatus,
): string {
  const when = cosigned === undefined ? '' : `, at witnessed time ${cosigned.at}`
  const ended = annulled.map((one) => `; #${one.index} was annulled by #${one.annulledBy}`).join('')
  if (revocations.length === 0) return `${target} is not revoked as of size ${through}${when}${ended}.`
  return `${target} is revoked: ${revocations.map(reachOf).join(', ')}${ended}.`
}

function reachOf({ index, revocation: { reason, cutoff } }: RecordedRevocation): string {
  const since = cutoff === undefined ? '' : `, since size ${cutoff.treeSize}`
  return `#${index} (${reason}${since})`
}

function openIn(
  isOfSeveral: boolean,
  { checkpoint, status, through }: KnownStatus,
  servedAt: string,
): NotEstablished[] {
  const since =
    through < checkpoint.size ? `, the entries from ${through} up to ${checkpoint.size} among it` : ''
  const unwitnessed: readonly NotEstablished[] = [
    {
      id: 'times',
      text: `How old this is: that it is from ${servedAt} is the server's word, as the trust file asks for no cosignatures.`,
    },
    { id: 'audited', text: AUDITED },
    NOT_WITNESSED,
  ]
  const open: NotEstablished[] = [
    { id: 'newer', text: `What was revoked since${since}.` },
    ...(areCosigned(status) ? [] : unwitnessed),
  ]
  if (isOfSeveral)
    open.unshift({
      id: 'related',
      text: 'That these belong together, as an attestation, its key and its image do: each is judged by itself.',
    })
  return open
}
