/**
 * Evidence files (contracts.md 8): one answer to "which images contain X" (or have a commit, a
 * builder, …), with everything that proves its rows.
 *
 *     {"type": "https://attestree.dev/evidence/v1", "question": …, "answer": … as served,
 *      "pae": {"sha256:…": base64 of what was signed}}
 *
 * In canonical JSON, so that an answer has one file. Verified from bytes alone: no network, no clock, no Node. The
 * schema is schema/evidence.schema.json. Collecting evidence is the business of client/evidence.ts; what the
 * verifier reports, of verify/evidence-report.ts.
 */
import type { AttestationId } from '../brand.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { parseJson } from '../encoding/strict-json.ts'
import type { JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import type { RowsAnswer } from './answer.ts'
import { asBadProof } from './bad-proof.ts'
import { checkComplete } from './complete-answer.ts'
import { reportOf } from './evidence-report.ts'
import type { EvidenceReport } from './evidence-report.ts'
import type { CosignedCheck } from './map-root.ts'
import { checkAnswer, checkAttestation } from './proven-entry.ts'
import type { CheckedAnswer, CheckedAttestation } from './proven-entry.ts'
import { anAttestationId, anyQuestion, rowsAnswer } from './read-answer.ts'
import { checkRows, isSame } from './row-check.ts'
import { membersOf, oneOf, parsed, tableOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { replayTrust } from './trust-replay.ts'

export const EVIDENCE_TYPE = 'https://attestree.dev/evidence/v1'

/**
 * Browsers and Node hold a text of at most 2^29 − 24 characters, and the file is held as text and as values at once;
 * the SBOMs of a thousand npm images, in base64, stay below.
 */
export const MAX_EVIDENCE_BYTES = 256 * 1024 * 1024

export interface Evidence {
  readonly question: RowsAnswer['question']
  /** As served. */
  readonly answer: RowsAnswer
  /** The DSSE pre-authentication encoding of each entry's attestation. */
  readonly pae: Readonly<Record<AttestationId, Uint8Array>>
}

/** Whom the reader trusts: from the trust file, never from the evidence. */
export interface LogTrust {
  readonly logKey: VerifierKey
  /** The attestation in leaf 0. */
  readonly trustRoot: AttestationId
  /** How the published roots of the maps must be cosigned. @default not at all */
  readonly cosigned?: CosignedCheck | undefined
}

/** @throws Fault `too-large` (`payload-too-large`) if the verifier would not read it */
export function formatEvidence(evidence: Evidence): Uint8Array {
  const pae = Object.fromEntries(Object.entries(evidence.pae).map(([id, bytes]) => [id, formatBase64(bytes)]))
  const bytes = formatCanonicalJson({
    type: EVIDENCE_TYPE,
    question: jsonOf(evidence.question),
    answer: jsonOf(evidence.answer),
    pae,
  })
  refuseTooLarge(bytes)
  return bytes
}

/** Our own answer types as JSON: what is undefined in them has no member. */
function jsonOf(value: RowsAnswer | RowsAnswer['question']): JsonValue {
  return parseJson(JSON.stringify(value))
}

/** @throws Fault `too-large` (`payload-too-large`) */
export function refuseTooLarge(bytes: Uint8Array): void {
  if (bytes.length <= MAX_EVIDENCE_BYTES) return
  throw new Fault(
    'payload-too-large',
    `evidence: expected at most ${MAX_EVIDENCE_BYTES} bytes, got ${bytes.length}`,
    {
      hint: 'Ask for one version or a narrower range, and keep several files.',
      facts: { limit: MAX_EVIDENCE_BYTES, received: bytes.length },
    },
  )
}

export const base64Bytes = parsed((encoded) => parseBase64(encoded), 'base64')

const evidenceShape: Shape<Evidence> = (value, place) => {
  const members = membersOf(value, place)
  members.required('type', oneOf(EVIDENCE_TYPE))
  const read: Evidence = {
    question: members.required('question', anyQuestion),
    answer: members.required('answer', rowsAnswer),
    pae: members.required('pae', tableOf(anAttestationId, base64Bytes)),
  }
  members.end()
  return read
}

/**
 * Reads a file without checking what it says.
 *
 * @throws Fault `bad-proof` (`evidence-malformed`) for anything but what `formatEvidence` writes;
 * `too-large` (`payload-too-large`)
 */
export function parseEvidence(bytes: Uint8Array): Evidence {
  return parseCanonical(bytes, 'evidence', evidenceShape)
}

/** A file in canonical JSON, with no other members than the shape knows. @throws as `parseEvidence` */
export function parseCanonical<T>(bytes: Uint8Array, subject: string, shape: Shape<T>): T {
  refuseTooLarge(bytes)
  return asBadProof('evidence-malformed', subject, () => {
    const value = parseJson(bytes, { subject: 'JSON', strictNumbers: true, forbidProto: true })
    const read = shape(value, { pointer: '', strict: true, reason: 'evidence-malformed' })
    // One comparison refuses every other spelling of the same values.
    if (equalBytes(formatCanonicalJson(value), bytes)) return read
    throw new Fault('evidence-malformed', 'expected canonical JSON (RFC 8785), got another spelling')
  })
}

/**
 * Verifies a file: checkpoint, entries, what was signed, the trust state from leaf 0 on, and every row, made again.
 *
 * @returns what is established and what is not; never a bare yes
 * @throws Fault `untrusted` (`wrong-log-key`, `wrong-trust-root`) if it is about another log than the trusted one
 * @throws Fault `bad-proof` with the reason if it does not verify; `too-large` (`payload-too-large`)
 * @throws Fault `unproven` (`not-cosigned`) if `trust.cosigned` asks for more than it shows
 */
export function verifyEvidence(bytes: Uint8Array, trust: LogTrust): EvidenceReport {
  return verifyImages(parseEvidence(bytes), trust)
}

/** As `verifyEvidence`, of an answer and what was signed behind it. @throws as `verifyEvidence` */
export function verifyImages(evidence: Evidence, { logKey, trustRoot, cosigned }: LogTrust): EvidenceReport {
  const { answer, pae } = evidence
  checkQuestion(evidence)
  checkAssurance(answer)
  if (answer.complete === undefined) cosigned?.('components', undefined)
  const checked = checkAnswer(answer, logKey)
  const proof = answer.complete
  const attested = proof === undefined ? checkAttestations(checked, pae) : checkSome(checked, pae)
  const { checkpoint, entries } = checked
  const state = replayTrust(checkpoint.origin, trustRoot, attested)
  const log = { key: logKey, checkpoint, cosigned }
  const complete = proof && checkComplete({ answer, proof, log, entries, attested, trust: state })
  if (complete === undefined) checkRows(answer, attested, state)
  return reportOf({ answer, checkpoint, attested, state, trustRoot, ...(complete && { complete }) })
}

/** The word for it is not believed without the proof. */
export function checkAssurance({ assurance, complete }: Pick<RowsAnswer, 'assurance' | 'complete'>): void {
  if ((assurance === 'complete') === (complete !== undefined)) return
  const [expected, got] = complete === undefined ? ['a proof that', 'none'] : ['complete, as', assurance]
  throw new Fault('answer-incomplete', `assurance: expected ${expected} no row is missing, got ${got}`)
}

/** The question in front must be the one that was answered. */
function checkQuestion({ question: asked, answer }: Evidence): void {
  if (isSame(asked, answer.question)) return
  throw new Fault('rows-differ', 'evidence: expected an answer to its question, got an answer to another')
}

/** Every entry with what was signed, ascending; and nothing else in the file. */
export function checkAttestations(
  checked: CheckedAnswer,
  pae: Readonly<Record<string, Uint8Array>>,
): readonly CheckedAttestation[] {
  const lacking = [...checked.entries.values()].find(({ attestation }) => pae[attestation] === undefined)
  if (lacking === undefined) return checkSome(checked, pae)
  throw new Fault('entry-mismatch', `entry ${lacking.index}: expected what was signed in pae, got nothing`)
}

/** As `checkAttestations`, of the entries that come with what was signed. */
export function checkSome(
  { entries }: CheckedAnswer,
  pae: Readonly<Record<string, Uint8Array>>,
): readonly CheckedAttestation[] {
  const attested = [...entries.values()].flatMap((entry) => {
    const signed = pae[entry.attestation]
    return signed === undefined ? [] : [checkAttestation(entry, signed)]
  })
  const named = new Set<string>(attested.map(({ entry }) => entry.attestation))
  const unused = Object.keys(pae).find((id) => !named.has(id))
  if (unused === undefined) return attested
  throw new Fault('entry-mismatch', `pae: expected only what the entries name, got ${unused} too`)
}
