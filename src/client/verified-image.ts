/**
 * What is recorded about one image, judged here: signatures, rights and revocations are checked again from what was
 * signed, and the server's verdicts must be the same.
 */
import { isControlType } from '../attestation/predicate-types.ts'
import type { ImageDigest } from '../brand.ts'
import { Fault } from '../errors.ts'
import { manifestOf } from '../sbom/manifest.ts'
import { verdictOf } from '../trust/status.ts'
import { principalOf } from '../trust/trust-state.ts'
import type { ImageAnswer, Verdict } from '../verify/answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { factsOf } from '../verify/entry-facts.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { checkClaims, claimOf } from '../verify/unregistered.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'

export interface VerifyImageOptions extends CallOptions {
  /** The repository the image is to come from: image scopes are judged against it. Left out: they are not looked at. */
  readonly repository?: string | undefined
}

/**
 * The answer, with each attestation's signer, type and verdict made here. What else it says is the server's word.
 *
 * @throws Fault `bad-proof` if an entry or a verdict does not hold, `untrusted` for another log
 * @throws as `Client.image` and `Client.pae`
 */
export async function verifyImage(
  client: Client,
  image: ImageDigest,
  options: VerifyImageOptions = {},
): Promise<ImageAnswer> {
  const answer = await client.image(image, options)
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  for (const { entry } of attested) expectIndexed(entry.index, answer)
  const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  const byIndex = new Map(attested.map((one) => [one.entry.index, one]))
  const attestations = answer.attestations.map((row) => {
    const { entry, statement } = speaksOf(byIndex.get(row.entry), row.entry, answer)
    const { index, attestation, keyId: key } = entry
    const { predicateType } = statement
    const judged = { index, attestation, key, predicateType, subject: image }
    const verdict = verdictOf(trust, answer.asOf.indexedThrough, judged)
    const signer = principalOf(trust, index, key) ?? null
    if (signer === null) throw notRegistered(index)
    expectSame(row, verdict, signer)
    // The server was asked about a digest alone; where the image is to come from is judged here.
    const { repository } = options
    const scoped = verdictOf(trust, answer.asOf.indexedThrough, { ...judged, repository })
    return { ...row, predicateType, verdict: scoped, signer }
  })
  checkClaims(answer.unregistered, trust, (claim) => {
    const { entry, statement } = speaksOf(byIndex.get(claim.entry), claim.entry, answer)
    const { index, attestation, keyId } = entry
    const lines = asBadProof('not-admissible', `entry ${index}`, () => manifestOf(statement, keyId))
    return claimOf(factsOf(index, attestation, keyId, lines))
  })
  return { ...answer, attestations }
}

/** A revocation behind the end of the index would be in the answer without counting. */
export function expectIndexed(index: number, { asOf }: Pick<ImageAnswer, 'asOf'>): void {
  if (index < asOf.indexedThrough) return
  const ends = `expected entries below ${asOf.indexedThrough}, where the answer's index ends`
  throw new Fault('rows-differ', `entry ${index}: ${ends}`)
}

/** A stranger's word among those of principals would be taken for one of theirs. */
function notRegistered(index: number): Fault {
  return new Fault(
    'rows-differ',
    `entry ${index}: expected a registered signer, got a claim by an unregistered one`,
  )
}

function speaksOf(
  attested: CheckedAttestation | undefined,
  index: number,
  { image }: ImageAnswer,
): CheckedAttestation {
  const hex = image.slice('sha256:'.length)
  // A revocation names the image as its subject too, but nobody vouches for anything by it.
  const isAbout =
    attested !== undefined &&
    !isControlType(attested.statement.predicateType) &&
    attested.statement.subjects.some((subject) => subject.digest['sha256'] === hex)
  if (isAbout) return attested
  throw new Fault(
    'entry-mismatch',
    `entry ${index}: expected a statement about ${image}, got one about something else`,
  )
}

function expectSame(row: ImageAnswer['attestations'][number], made: Verdict, signer: string | null): void {
  if (row.verdict.verdict !== made.verdict) {
    throw new Fault(
      'rows-differ',
      `entry ${made.entry}: the server says ${row.verdict.verdict}, but what was signed makes it ${made.verdict}`,
    )
  }
  if (row.signer !== signer) {
    throw new Fault(
      'rows-differ',
      `entry ${made.entry}: the server names another signer than the trust root does`,
    )
  }
}
