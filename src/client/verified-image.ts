/**
 * What is recorded about one image, judged here: signatures, rights and revocations are checked again from what was
 * signed, and the server's verdicts must be the same.
 */
import type { ImageDigest } from '../brand.ts'
import { Fault } from '../errors.ts'
import { verdictOf } from '../trust/status.ts'
import type { ImageAnswer, Verdict } from '../verify/answer.ts'
import { checkAnswer, checkAttestation, type CheckedAttestation } from '../verify/proven-entry.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import type { CallOptions, Client } from './client.ts'
import { fetchSigned } from './fetch-signed.ts'

export interface VerifiedImage {
  readonly answer: ImageAnswer
  /** Of each attestation in the answer, in its order; made here. */
  readonly verdicts: readonly Verdict[]
}

/**
 * @throws Fault `bad-proof` if an entry or a verdict does not hold, `untrusted` for another log
 * @throws as `Client.image` and `Client.pae`
 */
export async function verifyImage(
  client: Client,
  image: ImageDigest,
  options: CallOptions = {},
): Promise<VerifiedImage> {
  const answer = await client.image(image, options)
  const { checkpoint, entries } = checkAnswer(answer, client.trust.logKey)
  const signed = await fetchSigned(client, answer.entries, options)
  const attested = new Map<number, CheckedAttestation>()
  for (const entry of entries.values()) {
    const pae = signed[entry.attestation]
    if (pae === undefined) throw new Error(`nothing was fetched for entry ${entry.index}`)
    attested.set(entry.index, checkAttestation(entry, pae))
  }
  const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, [...attested.values()])
  const verdicts = answer.attestations.map((row) => {
    const { entry, statement } = speaksOf(attested.get(row.entry), row.entry, answer)
    const { index, attestation, keyId: key } = entry
    const verdict = verdictOf(trust, answer.asOf.indexedThrough, {
      index,
      attestation,
      key,
      predicateType: statement.predicateType,
      subject: image,
    })
    return sameVerdict(row.verdict, verdict)
  })
  return { answer, verdicts }
}

function speaksOf(
  attested: CheckedAttestation | undefined,
  index: number,
  { image, asOf }: ImageAnswer,
): CheckedAttestation {
  if (index >= asOf.indexedThrough) {
    const ends = `expected entries below ${asOf.indexedThrough}, where the answer's index ends`
    throw new Fault('rows-differ', `entry ${index}: ${ends}`)
  }
  const hex = image.slice('sha256:'.length)
  if (attested?.statement.subjects.some((subject) => subject.digest['sha256'] === hex) === true)
    return attested
  throw new Fault(
    'entry-mismatch',
    `entry ${index}: expected a statement about ${image}, got one about something else`,
  )
}

function sameVerdict(served: Verdict, made: Verdict): Verdict {
  if (served.verdict === made.verdict) return made
  throw new Fault(
    'rows-differ',
    `entry ${made.entry}: the server says ${served.verdict}, but what was signed makes it ${made.verdict}`,
  )
}
