/**
 * What is recorded about one image, judged here: signatures, rights and revocations are checked again from what was
 * signed, and all that the server says of the image must follow.
 */
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { claimedTimes } from '../sbom/claimed.ts'
import { manifestOf, readReportedSbom } from '../sbom/manifest.ts'
import { targetsOf, verdictOf } from '../trust/status.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type { ImageAnswer, Verdict } from '../verify/answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { factsOf, speaksOf, type EntryFacts } from '../verify/entry-facts.ts'
import { imageRows, type ImageRows } from '../verify/image-rows.ts'
import type { Cosigned } from '../verify/map-root.ts'
import { lineageIn, relatingFacts } from '../verify/lineage.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import { checkReach, checkUse, isSame } from '../verify/row-check.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { checkClaims, claimOf } from '../verify/unregistered.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'
import { noneHidden } from './image-status.ts'

export interface VerifyImageOptions extends CallOptions {
  /** The repository the image is to come from: image scopes are judged against it. Left out: they are not looked at. */
  readonly repository?: string | undefined
}

export interface VerifiedImage extends ImageAnswer {
  /** As of which size no revocation of anything here is missing; absent where the server could not prove it. */
  readonly statusSize?: TreeSize
  /** Who vouches for that; absent where nobody asks for it. */
  readonly statusCosigned?: Cosigned
}

/**
 * The answer, all of it made here but counts and times; and that nothing but revocations was left out is the server's word.
 *
 * @throws Fault `bad-proof` if an entry does not hold or anything else follows from it, `untrusted` for another log
 * @throws as `Client.image` and `Client.pae`
 */
export async function verifyImage(
  client: Client,
  image: ImageDigest,
  options: VerifyImageOptions = {},
): Promise<VerifiedImage> {
  const answer = await client.image(image, options)
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  const through = answer.asOf.indexedThrough
  checkReach(through, attested)
  const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  // Those of control statements are about nothing (stated-lines.ts): nobody vouches for an image by revoking it.
  const facts = attested.map(factsIn)
  const read: ReadEntries = { attested, facts, trust, through }
  const rested = checkAnswer(answer, image, read)
  const attestations = judgedRows(answer, image, read, options.repository)
  const byIndex = new Map(facts.map((one) => [one.index, one]))
  const targets = [`image:${image}`, ...rested.flatMap((entry) => targetsAt(byIndex.get(entry)))]
  const claim = { attested, targets, below: through, size: answer.asOf.treeSize }
  const none = await noneHidden(client, claim, options)
  if (none === undefined) return { ...answer, attestations }
  const notEstablished = answer.notEstablished.filter((one) => one !== 'not-revoked')
  const { size: statusSize, cosigned } = none
  return {
    ...answer,
    attestations,
    notEstablished,
    statusSize,
    ...(cosigned && { statusCosigned: cosigned }),
  }
}

/** What the entries say that came with an answer, and as of when they are judged. */
interface ReadEntries {
  readonly attested: readonly CheckedAttestation[]
  readonly facts: readonly EntryFacts[]
  readonly trust: TrustState
  readonly through: TreeSize
}

/** That all of it follows from the entries. Returns those that its attestations and related images rest on. */
function checkAnswer(
  answer: ImageAnswer,
  image: ImageDigest,
  { attested, facts, trust, through }: ReadEntries,
): readonly LogIndex[] {
  expectMade(answer, imageRows(image, facts, trust, through))
  const about = (other: ImageDigest) => facts.filter((one) => speaksOf(one, other))
  const { lineage = [] } = lineageIn(image, relatingFacts(facts), about, trust, through)
  if (!isSame(answer.lineage ?? [], lineage)) throw otherThanSigned(image, 'related images')
  checkClaims(answer.unregistered, trust, ({ entry }) => claimAbout(image, facts, entry))
  const rested = [...answer.attestations.map((row) => row.entry), ...lineage.flatMap((one) => one.entries)]
  checkUse(rested, answer.unregistered, attested)
  return rested
}

/** The server was asked about a digest alone; where the image is to come from is judged here. */
function judgedRows(
  { attestations }: ImageAnswer,
  image: ImageDigest,
  { facts, trust, through }: ReadEntries,
  repository: string | undefined,
): ImageAnswer['attestations'] {
  const byIndex = new Map(facts.map((one) => [one.index, one]))
  return attestations.flatMap((row) => {
    const judged = byIndex.get(row.entry)
    if (judged === undefined) return []
    return [{ ...row, verdict: verdictOf(trust, through, { ...judged, subject: image, repository }) }]
  })
}

function targetsAt(facts: EntryFacts | undefined): readonly string[] {
  return facts === undefined ? [] : targetsOf(facts)
}

/** With what a deployment says, on which its signer's rights depend. */
export function factsIn({ entry, statement }: CheckedAttestation): EntryFacts {
  return asBadProof('not-admissible', `entry ${entry.index}`, () => {
    const sbom = readReportedSbom(statement)
    const { index, attestation, keyId } = entry
    const lines = manifestOf(statement, keyId, sbom)
    return factsOf(index, attestation, keyId, lines, claimedTimes(statement, sbom))
  })
}

function expectMade(answer: ImageAnswer, made: ImageRows): void {
  const said = answer.attestations.map(({ recordedAt: _recordedAt, ...row }) => row)
  for (const one of made.attestations) {
    const row = said.find(({ entry }) => entry === one.entry)
    if (row !== undefined && row.verdict.verdict !== one.verdict.verdict)
      throw rowsDiffer(one.verdict, row.verdict.verdict)
  }
  const { status, revoked, names, signers, sboms, provenance } = answer
  const shown: ImageRows = { attestations: said, status, revoked, names, signers, sboms, provenance }
  for (const name of Object.keys(shown) as (keyof ImageRows)[]) {
    if (isSame(shown[name], made[name])) continue
    throw otherThanSigned(answer.image, name)
  }
}

function otherThanSigned(image: ImageDigest, what: string): Fault {
  return new Fault(
    'rows-differ',
    `image ${image}: expected the ${what} that follow from what was signed, got others`,
  )
}

function claimAbout(image: ImageDigest, facts: readonly EntryFacts[], entry: number) {
  const found = facts.find(({ index }) => index === entry)
  return found === undefined || !speaksOf(found, image) ? undefined : claimOf(found)
}

export function rowsDiffer({ entry, verdict }: Verdict, said: string): Fault {
  return new Fault(
    'rows-differ',
    `entry ${entry}: the server says ${said}, but what was signed makes it ${verdict}`,
  )
}
