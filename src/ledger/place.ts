/**
 * Placing submissions: which of them may enter the log at the next index, decided in order on the trust state folded
 * over all earlier entries, so that an auditor repeats each decision exactly (contracts.md 4).
 *
 * What is refused here uses no index. A control statement ends its batch, since it may change what the next may do.
 */
import { treeSize, type AttestationId, type KeyId, type LogIndex, type TreeSize } from '../brand.ts'
import type { ControlStatement } from '../attestation/control.ts'
import { Fault } from '../errors.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { judgeSubmission } from '../trust/admission.ts'
import { isRegistered, rootAt, type TrustState } from '../trust/trust-state.ts'
import type { SubmittedSignature } from '../verify/answer.ts'
import type { Admitted, AdmittedSignature } from './admit.ts'
import type { StatedEntry } from './derive.ts'
import { MAX_BATCH_ENTRIES } from './limits.ts'
import type { Blob, LogEntry, LogStore } from './ports.ts'

/** Where a submission's signatures stand in the log. */
export interface Placed {
  readonly attestation: AttestationId
  readonly signatures: readonly SubmittedSignature[]
  /** The entries that `signatures` name, old and new. */
  readonly entries: readonly LogEntry[]
  /** Whether any of the entries is new. */
  readonly created: boolean
}

export interface NewControl {
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly key: KeyId
  readonly control: ControlStatement
}

/** A batch that is ready to be committed. */
export interface PlacedBatch {
  readonly results: readonly (Placed | Fault)[]
  readonly entries: readonly LogEntry[]
  readonly blobs: readonly Blob[]
  /** To be folded once the batch is committed. */
  readonly controls: readonly NewControl[]
  /** What admission read of the entries, where it is handed on. */
  readonly stated: readonly StatedEntry[]
}

interface Draft {
  readonly from: TreeSize
  readonly recordedAt: string
  readonly trust: TrustState
  readonly log: LogStore
  readonly results: (Placed | Fault)[]
  readonly entries: LogEntry[]
  readonly blobs: Map<AttestationId, Blob>
  readonly controls: NewControl[]
  readonly stated: StatedEntry[]
}

/** Places as many submissions as fit into one batch, at least one. */
export async function placeBatch(
  submissions: readonly Admitted[],
  at: {
    readonly from: TreeSize
    readonly recordedAt: string
    readonly trust: TrustState
    readonly log: LogStore
  },
): Promise<PlacedBatch> {
  const draft: Draft = { ...at, results: [], entries: [], blobs: new Map(), controls: [], stated: [] }
  for (const submission of submissions) {
    const room = MAX_BATCH_ENTRIES - draft.entries.length
    if (draft.results.length > 0 && submission.signatures.length > room) break
    draft.results.push(await placeOrRefuse(draft, submission))
    if (draft.controls.length > 0) break
  }
  return { ...draft, blobs: [...draft.blobs.values()] }
}

async function placeOrRefuse(draft: Draft, submission: Admitted): Promise<Placed | Fault> {
  try {
    return await place(draft, submission)
  } catch (cause) {
    if (cause instanceof Fault) return cause
    throw cause
  }
}

async function place(draft: Draft, submission: Admitted): Promise<Placed> {
  const { attestation, leftOut } = submission
  const existing: LogEntry[] = []
  const accepted: AdmittedSignature[] = []
  const refused: { readonly key: KeyId; readonly refusal: Fault }[] = []
  for (const verified of inOrder(draft, submission)) {
    const { id } = verified.key
    const companions = accepted.map((one) => one.key.id)
    const entry = await existingEntry(draft, attestation, id)
    const refusal = entry === undefined ? refusalOf(draft, submission, verified, companions) : undefined
    if (entry !== undefined) existing.push(entry)
    else if (refusal === undefined) accepted.push(verified)
    else refused.push({ key: id, refusal })
  }
  if (accepted.length + existing.length === 0) throw refused[0]?.refusal ?? noKnownSigner(submission)
  const entered = accepted.map((verified) => enter(draft, submission, verified))
  return {
    attestation,
    signatures: [
      ...existing.map((entry) => submitted(draft, entry, false)),
      ...refused.map(({ key, refusal }) => ({ keyid: key, leftOut: refusal.reason })),
      ...entered.map((entry) => submitted(draft, entry, true)),
      ...leftOut,
    ],
    entries: [...existing, ...entered],
    created: accepted.length > 0,
  }
}

/** Those who are registered first: new administrators are admitted behind one who is in force. */
function inOrder(draft: Draft, { signatures }: Admitted): readonly AdmittedSignature[] {
  const isKnown = ({ key }: AdmittedSignature): boolean => isRegistered(draft.trust, nextIndex(draft), key.id)
  return [...signatures.filter(isKnown), ...signatures.filter((one) => !isKnown(one))]
}

async function existingEntry(
  draft: Draft,
  attestation: AttestationId,
  key: KeyId,
): Promise<LogEntry | undefined> {
  const drafted = draft.entries.find((entry) => entry.attestation === attestation && entry.key === key)
  if (drafted !== undefined) return drafted
  const [stored] = await draft.log.find(attestation, key)
  return stored
}

/** Why this signature may not enter; a fault that is not about the signer refuses the whole submission. */
function refusalOf(
  draft: Draft,
  submission: Admitted,
  { key }: AdmittedSignature,
  companions: readonly KeyId[],
): Fault | undefined {
  const { attestation, predicateType, names, environment, control, basis } = submission
  try {
    judgeSubmission(draft.trust, {
      // As of the first, like an auditor, who goes back to where the envelope's entries begin.
      index: nextIndex(draft),
      attestation,
      key: key.id,
      predicateType,
      names,
      environment,
      ...(control === undefined ? {} : { control, companions, basis }),
    })
    return undefined
  } catch (cause) {
    if (cause instanceof Fault && (cause.class === 'untrusted' || cause.class === 'revoked')) return cause
    throw cause
  }
}

function enter(draft: Draft, submission: Admitted, { key, leaf }: AdmittedSignature): LogEntry {
  const index = nextIndex(draft)
  const { attestation } = submission
  const entry: LogEntry = {
    index,
    leaf,
    leafHash: leafHash(leaf),
    attestation,
    key: key.id,
    recordedAt: draft.recordedAt,
    // What could not be read was refused by admit.ts; withheld envelopes come with a later issue.
    readable: true,
  }
  draft.entries.push(entry)
  draft.blobs.set(attestation, { digest: attestation, bytes: submission.pae })
  const { stated, pae } = submission
  if (stated?.key === key.id) draft.stated.push({ ...stated, index, attestation, signedBytes: pae.length })
  if (submission.control !== undefined)
    draft.controls.push({ index, attestation, key: key.id, control: submission.control })
  return entry
}

function submitted(draft: Draft, entry: LogEntry, isNew: boolean): SubmittedSignature {
  return { key: entry.key, entry: entry.index, new: isNew, ...markOf(draft, entry) }
}

/** Whoever belonged to no principal then is told so: what it states never counts. */
function markOf(draft: Draft, { index, key }: LogEntry): { readonly unregistered?: true } {
  // The first trust root is in no state yet; its own signers are in it.
  if (rootAt(draft.trust, index) === undefined) return {}
  return isRegistered(draft.trust, index, key) ? {} : { unregistered: true }
}

function nextIndex(draft: Draft): LogIndex {
  return treeSize(draft.from + draft.entries.length) as number as LogIndex
}

function noKnownSigner(submission: Admitted): Fault {
  const named = submission.leftOut.map((one) => one.keyid || '(no key id)').join(', ')
  return new Fault(
    'untrusted-signer',
    `envelope: none of its signatures is by a registered key, got ${named.slice(0, 100)}`,
    {
      pointer: '/signatures',
      hint:
        'Ask an administrator to register the key: attestree trust add-signer NAME --key PUB --types … ' +
        'If it is registered, name it by its key id, or send it in "publicKeys".',
    },
  )
}
