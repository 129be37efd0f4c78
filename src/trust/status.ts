/**
 * Verdicts (trust.md 2.3, rows 3, 4, 6, 8, 10 and 13): what an entry is worth for one of its subjects, as of a
 * tree size. A pure function of the entries below that size.
 *
 * That the entry is in the log and its signature holds (rows 1 and 2) is the business of verify/.
 */
import type { AttestationId, KeyId, LogIndex, TreeSize } from '../brand.ts'
import { isInScope } from '../attestation/image-scope.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import type { RevocationMode } from '../attestation/revocation.ts'
import { mayMake, scopeOf } from './grants.ts'
import { annulledOf, revocationsOf, rootAt, type RecordedRevocation, type TrustState } from './trust-state.ts'

/** trust.md 2.3, as far as first light goes; what is worth least comes first. */
export const VERDICT_KINDS = [
  'untrusted-signer',
  'unauthorized',
  'revoked',
  'valid-before-compromise',
  'valid',
] as const
export type VerdictKind = (typeof VERDICT_KINDS)[number]

/**
 * Why a verdict is what it is: a live revocation that alone would lead to it, or a missing right. Annulled ones follow.
 * `after-cutoff`, with the effective cut-off, comes first where only cut-offs make an entry revoked.
 */
export interface VerdictReason {
  /** The revocation's reason, `after-cutoff`, or for a missing right `out-of-scope` or the verdict itself. */
  readonly code: string
  /** The entry of the revocation. */
  readonly entry?: LogIndex
  readonly mode?: RevocationMode
  readonly cutoff?: { readonly treeSize: TreeSize }
  /** The revocation's target. */
  readonly target?: string
  /** The entry that completed the annulment of that revocation: it takes nothing back any more. */
  readonly annulledBy?: LogIndex
}

export interface Verdict {
  readonly entry: LogIndex
  /** `sha256:…`; empty if no subject was asked about. */
  readonly subject: string
  readonly verdict: VerdictKind
  readonly reasons: readonly VerdictReason[]
}

/** One signature in the log, and which subject of its statement is asked about. */
export interface Judged {
  readonly index: LogIndex
  readonly attestation: AttestationId
  readonly key: KeyId
  readonly predicateType: string
  /** `sha256:…`. Left out: revocations of images are not looked at. */
  readonly subject?: string | undefined
  /** What it says if it is a deployment; left out: environments are not looked at. */
  readonly deployment?: { readonly environment: string }
  /** The repository asked about, as `repositoryOf` gives it. Left out: image scopes are not looked at. */
  readonly repository?: string | undefined
}

export type TargetState = 'not-revoked' | 'revoked' | 'revoked-since'

/**
 * The verdict per (attestation, signer, subject): authorisation as of the entry's index, revocation as of
 * `asOf`, which is above that index.
 */
export function verdictOf(state: TrustState, asOf: TreeSize, judged: Judged): Verdict {
  if (judged.index >= asOf) throw new Error(`verdict: entry ${judged.index} as of size ${asOf}`)
  const verdict = missingRight(state, judged) ?? standing(judged.index, touching(state, asOf, judged))
  return { entry: judged.index, subject: judged.subject ?? '', ...verdict }
}

type Outcome = Pick<Verdict, 'verdict' | 'reasons'>

/** Rows 3 and 4. */
function missingRight(
  state: TrustState,
  { index, key, predicateType, deployment, repository }: Judged,
): Outcome | undefined {
  const inForce = rootAt(state, index)
  const principal = inForce?.owners.get(key)
  if (inForce === undefined || principal === undefined)
    return outcome('untrusted-signer', [{ code: 'untrusted-signer' }])
  const stating = { predicateType, environment: deployment?.environment }
  if (!mayMake(inForce.root, principal, stating)) return outcome('unauthorized', [{ code: 'unauthorized' }])
  const scope = repository === undefined ? undefined : scopeOf(inForce.root, principal, stating)
  if (scope === undefined || isInScope(scope, repository)) return undefined
  return outcome('unauthorized', [{ code: 'out-of-scope' }])
}

/** The targets whose revocations touch what an entry states (contracts.md 8), the images that it speaks of left aside. */
export function targetsOf({ attestation, key }: Pick<Judged, 'attestation' | 'key'>): readonly string[] {
  return [`attestation:${attestation}`, `signature:${attestation}#${key}`, `key:${key}`]
}

/** The revocations of anything that the entry depends on; none for control statements (README 2.7). */
function touching(state: TrustState, asOf: TreeSize, judged: Judged): RecordedRevocation[] {
  const { predicateType, subject } = judged
  const kind = predicateKind(predicateType)
  if (kind === 'trust-root' || kind === 'revocation' || kind === 'annulment') return []
  return [...targetsOf(judged), ...(subject === undefined ? [] : [`image:${subject}`])]
    .flatMap((uri) => [...revocationsOf(state, asOf, uri), ...annulledOf(state, asOf, uri)])
    .sort((a, b) => a.index - b.index)
}

/** What is live decides; what was annulled stays visible behind it. */
function standing(index: LogIndex, revocations: readonly RecordedRevocation[]): Outcome {
  const live = revocations.filter((one) => one.annulledBy === undefined)
  const { verdict, reasons } = revocationVerdict(index, live)
  const annulled = revocations.filter((one) => one.annulledBy !== undefined)
  return outcome(verdict, [...reasons, ...annulled.map(reasonOf)])
}

/** Rows 6, 8, 10 and 13. No clock: an entry is before a cut-off if its index is below it. */
function revocationVerdict(index: LogIndex, revocations: readonly RecordedRevocation[]): Outcome {
  const ending = revocations.filter(
    ({ revocation: { cutoff } }) => cutoff === undefined || index >= cutoff.treeSize,
  )
  if (ending.some((one) => one.revocation.mode === 'all')) return outcome('revoked', ending.map(reasonOf))
  if (ending.length > 0) return outcome('revoked', [afterCutoff(ending), ...ending.map(reasonOf)])
  if (revocations.length > 0) return outcome('valid-before-compromise', revocations.map(reasonOf))
  return outcome('valid', [])
}

/** The effective cut-off is the earliest: an earlier one is always safe (trust.md 2.2). */
function afterCutoff(revocations: readonly RecordedRevocation[]): VerdictReason {
  const cutoffs = revocations.flatMap(({ revocation: { cutoff } }) => cutoff ?? [])
  const earliest = cutoffs.reduce((a, b) => (b.treeSize < a.treeSize ? b : a))
  return { code: 'after-cutoff', cutoff: earliest }
}

function reasonOf({
  index,
  annulledBy,
  revocation: { reason, mode, cutoff, target },
}: RecordedRevocation): VerdictReason {
  return {
    code: reason,
    entry: index,
    mode,
    ...(cutoff === undefined ? {} : { cutoff }),
    target: target.uri,
    ...(annulledBy === undefined ? {} : { annulledBy }),
  }
}

function outcome(verdict: VerdictKind, reasons: readonly VerdictReason[]): Outcome {
  return { verdict, reasons }
}

/** Whether live revocations name exactly this target; `all` beats `since`. */
export function stateOfTarget(state: TrustState, asOf: TreeSize, targetUri: string): TargetState {
  const modes = revocationsOf(state, asOf, targetUri).map((one) => one.revocation.mode)
  if (modes.includes('all')) return 'revoked'
  return modes.includes('since') ? 'revoked-since' : 'not-revoked'
}
