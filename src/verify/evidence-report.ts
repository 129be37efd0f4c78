/**
 * What a verified evidence file establishes and what it does not (contracts.md 8, index.md 1): the sentences that a
 * reader takes away. A claim that was not checked is never left unsaid.
 */
import type { AttestationId, KeyId, LogIndex, TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { principalOf, rootAt } from '../trust/trust-state.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type { RowsAnswer, UnregisteredClaims } from './answer.ts'
import type { CompleteAnswer } from './complete-entries.ts'
import { areCosigned, entryList, establishedBy, leftOpenBy } from './complete-report.ts'
import type { NotEstablished, OpenQuestion } from './open-question.ts'
import type { CheckedAttestation } from './proven-entry.ts'
import { restsOn, type RestingRow } from './row-check.ts'

export interface ReportedEntry {
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly key: KeyId
  /** The key's principal in the trust root in force at that index. */
  readonly signer: string | undefined
  readonly predicateType: string
}

export interface EvidenceReport {
  /** As asked, in canonical form. */
  readonly question: RowsAnswer['question']
  /** Each follows from signed entries of the log. */
  readonly rows: RowsAnswer['items']
  /** Checked to be by unregistered signers, and to be what they signed; they count for nothing. */
  readonly unregistered?: UnregisteredClaims
  readonly checkpoint: Checkpoint
  /** As of when no row is missing; absent if that is not proven. */
  readonly complete?: CompleteAnswer
  /** Every entry that was verified with what was signed, ascending. */
  readonly entries: readonly ReportedEntry[]
  readonly established: readonly string[]
  readonly notEstablished: readonly NotEstablished[]
}

/** What the sentences are about, of any answer of rows. */
type Reported = Pick<RowsAnswer, 'asOf' | 'next'> & {
  readonly items: readonly RestingRow[]
  readonly coverage: Pick<RowsAnswer['coverage'], 'images' | 'unknown' | 'unreadableEntries'>
}

export interface Verified<Answer extends Reported = Reported> {
  readonly answer: Answer
  readonly checkpoint: Checkpoint
  readonly attested: readonly CheckedAttestation[]
  readonly state: TrustState
  readonly trustRoot: AttestationId
  readonly complete?: CompleteAnswer
}

export function reportOf(verified: Verified<RowsAnswer>): EvidenceReport {
  const { answer, checkpoint, complete } = verified
  return {
    question: answer.question,
    rows: answer.items,
    ...(answer.unregistered === undefined ? {} : { unregistered: answer.unregistered }),
    checkpoint,
    ...(complete === undefined ? {} : { complete }),
    ...sentencesOf(verified),
  }
}

export function sentencesOf(
  verified: Verified,
): Pick<EvidenceReport, 'entries' | 'established' | 'notEstablished'> {
  const { attested, state } = verified
  const entries = attested.map(({ entry }) => ({
    index: entry.index,
    attestation: entry.attestation,
    key: entry.keyId,
    signer: principalOf(state, entry.index, entry.keyId),
    predicateType: entry.predicateType,
  }))
  return {
    entries,
    established: established(verified, entries),
    notEstablished: notEstablished(verified),
  }
}

function established(verified: Verified, entries: readonly ReportedEntry[]): string[] {
  const { checkpoint } = verified
  return [
    signedSentence(checkpoint),
    `${counted(entries.length, 'entry', 'entries')} of this file ${entries.length === 1 ? 'is' : 'are'} in that log, and each is what its key signed.`,
    trustSentence(verified),
    ...rowSentences(verified, entries),
    ...(verified.complete === undefined ? [] : establishedBy(verified.complete)),
  ]
}

export function signedSentence({ origin, size, root }: Checkpoint): string {
  return `The checkpoint is signed by the key of the log ${origin} as of size ${size} (root ${formatHex(root).slice(0, 16)}…).`
}

function trustSentence({ state, checkpoint, trustRoot }: Verified): string {
  const current = rootAt(state, checkpoint.size)
  const version = current === undefined ? '' : `, version ${current.root.version} from entry ${current.index}`
  return `Signers' rights follow from the trust root ${trustRoot} in entry 0${version}.`
}

function rowSentences(
  { answer: { items: rows }, complete }: Verified,
  entries: readonly ReportedEntry[],
): string[] {
  if (rows.length === 0) return []
  const behind = new Set(rows.flatMap(restsOn))
  const signers = new Map<string, LogIndex[]>()
  for (const entry of entries) {
    if (!behind.has(entry.index)) continue
    const signer = entry.signer ?? entry.key
    signers.set(signer, [...(signers.get(signer) ?? []), entry.index])
  }
  const named = [...signers].map(([signer, indexes]) => `${signer} (${entryList(indexes)})`)
  if (complete?.byManifest.some((index) => behind.has(index))) named.push('further ones, by their manifests')
  if (named.length === 0) return []
  const subject = rows.length === 1 ? 'The row is' : `Each of the ${rows.length} rows is`
  return [`${subject} stated by signed entries of that log: ${named.join(', ')}.`]
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}

/** What is open without a proof of completeness. */
function unproven(size: TreeSize): readonly NotEstablished[] {
  return [
    {
      id: 'complete',
      text:
        'That no row was left out: other images may match, and newer SBOMs or trust roots may be in the log. ' +
        'An SBOM also says only what it declares, not what is in the image.',
    },
    {
      id: 'not-revoked',
      text: `That no further revocation touches these rows: those in this file were applied, others may be in the log (of size ${size}) or have come since. Nor that none of those applied was annulled.`,
    },
  ]
}

/** Open where nobody asks for cosignatures. */
export const NOT_WITNESSED: NotEstablished = {
  id: 'not-witnessed',
  text: 'That others were shown the same log: the checkpoint was not checked against any witness.',
}

function notEstablished({ answer, checkpoint, complete }: Verified): NotEstablished[] {
  const { size } = checkpoint
  const open: NotEstablished[] = [
    ...(complete === undefined ? unproven(size) : leftOpenBy(complete, size)),
    {
      id: 'coverage',
      text: `The server's counts: ${answer.coverage.images} images, ${answer.coverage.unknown} of them unknown, ${answer.coverage.unreadableEntries} entries unreadable, index up to ${answer.asOf.indexedThrough}.`,
    },
    {
      id: 'times',
      text: `The server's times: when entries were recorded and the answer was served (${answer.asOf.servedAt}). What signers claim ("claimed", and what ran where when) is their word.`,
    },
    {
      id: 'scope',
      text: 'That signers speak of images within their scope only (scope: not checked): a row says nothing about where its image is kept.',
    },
    ...(complete && areCosigned(complete.components, complete.status) ? [] : [NOT_WITNESSED]),
  ]
  // Found under the image, as all that is said about it: in a complete answer none is missing.
  if (complete === undefined && answer.items.some(({ vex }) => vex !== undefined)) {
    open.push({
      id: 'vex',
      text: 'That no newer VEX statement takes back one of these, or says otherwise.',
    })
  }
  if (answer.next !== undefined) {
    open.push({
      id: 'more-rows',
      text: 'All rows of the answer: this is its first page, and the server has more.',
    })
  }
  return open
}

/** `more-rows` is not among them: that there are none is only the server's word. */
const requirable: ReadonlySet<string> = new Set<OpenQuestion>([
  'complete',
  'not-revoked',
  'newer',
  'unreadable',
  'audited',
  'coverage',
  'times',
  'not-witnessed',
  'scope',
])

/**
 * For `--require complete,not-revoked`: refuses a report that leaves any of these open.
 *
 * @throws Fault `malformed` (`parameter-malformed`) for a name that means nothing here: it must not pass as met
 * @throws Fault `unproven`
 */
export function requireEstablished(
  report: Pick<EvidenceReport, 'notEstablished'>,
  ids: readonly string[],
): void {
  checkRequirable(ids)
  const open = report.notEstablished.filter(({ id }) => ids.includes(id))
  if (open.length === 0) return
  throw new Fault('unproven', `evidence: not established: ${open.map(({ id }) => id).join(', ')}`, {
    hint: open.map((one) => one.text).join(' '),
  })
}

/** Whether each of these can be asked for: to be told before anything is checked. @throws Fault `malformed` */
export function checkRequirable(ids: readonly string[]): void {
  const unknown = ids.find((id) => !requirable.has(id))
  if (unknown !== undefined) {
    throw new Fault(
      'parameter-malformed',
      `require: expected ${[...requirable].join(', ')}, got ${unknown.slice(0, 100)}`,
    )
  }
}
