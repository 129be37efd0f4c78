/**
 * What is recorded about one image: attestations with their verdicts, SBOMs, provenance, signers (contracts.md 7). Pure, as
 * rows.ts, and shared by the server that answers and the client that makes all of it again from what was signed.
 */
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { verdictOf } from '../trust/status.ts'
import { isRegistered, principalOf, revocationsOf, type TrustState } from '../trust/trust-state.ts'
import type { ImageAnswer } from './answer.ts'
import { isProvenance, speaksOf, type EntryFacts } from './entry-facts.ts'
import { countingSboms, namesOf, provenanceRow } from './rows.ts'

/** All but the times, which are the server's word. */
export interface ImageRows extends Pick<
  ImageAnswer,
  'names' | 'status' | 'revoked' | 'signers' | 'sboms' | 'provenance'
> {
  readonly attestations: readonly Omit<ImageAnswer['attestations'][number], 'recordedAt'>[]
}

/** @param facts of any entries, ascending; those of strangers and of other images change nothing */
export function imageRows(
  image: ImageDigest,
  facts: readonly EntryFacts[],
  trust: TrustState,
  asOf: TreeSize,
): ImageRows {
  const about = facts.filter((one) => speaksOf(one, image) && isRegistered(trust, one.index, one.key))
  const counting = new Set(countingSboms(image, about, trust, asOf).map(({ index }) => index))
  const revoked = revocationsOf(trust, asOf, `image:${image}`).length > 0
  const attestations = about.map((one) => attestationRow(image, one, trust, asOf))
  return {
    names: namesOf(image, about),
    status: revoked ? 'revoked' : counting.size > 0 ? 'with-sbom' : 'unknown',
    revoked,
    signers: signersOf(attestations),
    attestations,
    sboms: about.flatMap((one) => sbomRow(one, counting)),
    provenance: about.filter(isProvenance).map(provenanceRow),
  }
}

function attestationRow(
  image: ImageDigest,
  facts: EntryFacts,
  trust: TrustState,
  asOf: TreeSize,
): ImageRows['attestations'][number] {
  const { index, attestation, key, predicateType } = facts
  return {
    entry: index,
    attestation,
    key,
    signer: principalOf(trust, index, key) ?? null,
    predicateType,
    verdict: verdictOf(trust, asOf, { ...facts, subject: image }),
  }
}

/** In the order of their first attestation; a key may have changed hands between two trust roots. */
function signersOf(attestations: ImageRows['attestations']): ImageAnswer['signers'] {
  const signers = attestations.map(
    ({ key, signer }) => [`${key} ${signer}`, { key, principal: signer }] as const,
  )
  return [...new Map(signers).values()]
}

function sbomRow(
  { index, sbom, claimed }: EntryFacts,
  counting: ReadonlySet<LogIndex>,
): ImageAnswer['sboms'] {
  if (sbom === undefined) return []
  const { tool, toolVersion, platform, components } = sbom
  return [
    {
      entry: index,
      tool,
      toolVersion,
      platform: platform === '' ? null : platform,
      components,
      counts: counting.has(index),
      ...(claimed === undefined ? {} : { claimed }),
    },
  ]
}
