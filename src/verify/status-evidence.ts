/**
 * Status files: what the status map has about some targets (index.md 7), with everything that proves it. status-map.ts has the whole map.
 *
 *     {"type": "https://attestree.dev/status/v1", "targets": ["key:sha256:…"], "asOf": …, "status": proofs of the status map,
 *      "entries": the control statements that it lists, with their proofs, "pae": {"sha256:…": base64 of what was signed}}
 *
 * In canonical JSON. Schema: schema/status.schema.json.
 */
import { parseTarget } from '../attestation/revocation.ts'
import type { TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { stateOfTarget, type TargetState } from '../trust/status.ts'
import { annulledOf, revocationsOf, type RecordedRevocation, type TrustState } from '../trust/trust-state.ts'
import type { AsOf, ProvenEntries } from './answer.ts'
import { mapProofs, type MapProofs } from './completeness-wire.ts'
import { base64Bytes, checkAttestations, parseCanonical, refuseTooLarge, type LogTrust } from './evidence.ts'
import type { CheckedMapRoot } from './map-root.ts'
import { openStatus } from './not-revoked.ts'
import { checkAnswer } from './proven-entry.ts'
import { anAttestationId, asOf, provenEntries } from './read-answer.ts'
import { checkReach } from './row-check.ts'
import { listOf, objectOf, oneOf, parsed, tableOf } from './shape.ts'
import { replayTrust } from './trust-replay.ts'

export const STATUS_TYPE = 'https://attestree.dev/status/v1'

export interface StatusEvidence {
  /** URIs, as revocations have them; one at least. */
  readonly targets: readonly string[]
  readonly asOf: AsOf
  readonly status: MapProofs
  readonly entries: ProvenEntries
  /** The DSSE pre-authentication encoding of each entry's attestation. */
  readonly pae: Readonly<Record<string, Uint8Array>>
}

export interface TargetStatus {
  readonly target: string
  readonly state: TargetState
  /** Live. */
  readonly revocations: readonly RecordedRevocation[]
  readonly annulled: readonly RecordedRevocation[]
}

/** What is known of the revocations in a log: all of them below a size. */
export interface KnownStatus {
  readonly checkpoint: Checkpoint
  readonly status: CheckedMapRoot
  /** Whatever came from here on is not looked at. */
  readonly through: TreeSize
  /** Of the control statements alone. */
  readonly trust: TrustState
  /** @throws Fault `bad-proof` (`answer-incomplete`) if the map is not shown as far as the target needs it */
  of(target: string): TargetStatus
}

/** @throws Fault `too-large` (`payload-too-large`) if nobody would read it */
export function formatStatus(evidence: StatusEvidence): Uint8Array {
  const pae = Object.fromEntries(Object.entries(evidence.pae).map(([id, bytes]) => [id, formatBase64(bytes)]))
  const file = { type: STATUS_TYPE, ...evidence, pae }
  const bytes = formatCanonicalJson(parseJson(JSON.stringify(file)))
  refuseTooLarge(bytes)
  return bytes
}

const aTarget = parsed((uri) => parseTarget(uri).uri, 'a target such as key:sha256:…')

const statusShape = objectOf<StatusEvidence & { readonly type: typeof STATUS_TYPE }>({
  type: oneOf(STATUS_TYPE),
  targets: listOf(aTarget),
  asOf,
  status: mapProofs,
  entries: provenEntries,
  pae: tableOf(anAttestationId, base64Bytes),
})

/** @throws Fault `bad-proof` (`evidence-malformed`), `too-large` (`payload-too-large`) */
export function parseStatus(bytes: Uint8Array): StatusEvidence {
  return parseCanonical(bytes, 'status', statusShape)
}

/**
 * From what the map lists, judged again from what was signed, to what became of each target.
 *
 * @throws Fault `untrusted` (`wrong-log-key`, `wrong-trust-root`), `bad-proof`
 */
export function checkStatusEvidence(evidence: StatusEvidence, trusted: LogTrust): KnownStatus {
  const { logKey, trustRoot, cosigned } = trusted
  const { targets, status: proof } = evidence
  if (targets.length === 0)
    throw new Fault('evidence-malformed', 'status: expected one target at least, got none', {
      hint: 'The whole map is kept by: attestree status sync',
    })
  const { indexedThrough } = evidence.asOf
  const checked = checkAnswer(evidence, logKey)
  const { checkpoint } = checked
  const attested = checkAttestations(checked, evidence.pae)
  checkReach(indexedThrough, attested)
  const log = { key: logKey, checkpoint, cosigned }
  const opened = openStatus({ proof, log, attested, below: indexedThrough })
  const trust = replayTrust(checkpoint.origin, trustRoot, attested)
  const through = opened.status.size
  checkWhole(indexedThrough, through)
  const known: KnownStatus = {
    checkpoint,
    status: opened.status,
    through,
    trust,
    of: (target) => {
      opened.statementsAbout([target])
      return statusOf(trust, through, target)
    },
  }
  for (const target of targets) known.of(target)
  return known
}

/**
 * Where an answer ends is nobody's signed word, and as of long ago nothing is revoked, however new the map is.
 *
 * @throws Fault `bad-proof` (`answer-incomplete`)
 */
export function checkWhole(indexedThrough: TreeSize, size: TreeSize): void {
  if (indexedThrough >= size) return
  throw new Fault(
    'answer-incomplete',
    `answer: expected entries below ${size}, which its map has, got ones below ${indexedThrough}`,
  )
}

/** What follows for a target from all that was revoked below a size. */
export function statusOf(trust: TrustState, through: TreeSize, target: string): TargetStatus {
  return {
    target,
    state: stateOfTarget(trust, through, target),
    revocations: revocationsOf(trust, through, target),
    annulled: annulledOf(trust, through, target),
  }
}
