/**
 * The SDK (`attestree`): ask a ledger, check what it answers, keep the evidence. For Node and browsers.
 *
 * @example
 * const [log] = parseTrustFile(text).logs
 * const client = new Client({ url: log.url, ...trustIn(log, Date.now) })
 * const { report } = await verifiedImages(client, { component: 'pkg:npm/lodash', range: '<4.17.21' })
 * const file = await collectEvidence(client, { component: 'pkg:npm/lodash', range: '<4.17.21' })
 *
 * What the verifier alone needs is `attestree/verify` (verify.ts), all of which is here too.
 */
export type { AttestationId, ImageDigest, KeyId, LogIndex, TreeSize } from './brand.ts'
export { attestationId, imageDigest, keyId, logIndex, treeSize } from './brand.ts'
export type { SigningKey } from './crypto/signing-key.ts'
export { generateSigningKey, parseSigningKey } from './crypto/signing-key.ts'
export { formatKeyFile, parseKeyFile } from './crypto/key-file.ts'
export { signStatement } from './attestation/sign-statement.ts'
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
export type { DeploymentRow, DeploymentsAnswer, DeploymentsQuestion } from './verify/deployments.ts'
export type { NameRow, NamesAnswer, NamesQuestion } from './verify/names-answer.ts'
export type { PackagesAnswer, VersionRow } from './verify/packages-answer.ts'
export type { UnknownQuery } from './client/ask-unknown.ts'
export type { UnknownImageRow, UnknownImagesAnswer } from './verify/unknown-answer.ts'
export type { Evidence, LogTrust } from './verify/evidence.ts'
export {
  EVIDENCE_TYPE,
  formatEvidence,
  parseEvidence,
  verifyEvidence,
  verifyImages,
} from './verify/evidence.ts'
export type { EvidenceReport, ReportedEntry } from './verify/evidence-report.ts'
export type { NotEstablished, OpenQuestion } from './verify/open-question.ts'
export type { CompleteAnswer } from './verify/complete-entries.ts'
export type { Completeness } from './verify/completeness-wire.ts'
export { checkStatusMapFile, parseStatusMap } from './verify/status-map.ts'
export type { KnownStatus, StatusEvidence, TargetStatus } from './verify/status-evidence.ts'
export { checkStatusEvidence, formatStatus, parseStatus } from './verify/status-evidence.ts'
export type { StatusReport } from './verify/status-report.ts'
export { verifyStatus, verifyStatusMap } from './verify/status-report.ts'
export type { VerifiedStatus } from './client/verified-status.ts'
export type { SyncedStatus, SyncOptions } from './client/sync-status.ts'
export { syncStatus } from './client/sync-status.ts'
export { verifiedStatus } from './client/verified-status.ts'
export { requireEstablished } from './verify/evidence-report.ts'
export type { CheckedAnswer, CheckedAttestation, CheckedEntry } from './verify/proven-entry.ts'
export { checkAnswer, checkAttestation } from './verify/proven-entry.ts'
export type { AuditOptions, AuditReport } from './client/audit.ts'
export type { AuditProblem } from './client/audit-walk.ts'
export { auditLog } from './client/audit.ts'
export type { IndexAuditOptions, IndexAuditReport } from './client/audit-index.ts'
export { auditIndex } from './client/audit-index.ts'
export type { Cosigned, CosignedCheck } from './verify/map-root.ts'
export type { FraudReport } from './verify/fraud-proof.ts'
export { verifyFraudProof } from './verify/fraud-proof.ts'
export { checkTrustRoot } from './client/check-trust-root.ts'
export type {
  CallOptions,
  ClientOptions,
  DeploymentsQuery,
  FoundQuery,
  ImagesQuery,
  NamesQuery,
  PackagesQuery,
} from './client/client.ts'
export { Client } from './client/client.ts'
export { verifiedDeployments } from './client/verified-deployments.ts'
export type { Deployment } from './attestation/deployment.ts'
export { deploymentStatement } from './attestation/deployment.ts'
export { collectBundle, collectProofFile } from './client/collect-proof.ts'
export { compareCheckpoint } from './client/compare-checkpoint.ts'
export type { EventsPage, LogEvent } from './client/events.ts'
export { collectEvidence } from './client/evidence.ts'
export type { SearchReport } from './client/search-evidence.ts'
export { collectSearchEvidence, verifySearchEvidence } from './client/search-evidence.ts'
export type { FollowOptions } from './client/follow.ts'
export { followLog } from './client/follow.ts'
export type { ImageComponents, ListedComponent } from './client/image-components.ts'
export { imageComponents } from './client/image-components.ts'
export type { PinDatabases } from './client/indexed-db-pins.ts'
export { indexedDbPins } from './client/indexed-db-pins.ts'
export type { PinStore } from './client/pins.ts'
export { memoryPins } from './client/pins.ts'
export type { Standing } from './client/submit-missing.ts'
export { recordedAlready, submitMissing } from './client/submit-missing.ts'
export type { TrustedLog, TrustFile } from './client/trust-file.ts'
export { formatTrustFile, parseTrustFile, trustIn } from './client/trust-file.ts'
export { Unreachable } from './client/unreachable.ts'
export type { SubmitResult } from './client/submit.ts'
export { MAX_SUBMISSIONS } from './client/submit.ts'
export type { Verified, VerifiedFound, VerifiedImages } from './client/verified-images.ts'
export { verifiedFound, verifiedImages } from './client/verified-images.ts'
export type { AdvisoryParts } from './client/advisory-parts.ts'
export { advisoryParts } from './client/advisory-parts.ts'
export type { ListOptions, PackageList } from './client/package-list.ts'
export { iocParts } from './client/package-list.ts'
export { cpePart, purlPart } from './client/search-part.ts'
export type { NamedParts, NamedQuery } from './client/named-parts.ts'
export { namedParts } from './client/named-parts.ts'
export type { Origins, SbomOrigin } from './client/introductions.ts'
export type { GraphNode, Introduction } from './sbom/dependency-graph.ts'
export type { SearchPage } from './client/ask-search.ts'
export type { VerifiedSearch } from './client/verified-search.ts'
export { verifiedSearch } from './client/verified-search.ts'
export type {
  Confidence,
  SearchAnswer,
  SearchCoverage,
  SearchMatch,
  SearchPart,
  SearchQuestion,
  SearchRow,
  SearchTool,
  SearchVex,
} from './verify/search.ts'
export type { SearchScope } from './verify/search-scope.ts'
export type {
  AttestationAnswer,
  Coverage,
  EntryAnswer,
  ImageAnswer,
  QuestionCoverage,
  RelatedImage,
  RevocationsAnswer,
  StatusAnswer,
  SubmitAnswer,
  Validation,
  Verdict,
} from './verify/answer.ts'
export type { ConsistencyAnswer, EventsAnswer } from './verify/records-answer.ts'
