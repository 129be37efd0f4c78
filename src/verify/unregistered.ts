/**
 * Unregistered claims (README 2.7, "Whose SBOM counts"): what signers state who belonged to no principal when they signed.
 * It is listed apart and decides nothing. Pure: the server lists claims with this, and a verifier makes each again,
 * so that nobody passes a principal's word off as a stranger's, or the other way round.
 */
import { Fault } from '../errors.ts'
import { isRegistered, type TrustState } from '../trust/trust-state.ts'
import type { UnregisteredClaim, UnregisteredClaims } from './answer.ts'
import type { EntryFacts } from './entry-facts.ts'

/** @param matches the purls it lists of the component asked for; none for other questions */
export function claimOf(facts: EntryFacts, matches: readonly string[] = []): UnregisteredClaim {
  const digests = facts.subjects.map((subject) => subject.digest)
  return {
    entry: facts.index,
    key: facts.key,
    predicateType: facts.predicateType,
    subjects: [...new Set(digests)].filter((digest) => digest.startsWith('sha256:')),
    matches,
  }
}

/**
 * @param make the claim as it follows from what was signed in that entry; undefined if the answer proves no such entry,
 * or if it says nothing about what was asked
 * @throws Fault `bad-proof` (`rows-differ`)
 */
export function checkClaims(
  claims: UnregisteredClaims | undefined,
  trust: TrustState,
  make: (claim: UnregisteredClaim) => UnregisteredClaim | undefined,
): void {
  let before = -1
  for (const claim of claims?.items ?? []) {
    if (claim.entry <= before) throw differs(claim, 'claims in the order of the log, each once')
    before = claim.entry
    const made = make(claim)
    if (made === undefined) throw differs(claim, 'a signed statement about what was asked')
    if (isRegistered(trust, made.entry, made.key)) throw differs(claim, 'an unregistered signer')
    if (!isSame(claim, made)) throw differs(claim, 'what was signed')
  }
}

function isSame(a: UnregisteredClaim, b: UnregisteredClaim): boolean {
  const textOf = ({ entry, key, predicateType, subjects, matches }: UnregisteredClaim): string =>
    JSON.stringify([entry, key, predicateType, subjects, matches])
  return textOf(a) === textOf(b)
}

function differs({ entry }: UnregisteredClaim, expected: string): Fault {
  return new Fault('rows-differ', `unregistered claim #${entry}: expected ${expected}, got something else`)
}
