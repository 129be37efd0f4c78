/**
 * Whether something is revoked, judged here: from the revocations that the server shows, and, where it can prove it,
 * from all there are (index.md 7). Of the latter a file can be kept: verify/status-evidence.ts.
 */
import { isControlType } from '../attestation/predicate-types.ts'
import { basisOf, parseControl } from '../attestation/control.ts'
import { Fault } from '../errors.ts'
import { stateOfTarget, targetsOf, verdictOf } from '../trust/status.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type { RevocationsAnswer, Verdict } from '../verify/answer.ts'
import type { MapProofs } from '../verify/completeness-wire.ts'
import { isSha256 } from '../verify/entry-facts.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import { revocationRows } from '../verify/revocation-rows.ts'
import { checkReach, isSame } from '../verify/row-check.ts'
import { checkStatusEvidence, type StatusEvidence } from '../verify/status-evidence.ts'
import { statusReport, type StatusReport } from '../verify/status-report.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'
import { factsIn } from './verified-image.ts'
import { withProof, type MaybeProven, type ProofForm } from './with-proof.ts'

/** An answer of which the state and the verdicts were made again here. */
export interface VerifiedStatus {
  readonly answer: RevocationsAnswer
  /** That no revocation is missing, and as of when; absent where the server could not prove it. */
  readonly proven?: { readonly evidence: StatusEvidence; readonly report: StatusReport }
}

/**
 * @param target a URI, as revocations have them
 * @throws Fault `bad-proof` (`rows-differ`, `answer-incomplete`, …), `untrusted`; as `Client.revocations` and `Client.pae`
 */
export function verifiedStatus(
  client: Client,
  target: string,
  options: CallOptions = {},
): Promise<MaybeProven<VerifiedStatus>> {
  const ask = async ({ proof }: ProofForm): Promise<VerifiedStatus> => {
    const answer = await client.revocations(target, { ...options, ...(proof && { proof }) })
    const { checkpoint, attested, signed } = await attestedEntries(client, answer, options)
    const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
    expectMade(answer, attested, trust)
    if (answer.complete === undefined) client.trust.cosigned?.('status', undefined)
    if (answer.complete === undefined) return { answer }
    const evidence = evidenceOf(answer, answer.complete.status, attested, signed)
    const report = statusReport(evidence, checkStatusEvidence(evidence, client.trust))
    return { answer, proven: { evidence, report } }
  }
  return withProof(client.trust, ask, { hasWhole: false })
}

/** Nothing that the answer says of the target may be other than what follows from what was signed. */
function expectMade(
  answer: RevocationsAnswer,
  attested: readonly CheckedAttestation[],
  trust: TrustState,
): void {
  const { target, asOf } = answer
  const through = asOf.indexedThrough
  checkReach(through, attested)
  const { revocations, annulled = [] } = revocationRows(trust, through, target)
  const said = { ...answer, annulled: answer.annulled ?? [] }
  const made = {
    state: stateOfTarget(trust, through, target),
    revocations,
    annulled,
    verdicts: judgedOf(target, attested).flatMap((one) => verdictsOn(one, trust, through)),
  }
  for (const name of Object.keys(made) as (keyof typeof made)[])
    if (!isSame(said[name], made[name]))
      throw new Fault(
        'rows-differ',
        `${target}: expected the ${name} that follow from what was signed, got others`,
      )
}

/** The entries of an attestation, or of one signature: of others no verdict is spelled out. */
function judgedOf(target: string, attested: readonly CheckedAttestation[]): readonly CheckedAttestation[] {
  return attested.filter(({ entry: { attestation, keyId } }) =>
    [`attestation:${attestation}`, `signature:${attestation}#${keyId}`].includes(target),
  )
}

function verdictsOn(
  one: CheckedAttestation,
  trust: TrustState,
  through: RevocationsAnswer['asOf']['indexedThrough'],
): readonly Verdict[] {
  const facts = factsIn(one)
  const images = new Set(facts.subjects.map(({ digest }) => digest).filter(isSha256))
  return [...images].map((subject) => verdictOf(trust, through, { ...facts, subject }))
}

/** Small: of what is judged, nothing but its names; that it is so named is not what the file proves. */
function evidenceOf(
  { target, asOf, entries }: RevocationsAnswer,
  status: MapProofs,
  attested: readonly CheckedAttestation[],
  signed: StatusEvidence['pae'],
): StatusEvidence {
  const judged = judgedOf(target, attested).map(factsIn)
  const images = judged.flatMap(({ subjects }) => subjects.map(({ digest }) => digest).filter(isSha256))
  const targets = [target, ...judged.flatMap(targetsOf), ...images.map((image) => `image:${image}`)]
  return { targets: [...new Set(targets)], asOf, status, ...controlsOf(entries, attested, signed) }
}

/** Control statements, and what revocations rest on. */
function controlsOf(
  entries: StatusEvidence['entries'],
  attested: readonly CheckedAttestation[],
  signed: StatusEvidence['pae'],
): Pick<StatusEvidence, 'entries' | 'pae'> {
  const bases = new Set(attested.map(({ statement }) => basisOf(parseControl(statement))))
  const kept = attested.filter(
    ({ entry, statement }) => isControlType(statement.predicateType) || bases.has(entry.index),
  )
  const indexes = new Set(kept.map(({ entry }) => String(entry.index)))
  return {
    entries: Object.fromEntries(Object.entries(entries).filter(([index]) => indexes.has(index))),
    pae: Object.fromEntries(
      kept.flatMap(({ entry: { attestation } }) => {
        const pae = signed[attestation]
        return pae === undefined ? [] : [[attestation, pae]]
      }),
    ),
  }
}
