/**
 * The trust state, made again from signed entries, each of which must pass the admission judge at its index.
 *
 * The verifier of a file has only some entries of the log, the auditor has all; both use this. With fewer revocations
 * known the judge refuses less, never more, so an honest selection always passes. That revocations or newer
 * trust roots were left out cannot be seen here: the report says so (`not-revoked`, `complete`).
 */
import type { AttestationId } from '../brand.ts'
import type { LogIndex } from '../brand.ts'
import { basisOf, parseControl } from '../attestation/control.ts'
import { environmentOf } from '../attestation/deployment.ts'
import { namesOf } from '../attestation/statement.ts'
import { Fault } from '../errors.ts'
import { judgeSubmission } from '../trust/admission.ts'
import type { Basis } from '../trust/judge-revocation.ts'
import { createTrustState, foldControl } from '../trust/trust-state.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { asBadProof } from './bad-proof.ts'
import type { CheckedAttestation } from './proven-entry.ts'

/** An entry with the statement that its key signed. */
export interface AttestedEntry {
  readonly entry: Pick<CheckedAttestation['entry'], 'index' | 'attestation' | 'keyId'>
  readonly statement: CheckedAttestation['statement']
}

/**
 * @param attested in the order of the log, beginning with leaf 0
 * @throws Fault `untrusted` (`wrong-trust-root`) if leaf 0 is another trust root than the one trusted
 * @throws Fault `bad-proof` (`not-admissible`) if an entry cannot have been admitted, or leaf 0 is missing
 */
export function replayTrust(
  origin: string,
  trustRoot: AttestationId,
  attested: readonly AttestedEntry[],
): TrustState {
  const byIndex = new Map(attested.map((one) => [one.entry.index, one]))
  const replay = beginReplay(origin, trustRoot, (index) => byIndex.get(index))
  if (attested.length === 0) throw noTrustRoot()
  for (const one of attested) replay.take(one)
  return replay.state
}

/** A replay that entries are given to one after the other. */
export interface TrustReplay {
  readonly state: TrustState
  /** In the order of the log, beginning with leaf 0. @throws as `replayTrust` */
  take(one: AttestedEntry): void
}

/** @param entryAt as in `admitAgain` */
export function beginReplay(
  origin: string,
  trustRoot: AttestationId,
  entryAt: (index: LogIndex) => AttestedEntry | undefined,
): TrustReplay {
  const state = createTrustState(origin)
  let hasBegun = false
  return {
    state,
    take(one) {
      if (!hasBegun && one.entry.index !== 0) throw noTrustRoot()
      if (!hasBegun) checkTrustRoot(one.entry.attestation, trustRoot)
      hasBegun = true
      admitAgain(state, one, entryAt)
    },
  }
}

export function noTrustRoot(): Fault {
  return new Fault(
    'not-admissible',
    'trust root: expected the entry 0, from which every right follows, got none',
  )
}

/** @throws Fault `untrusted` (`wrong-trust-root`) */
export function checkTrustRoot(found: AttestationId, trusted: AttestationId): void {
  if (found === trusted) return
  throw new Fault(
    'wrong-trust-root',
    `trust root: expected ${trusted} from the trust file, got ${found} in entry 0`,
    {
      hint: 'Compare the trust root in your trust file with the one the operator publishes, over another channel.',
    },
  )
}

/**
 * Judges one entry as the sequencer did, then folds it in.
 *
 * @param entryAt what is at hand of an earlier entry, on which a revocation may rest; without it the judge refuses that
 * @throws Fault `bad-proof` (`not-admissible`); the state is then as it was
 */
export function admitAgain(
  state: TrustState,
  { entry, statement }: AttestedEntry,
  entryAt: (index: LogIndex) => AttestedEntry | undefined = () => undefined,
): void {
  asBadProof('not-admissible', `entry ${entry.index}`, () => {
    const control = parseControl(statement)
    const { index, attestation, keyId: key } = entry
    const { predicateType } = statement
    judgeSubmission(state, {
      index,
      attestation,
      key,
      predicateType,
      names: namesOf(statement),
      environment: environmentOf(statement),
      ...(control === undefined ? {} : { control, basis: basisAt(basisOf(control), entryAt) }),
    })
    if (control !== undefined) foldControl(state, { index, attestation, key, control })
  })
}

function basisAt(
  index: LogIndex | undefined,
  entryAt: (index: LogIndex) => AttestedEntry | undefined,
): Basis | undefined {
  const found = index === undefined ? undefined : entryAt(index)
  if (found === undefined) return undefined
  const { entry, statement } = found
  return { index: entry.index, key: entry.keyId, statement }
}
