/**
 * The verifier alone (`attestree/verify`): from the bytes of an evidence file to what is established and what is not.
 * No network, no clock, no Node: it runs in any browser, from a file.
 *
 * @example
 * const trust = { logKey: parseVerifierKey(vkey), trustRoot: attestationId(root) }   // both from the trust file
 * const report = verifyEvidence(bytes, trust)                                        // throws a Fault if it does not hold
 * console.log(report.question, report.rows, report.established, report.notEstablished)
 * requireEstablished(report, ['complete'])                                           // throws Fault `unproven`
 */
export type { AttestationId, ImageDigest, KeyId, LogIndex, TreeSize } from './brand.ts'
export { attestationId, imageDigest, keyId, logIndex, treeSize } from './brand.ts'
export type { FaultClass, Reason } from './errors.ts'
export { Fault } from './errors.ts'
export type { Checkpoint } from './tlog/checkpoint.ts'
export type { VerifierKey } from './tlog/signed-note.ts'
export { formatVerifierKey, parseVerifierKey } from './tlog/signed-note.ts'
export type {
  AsOf,
  FoundAnswer,
  FoundRow,
  ImageRow,
  ImagesAnswer,
  ImagesQuestion,
  ProvenEntries,
  ProvenEntry,
  RowsAnswer,
  StatedQuestion,
} from './verify/answer.ts'
export type { CompleteAnswer } from './verify/complete-entries.ts'
export type { Completeness } from './verify/completeness-wire.ts'
export type { Evidence, LogTrust } from './verify/evidence.ts'
export { EVIDENCE_TYPE, parseEvidence, verifyEvidence, verifyImages } from './verify/evidence.ts'
export type { EvidenceReport, ReportedEntry } from './verify/evidence-report.ts'
export { requireEstablished } from './verify/evidence-report.ts'
export type { KnownStatus, StatusEvidence, TargetStatus } from './verify/status-evidence.ts'
export { checkStatusEvidence, parseStatus } from './verify/status-evidence.ts'
export type { NotEstablished, OpenQuestion } from './verify/open-question.ts'
export type { CheckedAnswer, CheckedAttestation, CheckedEntry } from './verify/proven-entry.ts'
export { checkAnswer, checkAttestation } from './verify/proven-entry.ts'
